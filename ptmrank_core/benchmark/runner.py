"""Execution of a run: every model of a plan under every metric, one model after the other; then the analyses.

Every decided cell is stored at once, so a run that was stopped resumes where it stopped.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ptmrank_core.benchmark.analyses import analyse, probe_scored
from ptmrank_core.benchmark.execution.ahead import WorkAhead
from ptmrank_core.benchmark.execution.context import RunContext, load_auxiliary
from ptmrank_core.benchmark.execution.engine import HERE, Engine
from ptmrank_core.benchmark.execution.environment import describe_environment
from ptmrank_core.benchmark.execution.merging import sources_of_run
from ptmrank_core.benchmark.execution.model_run import ModelWork
from ptmrank_core.benchmark.execution.on_devices import processes_for, run_on_devices
from ptmrank_core.benchmark.execution.prefetch import FetchAhead
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.execution.substitutes import next_in_line
from ptmrank_core.benchmark.plan import layer_metrics
from ptmrank_core.benchmark.scheduling.devices import devices_of
from ptmrank_core.benchmark.scheduling.locks import log_file
from ptmrank_core.benchmark.scheduling.time_estimate import longest_first
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.benchmark.work.pool import PiecePool
from ptmrank_core.errors import CancelledError, PTMRankError, SamplesChangedError
from ptmrank_core.events import (
    CancelToken,
    ModelStarted,
    RunFinished,
    RunStarted,
    Sink,
    raise_if_cancelled,
)
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCalls, ModelCallsHere
from ptmrank_core.records import (
    ModelSpec,
    RunPlan,
    RunState,
    Samples,
)
from ptmrank_core.records.names import printable

__all__ = ["execute"]

logger = logging.getLogger(__name__)
# A metric and a hidden layer; layer ``None`` for the model itself.
MetricAndLayer: TypeAlias = tuple[str, int | None]


def execute(  # noqa: PLR0913 - what a run needs, and where its models run
    run_id: str,
    *,
    sources: Sources,
    store: RunStore,
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
    models: ModelCalls | None = None,
    engine: Engine = HERE,
) -> RunState:
    """Execute a stored run, or the part of it that is not done yet.

    The caller holds the run's lock.

    Parameters
    ----------
    run_id
        A run of the store.
    sources
        Where samples and models come from.
    store, cache
        Where cells and features are stored.
    sink
        Receives every event.
    cancel
        Called after each batch and each cell.
    models
        Where checkpoints are run and trained; by default in this process.
    engine
        Where features are extracted and doses of a race are trained; by default where checkpoints are run.

    Returns
    -------
    RunState
        Finished, cancelled or failed; failed means that no model could be run at all.
    """
    start = time.perf_counter()
    plan = store.plan(run_id)
    store.start(run_id, json.dumps(describe_environment(plan)))
    state, error = RunState.FINISHED, ""
    kept, pool = KeptResults(cache.settings), PiecePool(cache.settings, log_file(store.settings, run_id))
    try:
        samples = _planned_samples(plan, sources)
        plan = _planned_for(engine, plan, store)
        sink(RunStarted(run_id, len(plan.models), samples.n_samples))
        models = models or ModelCallsHere(cache)
        own_sources = sources_of_run(sources, models, store.settings.merged_dir)
        with kept, pool:
            run_context = RunContext(
                plan, samples, own_sources, store, cache, kept, pool, sink, cancel, models
            )
            _run_models(run_context, engine)
            with engine.racing(_run_substitutes(run_context, engine)) as racing_context:
                analyse(racing_context)
    except CancelledError:
        state = RunState.CANCELLED
    except PTMRankError as problem:
        logger.warning("run %s: %s", run_id, problem)
        state, error = RunState.FAILED, printable(str(problem))
    if lost := (*cache.notes, *kept.notes):
        store.add_environment(run_id, {"feature_cache": " ".join(lost)})
    store.finish(run_id, state, seconds=time.perf_counter() - start, error=error)
    sink(RunFinished(run_id, state))
    return state


def _planned_for(engine: Engine, plan: RunPlan, store: RunStore) -> RunPlan:
    """Keep in the plan what the engine decides before the first model runs."""
    planned = engine.planned(plan)
    if planned != plan:
        store.replan(planned)
        store.add_environment(plan.run_id, describe_environment(planned))
    return planned


def _planned_samples(plan: RunPlan, sources: Sources) -> Samples:
    """Load the samples of a plan and check that they have not changed."""
    samples = sources.load_samples(plan.samples_source, plan.reading)
    if samples.fingerprint != plan.samples_fingerprint:
        raise SamplesChangedError(
            f"The samples at {plan.shown_source} have changed since the run was planned.",
            hint="Plan a new run; features of unchanged samples come from the cache.",
        )
    return samples


def _decided_cells(run_context: RunContext) -> dict[str, set[MetricAndLayer]]:
    """Read metric and layer of every decided cell, for each model of the plan."""
    run_id = run_context.plan.run_id
    decided: dict[str, set[MetricAndLayer]] = {spec.id: set() for spec in run_context.plan.models}
    for cell in (*run_context.store.cells(run_id), *run_context.store.layer_cells(run_id)):
        decided[cell.model].add((cell.metric, cell.layer))
    return decided


def _open_metrics(
    run_context: RunContext, decided: Mapping[str, Collection[MetricAndLayer]]
) -> dict[str, set[str]]:
    """Find the metrics under which a model, or a known layer of it, is not decided yet."""
    plan = run_context.plan
    outcomes = run_context.store.outcomes(plan.run_id) if plan.options.layers else {}
    by_layer = layer_metrics(plan.metrics, run_context.samples.target_kind)
    open_metrics = {}
    for spec in plan.models:
        n_layers = outcomes[spec.id].n_layers if spec.id in outcomes else 0
        cells: set[MetricAndLayer] = {(metric, None) for metric in plan.metrics}
        cells |= {(metric, layer) for metric in by_layer for layer in range(n_layers)}
        open_metrics[spec.id] = {metric for metric, _ in cells - set(decided[spec.id])}
    return open_metrics


def _run_models(run_context: RunContext, engine: Engine) -> None:
    """Run the models, except those whose cells are all decided: one after the other on each device."""
    decided = _decided_cells(run_context)
    open_metrics = _open_metrics(run_context, decided)
    needed = set().union(*open_metrics.values())
    run_context = load_auxiliary(run_context, needed)
    open_models = [spec for spec in run_context.plan.models if open_metrics[spec.id]]
    devices = devices_of(run_context.plan)
    with engine.ahead(run_context, open_metrics) as run_context:
        if min(len(devices), len(open_models)) > 1 and not isinstance(run_context.models, ModelCallsHere):
            ordered = longest_first(run_context.store, open_models, run_context.samples.n_samples)
            with processes_for(devices, run_context) as processes:
                run_on_devices(run_context, ordered, decided, processes)
        else:
            _run_in_turn(run_context, open_models, decided)


def _run_in_turn(
    run_context: RunContext, models: Sequence[ModelSpec], decided: Mapping[str, Collection[MetricAndLayer]]
) -> None:
    """Run models one after the other; the next ones may run in their process while the current one is scored.

    Where that process takes longer, those that are scored are probed meanwhile.
    """
    planned = run_context.plan.models
    is_over = False

    def cancel() -> bool:
        return is_over or run_context.cancel()

    own_context = replace(run_context, cancel=cancel)
    scored: deque[str] = deque()

    def probe_one() -> bool:
        is_any = bool(scored)
        if is_any:
            probe_scored(own_context, scored.popleft())
        return is_any

    with FetchAhead(models, own_context.sources.fetch, sink=own_context.sink, cancel=cancel) as files:

        def begin(spec: ModelSpec) -> ModelWork:
            raise_if_cancelled(cancel)
            own_context.sink(ModelStarted(spec.id, planned.index(spec) + 1, len(planned)))
            work = ModelWork(own_context, spec, decided[spec.id], files)
            work.begin()
            return work

        with WorkAhead(own_context.models, begin, probe_one) as ahead:
            try:
                for work in ahead.each(models):
                    work.finish()
                    scored.append(work.spec.id)
            finally:
                is_over = True


def _run_substitutes(run_context: RunContext, engine: Engine) -> RunContext:
    """Add substitutes to the plan until enough models have a score; return the context of the longer plan."""
    store, run_id = run_context.store, run_context.plan.run_id
    while more := next_in_line(run_context.sources.substitutes, run_context.plan, store.cells(run_id)):
        run_context = replace(run_context, plan=store.extend(run_id, more))
        _run_models(run_context, engine)
    return run_context
