"""Executing a stored run in this process, with its progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing, nullcontext

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, Sources, may_wait, model_process, run_here
from ptmrank_core.cli.running.progress_bar import ProgressLine
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, Event, Sink
from ptmrank_core.features import cached_models
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import CHECKPOINTS, ModelSpec, RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["execute_run", "start_ahead"]


def start_ahead(models: ModelProcess, settings: Settings, specs: Sequence[ModelSpec]) -> None:
    """Start the process that models run in, if one of them never ran here, so that it imports meanwhile.

    A run that finds all its features in the cache needs no such process. As in the dashboard, nothing waits
    where that is switched off or memory is short.

    Parameters
    ----------
    models
        The process of the run.
    settings
        Where data are stored.
    specs
        The models of the run.
    """
    if not may_wait(settings):
        return
    cached = cached_models(settings)
    if any(spec.source in CHECKPOINTS and spec.id not in cached for spec in specs):
        models.start_ahead()


def execute_run(
    run_id: str,
    store: RunStore,
    settings: Settings,
    *,
    sources: Sources = SOURCES,
    models: ModelProcess | None = None,
    tells_first: bool = False,
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
    tells_first
        Whether the first ranking is printed, with the progress, before the analyses begin.
    """
    own = nullcontext(models) if models is not None else model_process(settings, run_id)
    with closing(ProgressLine(sys.stderr)) as line, own as process:
        sink = _telling_first(line, store, run_id) if tells_first else line
        run_here(run_id, settings, sources=sources, sink=sink, models=process)
    return store.result(run_id)


def _telling_first(line: ProgressLine, store: RunStore, run_id: str) -> Sink:
    """Make a sink that prints the ranking once, when the first analysis begins."""
    is_told = False

    def sink(event: Event) -> None:
        nonlocal is_told
        if isinstance(event, AnalysisStep) and not is_told:
            is_told = True
            found = store.result(run_id)
            if results.scores_by_metric(found.cells):
                line.say(reports.first_ranking_text(found))
        line(event)

    return sink
