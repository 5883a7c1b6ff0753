"""The option ``--budget`` of ``rank``: the search for finalists."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.search.budget import Search
from ptmrank_core.cli.output import say
from ptmrank_core.cli.running.progress_bar import ProgressLine
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import RunPlan, Samples
from ptmrank_core.worker import SOURCES

__all__ = ["add_budget", "checked_budget", "keep_plan"]


def add_budget(rank: argparse.ArgumentParser) -> None:
    """Add the option to a command's parser."""
    rank.add_argument(
        "--budget",
        type=int,
        default=None,
        help="spend at most what this many models cost on all samples: every candidate starts on few, the "
        "plausible ones go on",
    )


def checked_budget(n_models: int | None) -> int | None:
    """Return the budget if a search can keep to it.

    Raises
    ------
    InputError
        If it cannot.
    """
    if n_models is None or n_models >= 1:
        return n_models
    raise InputError(
        f"--budget is {n_models}; expected at least 1.", hint="It counts models that are run on all samples."
    )


def keep_plan(
    plan: RunPlan, samples: Samples, settings: Settings, budget: int | None, models: ModelProcess
) -> None:
    """Store a run, queued: of all its models, or of the finalists of a search where there is a budget.

    The search runs its models in the process that the run will use.

    Raises
    ------
    InputError
        If the candidates do not fit into the budget.
    """
    if budget is None:
        RunStore(settings).create(plan, samples.summary())
        return
    with closing(ProgressLine(sys.stderr)) as line:
        search = Search(plan, samples, settings, SOURCES, sink=line, models=models)
        finalists = search.within(budget)
    if finalists.report.rounds:
        say(f"finalists: {', '.join(finalists.report.finalists)}")
    search.keep(finalists, RunStore(settings))
