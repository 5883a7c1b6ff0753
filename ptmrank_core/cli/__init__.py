"""The command line: one module for each command.

With ``--json`` nothing but the JSON goes to standard output; progress and messages go to standard error.
Exit status: 0 on success, 2 on bad input, 1 otherwise.

What the system refuses is said in one sentence, even where nothing has foreseen it; any other error that is
not ours is a fault of the program, and its traceback is shown.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from typing import NoReturn

from ptmrank_core.cli.catalogue import add_catalogue_command
from ptmrank_core.cli.dashboard import add_dashboard_command
from ptmrank_core.cli.figures import add_figures_command
from ptmrank_core.cli.kept.cache import add_cache_command
from ptmrank_core.cli.kept.doctor import add_doctor_command
from ptmrank_core.cli.kept.extract import add_extract_command
from ptmrank_core.cli.kept.sweep import add_sweep_command
from ptmrank_core.cli.look import add_look_command
from ptmrank_core.cli.metrics import add_metrics_command
from ptmrank_core.cli.output import (
    BAD_INPUT,
    NOTHING_DONE,
    close_output,
    flush_output,
    keep_details,
    open_output,
    say,
)
from ptmrank_core.cli.rank import add_rank_command
from ptmrank_core.cli.replay import add_replay_command
from ptmrank_core.cli.report import add_report_command
from ptmrank_core.cli.runs import add_runs_command
from ptmrank_core.cli.samples import add_samples_command
from ptmrank_core.cli.save_best import add_save_best_command
from ptmrank_core.cli.score import add_score_command
from ptmrank_core.cli.wording import OPTIONS, say_question
from ptmrank_core.errors import InputError, PTMRankError, UnclearReadingError
from ptmrank_core.faults import BY_THE_SYSTEM, explain
from ptmrank_core.records.names import printable
from ptmrank_core.results.command import PROGRAM

__all__ = ["main"]

COMMANDS = (
    add_samples_command,
    add_rank_command,
    add_extract_command,
    add_replay_command,
    add_save_best_command,
    add_score_command,
    add_report_command,
    add_figures_command,
    add_look_command,
    add_metrics_command,
    add_cache_command,
    add_catalogue_command,
    add_runs_command,
    add_sweep_command,
    add_doctor_command,
    add_dashboard_command,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    open_output()
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    logging.getLogger("ptmrank_core.features.cache").setLevel(logging.WARNING)  # it says what it lost
    logging.getLogger("ptmrank_core.benchmark").setLevel(logging.CRITICAL)  # the report names failures
    try:
        parsed = _parser().parse_args(arguments)
        status: int = parsed.do(parsed)
        flush_output()
    except (PTMRankError, KeyboardInterrupt, *BY_THE_SYSTEM) as error:
        return _said(error)
    return status


class _Parser(argparse.ArgumentParser):
    """A parser, and parsers of commands, whose messages are printable whatever the words were."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message; exit."""
        super().error(printable(message))


def _said(error: BaseException) -> int:
    """Say an error in one sentence; return the exit status."""
    if isinstance(error, BrokenPipeError):  # `| head` has read what it wants
        close_output()
    elif isinstance(error, KeyboardInterrupt):
        say("stopped")
    elif isinstance(error, UnclearReadingError):
        say(f"error: {say_question(error)}")
    elif isinstance(error, PTMRankError):
        say(f"error: {error.worded(OPTIONS)}")
    else:
        details = keep_details(error)
        say(f"error: {explain(error)}" + (f" Details: {details}." if details else ""))
    return BAD_INPUT if isinstance(error, InputError) else NOTHING_DONE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for add in COMMANDS:
        add(commands)
    return parser
