"""Executing a stored run in this process, with its progress on standard error."""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext

from ptmrank_core.benchmark import RunStore, Sources, model_process, run_here
from ptmrank_core.cli.running.progress_bar import ProgressLine
from ptmrank_core.config import Settings
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["execute_run"]


def execute_run(
    run_id: str,
    store: RunStore,
    settings: Settings,
    *,
    sources: Sources = SOURCES,
    models: ModelProcess | None = None,
) -> RunResult:
    """Execute what is left of a run; return its result.

    Parameters
    ----------
    run_id
        A stored run.
    store, settings
        Where it is stored.
    sources
        Where its samples and models come from.
    models
        A process that has run its models before; by default another one is started when one has to run.
    """
    own = nullcontext(models) if models is not None else model_process(settings, run_id)
    with closing(ProgressLine(sys.stderr)) as line, own as process:
        run_here(run_id, settings, sources=sources, sink=line, models=process)
    return store.result(run_id)
