"""The command line: one module for each command.

With ``--json`` nothing but the JSON goes to standard output; progress and messages go to standard error.
Exit status: 0 on success, 2 on bad input, 1 otherwise.

What the system refuses is said in one sentence, even where nothing has foreseen it; any other error that is
not ours is a fault of the program, and its traceback is shown.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import NoReturn

from ptmrank_core.cli.output import (
    BAD_INPUT,
    NOTHING_DONE,
    close_output,
    flush_output,
    keep_details,
    open_output,
    say,
)
from ptmrank_core.cli.wording import OPTIONS, say_question
from ptmrank_core.errors import InputError, PTMRankError, UnclearReadingError
from ptmrank_core.faults import BY_THE_SYSTEM, explain
from ptmrank_core.records.names import printable
from ptmrank_core.results.program import PROGRAM

__all__ = ["main"]

# Command -> its module. That of the command alone is imported: most need little of the product.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "samples": "samples",
        "rank": "rank",
        "extract": "kept.extract",
        "replay": "replay",
        "save-best": "save_best",
        "score": "score",
        "report": "report",
        "figures": "figures",
        "look": "look",
        "metrics": "metrics",
        "cache": "kept.cache",
        "catalogue": "catalogue",
        "runs": "runs",
        "sweep": "kept.sweep",
        "doctor": "kept.doctor",
        "dashboard": "dashboard",
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    open_output()
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    logging.getLogger("ptmrank_core.features.cache").setLevel(logging.WARNING)  # it says what it lost
    logging.getLogger("ptmrank_core.benchmark").setLevel(logging.CRITICAL)  # the report names failures
    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        parsed = _parser(*words[:1]).parse_args(words)
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


def _parser(first: str = "") -> argparse.ArgumentParser:
    """Make the parser of the command that the first word names; of all commands if it names none."""
    parser = _Parser(prog=PROGRAM, description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (first,) if first in COMMANDS else COMMANDS:
        module = import_module(f"{__name__}.{COMMANDS[command]}")
        getattr(module, f"add_{command.replace('-', '_')}_command")(commands)
    return parser
