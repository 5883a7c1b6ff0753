"""The command line: one module for each command.

With ``--json`` nothing but the JSON goes to standard output; progress and messages go to standard error.
Exit status: 0 on success, 2 on bad input, 1 otherwise.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

from ptmrank_core.cli.cache import add_cache_command
from ptmrank_core.cli.catalogue import add_catalogue_command
from ptmrank_core.cli.dashboard import add_dashboard_command
from ptmrank_core.cli.metrics import add_metrics_command
from ptmrank_core.cli.output import BAD_INPUT, NOTHING_DONE, say
from ptmrank_core.cli.rank import add_rank_command
from ptmrank_core.cli.replay import add_replay_command
from ptmrank_core.cli.report import add_report_command
from ptmrank_core.cli.runs import add_runs_command
from ptmrank_core.cli.samples import add_samples_command
from ptmrank_core.cli.save_best import add_save_best_command
from ptmrank_core.cli.score import add_score_command
from ptmrank_core.cli.sweep import add_sweep_command
from ptmrank_core.cli.wording import OPTIONS, say_question
from ptmrank_core.errors import InputError, PTMRankError, UnclearReadingError
from ptmrank_core.results.command import PROGRAM

__all__ = ["main"]

COMMANDS = (
    add_samples_command,
    add_rank_command,
    add_replay_command,
    add_save_best_command,
    add_score_command,
    add_report_command,
    add_metrics_command,
    add_cache_command,
    add_catalogue_command,
    add_runs_command,
    add_sweep_command,
    add_dashboard_command,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    logging.getLogger("ptmrank_core.benchmark").setLevel(logging.CRITICAL)  # the report names failures
    try:
        parsed = _parser().parse_args(arguments)
        status: int = parsed.do(parsed)
    except UnclearReadingError as error:
        say(f"error: {say_question(error)}")
        return BAD_INPUT
    except InputError as error:
        say(f"error: {error.worded(OPTIONS)}")
        return BAD_INPUT
    except PTMRankError as error:
        say(f"error: {error.worded(OPTIONS)}")
        return NOTHING_DONE
    except KeyboardInterrupt:
        say("stopped")
        return NOTHING_DONE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for add in COMMANDS:
        add(commands)
    return parser
