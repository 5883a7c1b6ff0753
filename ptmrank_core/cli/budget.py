"""The search for finalists, as the command line has it."""

from __future__ import annotations

import argparse
import sys

from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.search.budget import Search
from ptmrank_core.cli.output import say
from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.records import RunPlan, Samples
from ptmrank_core.worker import SOURCES

__all__ = ["add_budget", "checked_budget", "keep_plan"]


def add_budget(rank: argparse.ArgumentParser) -> None:
    """Add the option to a command's parser."""
    rank.add_argument(
        "--budget",
        type=int,
        default=None,
        help="cost of so many models on all samples: all candidates start on few, the plausible ones go on",
    )


def checked_budget(wanted: int | None) -> int | None:
    """Check what was asked for, before anything is computed.

    Raises
    ------
    InputError
        A number that no search can keep to.
    """
    if wanted is None or wanted >= 1:
        return wanted
    raise InputError(
        f"--budget is {wanted}; expected at least 1.", hint="It counts models that are run on all samples."
    )


def keep_plan(plan: RunPlan, samples: Samples, settings: Settings, budget: int | None) -> None:
    """Keep a run, queued: of all its models, or of the finalists of a search where there is a budget.

    Raises
    ------
    InputError
        If the candidates do not fit into the budget.
    """
    if budget is None:
        RunStore(settings).create(plan, samples.summary())
        return
    line = ProgressLine(sys.stderr)
    search = Search(plan, samples, settings, SOURCES, sink=line)
    try:
        found = search.within(budget)
    finally:
        line.close()
    if found.report.rounds:
        say(f"finalists: {', '.join(found.report.finalists)}")
    search.keep(found, RunStore(settings))
