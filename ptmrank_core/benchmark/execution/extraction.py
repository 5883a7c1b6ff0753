"""One fetched model -> the arrays that its metrics read, from the cache as far as they are there."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.metric_arrays import (
    AuxiliarySets,
    Extracted,
    extracted_arrays,
    ready_arrays,
)
from ptmrank_core.benchmark.execution.scoring import CapturedError
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.benchmark.plan import needs_source_samples
from ptmrank_core.events import BatchDone, Sink, StageStarted, discard_event
from ptmrank_core.features import extract
from ptmrank_core.records import AS_RECOGNISED, Features, ModelSpec, RunPlan, Stage

__all__ = ["gather", "source_place"]


def source_place(plan: RunPlan, spec: ModelSpec) -> str | None:
    """Where samples of what the model was trained on lie, as far as that is known."""
    return plan.source_samples or spec.source_samples


def gather(run_context: RunContext, spec: ModelSpec, metrics: Collection[str], hear: Sink) -> Extracted:
    """Collect what metrics read of a model, in the unit that the plan asks for.

    Parameters
    ----------
    tools
        Equipped for these metrics.
    spec
        The model, fetched.
    metrics
        Names of metrics: auxiliary samples are only extracted where one of them reads them.
    hear
        Hears of stages and batches.

    Raises
    ------
    ModelError, InputError
        If the model cannot be run, or a file of features has changed.
    """
    found = (
        _read(run_context, spec, hear)
        if spec.source == "features"
        else _extract(run_context, spec, metrics, hear)
    )
    how = run_context.plan.normalise
    layers = tuple(normalise(layer, how) for layer in found.layers)
    return replace(found, arrays=normalise(found.arrays, how), layers=layers)


def _extract(run_context: RunContext, spec: ModelSpec, metrics: Collection[str], hear: Sink) -> Extracted:
    """Run the model, as far as its features are not in the cache."""
    place = source_place(run_context.plan, spec)
    needs_source = place is not None and needs_source_samples(metrics)
    embedded = run_context.label_embeddings
    auxiliary = AuxiliarySets(
        reference=run_context.reference,
        source=run_context.sources.load_samples(place, AS_RECOGNISED) if needs_source and place else None,
        label_embeddings=None if isinstance(embedded, CapturedError) else embedded,
    )
    features = _features(run_context, spec, auxiliary, hear)
    return extracted_arrays(features, run_context.samples.target_kind, auxiliary)


def _features(run_context: RunContext, spec: ModelSpec, auxiliary: AuxiliarySets, hear: Sink) -> Features:
    """Extract features; those of a function that no cache keeps are remembered for the rest of the run."""
    sets = auxiliary.samples()
    name = (spec.id, *sorted(sets))
    if name in run_context.unkept:
        return run_context.unkept[name]
    features = extract(
        run_context.samples,
        spec,
        options=run_context.plan.options,
        cache=run_context.cache,
        sink=hear,
        cancel=run_context.cancel,
        auxiliary=sets,
        function=run_context.sources.functions.get(spec.id),
    )
    if spec.source == "function" and spec.revision is None:
        run_context.unkept[name] = features
    return features


def _read(run_context: RunContext, spec: ModelSpec, hear: Sink) -> Extracted:
    """Read the features that the user brought."""
    start = time.perf_counter()
    hear(StageStarted(spec.id, Stage.LOAD))
    ready = run_context.sources.load_features(spec, run_context.plan.reading, run_context.samples)
    # Its digest was taken while the model before it was at work: what was read has to be the same file.
    run_context.sources.fetch(spec, sink=discard_event, cancel=run_context.cancel)
    hear(BatchDone(spec.id, run_context.samples.n_samples, run_context.samples.n_samples))
    return ready_arrays(ready, spec, run_context.samples, time.perf_counter() - start)
