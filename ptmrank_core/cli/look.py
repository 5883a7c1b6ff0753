"""The ``look`` command: the samples of a run that are worth a look."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import RunStore
from ptmrank_core.cli.output import DONE, print_json, print_rows, print_text, say
from ptmrank_core.cli.report import find_run
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import InputError, SamplesChangedError
from ptmrank_core.files import write_file
from ptmrank_core.records import Decisions, RunResult, Samples
from ptmrank_core.reports.tables.look import decisions_table, look_table
from ptmrank_core.reports.tables.writers import csv_text, json_payload
from ptmrank_core.results.look import Look, decide, decisions_of, look_at_samples
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.program import PROGRAM

__all__ = ["add_look_command"]

SHOWN = 20


def add_look_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    look = commands.add_parser("look", help="list the samples of a run whose labels are worth a look")
    look.add_argument("run", help="id of a run or its first characters, latest, or a result.json")
    look.add_argument("--top", type=_number, default=SHOWN, help=f"how many are listed; by default {SHOWN}")
    look.add_argument("--json", action="store_true", help="print the result as JSON")
    look.add_argument(
        "--out",
        type=Path,
        default=None,
        help="write them as a table of decisions (CSV), to be edited and given to rank --corrections",
    )
    look.set_defaults(do=_look)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise InputError(f"--top is {number}; expected 1 or more.")
    return number


_number.__name__ = "number"  # what argparse calls it where the text is none


def _look(arguments: argparse.Namespace) -> int:
    """List the samples of a stored run that are worth a look."""
    store = RunStore(load_settings())
    result = store.result(find_run(arguments.run, store))
    samples = _samples_of(result)
    found = look_at_samples(result, samples)
    if arguments.out is not None:
        _write(arguments.out, result, samples, found, arguments.top)
    table = look_table(found, samples, n_rows=arguments.top)
    if arguments.json:
        about = {"run": result.plan.run_id, "n_found": found.n_found, "notes": list(found.notes)}
        print_json(json_payload([table], about))
        return DONE
    for note in found.notes:
        say(f"note: {note}")
    if not found.suspects:
        print_text("No sample is worth a look: no label is doubted, and none is a near-duplicate or far off.")
        return DONE
    print_text(f"{plural(found.n_found, 'sample')} of {samples.n_samples:,} worth a look, the first of them:")
    print_rows([["", "sample", "label", "models say", "why"], *_rows(table.records())])
    return DONE


def _rows(records: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [str(one["place"]), one["file"], one["label"], one["suggestion"] or "-", one["reason"]]
        for one in records
    ]


def _samples_of(result: RunResult) -> Samples:
    """Load the samples of a run as they were.

    Raises
    ------
    SamplesError
        If they are gone, or have changed since.
    """
    samples = load_samples(result.plan.samples_source, result.plan.reading)
    if samples.fingerprint != result.plan.samples_fingerprint:
        raise SamplesChangedError(
            "The samples have changed since this run.", hint=f"Rank them again: `{PROGRAM} rank`."
        )
    return samples


def _write(path: Path, result: RunResult, samples: Samples, found: Look, n_rows: int) -> None:
    """Write decisions: those that are kept with the run, and keep for each other sample that is listed."""
    kept = decisions_of(result)
    others = [
        decide(samples, suspect, "keep")
        for suspect in found.suspects[:n_rows]
        if kept.of(samples.digests[suspect.row]) is None
    ]
    text = csv_text(decisions_table(Decisions((*kept.decisions, *others))))
    try:
        write_file(path, text.encode())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}.") from error
    say(f"{path} holds {plural(len(kept.decisions) + len(others), 'decision')}")
