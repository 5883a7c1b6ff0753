"""Executing a stored run in this process, with its progress on standard error."""

from __future__ import annotations

import sys
from contextlib import closing

from ptmrank_core.benchmark import RunStore, Sources, run_here
from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.config import Settings
from ptmrank_core.records import RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["execute_run"]


def execute_run(run_id: str, store: RunStore, settings: Settings, *, sources: Sources = SOURCES) -> RunResult:
    """Execute what is left of a run; return its result.

    Parameters
    ----------
    run_id
        A stored run.
    store, settings
        Where it is stored.
    sources
        Where its samples and models come from.
    """
    with closing(ProgressLine(sys.stderr)) as line:
        run_here(run_id, settings, sources=sources, sink=line)
    return store.result(run_id)
