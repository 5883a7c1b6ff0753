"""What the owner of a run calls it, and its answer in one line: for the list of runs, and to set a name."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import Any

from ptmrank_core import results
from ptmrank_core.benchmark import Outline, RunStore
from ptmrank_core.cli.output import DONE, print_json, print_text
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.results.verdict.winner import say_winner

__all__ = ["add_describing", "describe", "described"]


def add_describing(action: Any) -> None:
    """Add the arguments of ``runs name`` to its parser."""
    action.add_argument("run", help="id of a run, or its first characters")
    action.add_argument("name", nargs="?", help="what it is to be called; an empty text takes the name away")
    action.add_argument("--note", help="a note about the run; an empty text takes it away")
    action.add_argument(
        "--star", action=argparse.BooleanOptionalAction, default=None, help="give it a star, or take it away"
    )


def describe(store: RunStore, run_id: str, arguments: argparse.Namespace) -> int:
    """Store a name, a note or a star.

    Raises
    ------
    InputError
        If nothing is given, or a text is too long.
    """
    if arguments.name is None and arguments.note is None and arguments.star is None:
        raise InputError("Nothing is said about the run.", hint="Give a name, --note or --star.")
    store.describe(run_id, name=arguments.name, note=arguments.note, starred=arguments.star)
    outline = store.outline(run_id)
    if arguments.json:
        print_json({"run": run_id, "name": outline.name, "note": outline.note, "starred": outline.is_starred})
    else:
        star = ", with a star" if outline.is_starred else ""
        print_text(
            f"run {run_id} is called {outline.name!r}{star}" if outline.name else f"run {run_id}{star}"
        )
    return DONE


def described(store: RunStore, outline: Outline) -> dict[str, Any]:
    """Describe a run in plain JSON types: its name, note, star, and its answer once it is finished."""
    answer = ""
    if outline.is_readable and outline.state.is_finished() and outline.n_decided:
        with suppress(RunError):  # its scores are damaged
            found = store.result(outline.run_id)
            answer = strip_bidi(say_winner(verdict_of(found, results.rank_result(found))))
    return {"name": outline.name, "note": outline.note, "starred": outline.is_starred, "answer": answer}
