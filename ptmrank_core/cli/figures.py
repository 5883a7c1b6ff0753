"""The ``figures`` command: every figure of a stored run, for a paper."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import RunStore
from ptmrank_core.cli.output import DONE, print_text, say
from ptmrank_core.cli.report import export_of, find_run
from ptmrank_core.config import load_settings
from ptmrank_core.errors import InputError
from ptmrank_core.files import write_file

__all__ = ["add_figures_command"]


def add_figures_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    figures = commands.add_parser(
        "figures",
        help="write a run's figures for a paper, as a zip: SVG, PDF, PNG, captions and BibTeX",
    )
    figures.add_argument("run", help="id of a run or its first characters, latest, or a result.json")
    figures.add_argument("--out", type=Path, required=True, metavar="ZIP", help="the zip to write")
    figures.add_argument(
        "--seconds",
        type=float,
        default=None,
        help="what drawing may take, 300 by default; the rest is left out",
    )
    figures.set_defaults(do=_figures)


def _figures(arguments: argparse.Namespace) -> int:
    """Write the zip of a stored run."""
    from ptmrank_core.reports.files import figure_zip  # noqa: PLC0415 - loads plotly
    from ptmrank_core.reports.files.drawing import SECONDS  # noqa: PLC0415

    settings = load_settings()
    store = RunStore(settings)
    result = store.result(find_run(arguments.run, store))
    seconds = SECONDS if arguments.seconds is None else arguments.seconds
    with export_of(result, settings) as export:
        made = figure_zip(export, settings, seconds=seconds)
    if made.problem:
        say(f"note: {made.problem}")
    try:
        write_file(arguments.out, made.content)
    except OSError as error:
        raise InputError(f"{arguments.out} cannot be written: {error}.") from error
    print_text(str(arguments.out))
    return DONE
