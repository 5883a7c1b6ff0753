"""A run: every model of a plan under every metric, one model after the other.

What is decided is in the store at once, so a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection
from dataclasses import replace

from ptmrank_core.benchmark.cells import attempt
from ptmrank_core.benchmark.environment import describe_environment
from ptmrank_core.benchmark.fetching import FetchAhead
from ptmrank_core.benchmark.model_work import ModelWork, Tools
from ptmrank_core.benchmark.plan import EMBEDS_CLASS_NAMES, needs_reference
from ptmrank_core.benchmark.sources import Sources
from ptmrank_core.benchmark.store import RunStore
from ptmrank_core.errors import CancelledError, PTMRankError, SamplesChangedError
from ptmrank_core.events import (
    CancelToken,
    ModelStarted,
    RunFinished,
    RunStarted,
    Sink,
    raise_if_cancelled,
)
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.records import (
    FloatArray,
    RunPlan,
    RunState,
    Samples,
)

__all__ = ["execute"]

logger = logging.getLogger(__name__)


def execute(
    run_id: str,
    *,
    sources: Sources,
    store: RunStore,
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
) -> RunState:
    """Do what a stored run has not done yet.

    The caller holds the run's lock.

    Parameters
    ----------
    run_id
        A run of the store.
    sources
        Where samples and models come from.
    store, cache
        Where cells and features go.
    sink
        Hears of everything.
    cancel
        Asked after each batch and each cell.

    Returns
    -------
    RunState
        Finished, cancelled or failed; failed means that no model could be tried at all.
    """
    start = time.perf_counter()
    plan = store.plan(run_id)
    store.start(run_id, json.dumps(describe_environment(plan)))
    state, error = RunState.FINISHED, ""
    try:
        samples = _planned_samples(plan, sources)
        sink(RunStarted(run_id, len(plan.models), samples.n_samples))
        _run_models(Tools(plan, samples, sources, store, cache, sink, cancel))
    except CancelledError:
        state = RunState.CANCELLED
    except PTMRankError as problem:
        logger.warning("run %s: %s", run_id, problem)
        state, error = RunState.FAILED, str(problem)
    store.finish(run_id, state, seconds=time.perf_counter() - start, error=error)
    sink(RunFinished(run_id, state))
    return state


def _planned_samples(plan: RunPlan, sources: Sources) -> Samples:
    """Load the samples of a plan and see that they are the same."""
    samples = sources.load_samples(plan.samples_source, plan.reading)
    if samples.fingerprint != plan.samples_fingerprint:
        raise SamplesChangedError(
            f"The samples at {plan.samples_source} have changed since the run was planned.",
            hint="Plan a new run; features of unchanged samples come from the cache.",
        )
    return samples


def _with_reference(tools: Tools, metrics: Collection[str]) -> Tools:
    """Load the reference set where a metric reads it."""
    source = tools.plan.reference_source
    if source is None or not needs_reference(metrics):
        return tools
    return replace(tools, reference=tools.sources.load_reference(source, tools.samples.modality))


def _with_class_names(tools: Tools, metrics: Collection[str]) -> Tools:
    """Embed the class names under the plan's text model where a metric reads them."""
    spec = tools.plan.label_encoder
    if spec is None or EMBEDS_CLASS_NAMES not in metrics:
        return tools

    def embed() -> FloatArray:
        fetched = tools.sources.fetch(spec, sink=tools.sink, cancel=tools.cancel)
        names = tools.sources.name_samples(tools.samples.class_names)
        features = extract(names, fetched, options=tools.plan.options, cache=tools.cache, cancel=tools.cancel)
        return features.embeddings[None]

    return replace(tools, label_embeddings=attempt(embed, what=spec.id))


def _run_models(tools: Tools) -> None:
    """Take the models one after the other; those whose cells are all there are passed over."""
    plan = tools.plan
    decided = {(cell.model, cell.metric) for cell in tools.store.cells(plan.run_id)}
    open_metrics = {
        spec.id: [metric for metric in plan.metrics if (spec.id, metric) not in decided]
        for spec in plan.models
    }
    needed = {metric for metrics in open_metrics.values() for metric in metrics}
    tools = _with_class_names(_with_reference(tools, needed), needed)
    todo = [spec for spec in plan.models if open_metrics[spec.id]]
    with FetchAhead(todo, tools.sources.fetch, sink=tools.sink, cancel=tools.cancel) as files:
        for spec in todo:
            raise_if_cancelled(tools.cancel)
            tools.sink(ModelStarted(spec.id, plan.models.index(spec) + 1, len(plan.models)))
            ModelWork(tools, spec, open_metrics[spec.id], files).run()
