"""One fetched model -> the arrays that its metrics read, from the cache as far as they are there."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from ptmrank_core.benchmark.execution.context import Tools
from ptmrank_core.benchmark.execution.metric_arrays import (
    Extracted,
    FurtherSets,
    extracted_arrays,
    ready_arrays,
)
from ptmrank_core.benchmark.execution.scoring import Problem
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.benchmark.plan import needs_source_samples
from ptmrank_core.events import BatchDone, Sink, StageStarted, ignore
from ptmrank_core.features import extract
from ptmrank_core.records import AS_RECOGNISED, Features, ModelSpec, RunPlan, Stage

__all__ = ["gather", "source_place"]


def source_place(plan: RunPlan, spec: ModelSpec) -> str | None:
    """Where samples of what the model was trained on lie, as far as that is known."""
    return plan.source_samples or spec.source_samples


def gather(tools: Tools, spec: ModelSpec, metrics: Collection[str], hear: Sink) -> Extracted:
    """Collect what metrics read of a model, in the unit that the plan asks for.

    Parameters
    ----------
    tools
        Equipped for these metrics.
    spec
        The model, fetched.
    metrics
        Names of metrics: further samples are only extracted where one of them reads them.
    hear
        Hears of stages and batches.

    Raises
    ------
    ModelError, InputError
        If the model cannot be run, or a file of features has changed.
    """
    found = _read(tools, spec, hear) if spec.source == "features" else _extract(tools, spec, metrics, hear)
    how = tools.plan.normalise
    layers = tuple(normalise(layer, how) for layer in found.layers)
    return replace(found, arrays=normalise(found.arrays, how), layers=layers)


def _extract(tools: Tools, spec: ModelSpec, metrics: Collection[str], hear: Sink) -> Extracted:
    """Run the model, as far as its features are not in the cache."""
    place = source_place(tools.plan, spec)
    needs_source = place is not None and needs_source_samples(metrics)
    embedded = tools.label_embeddings
    further = FurtherSets(
        reference=tools.reference,
        source=tools.sources.load_samples(place, AS_RECOGNISED) if needs_source and place else None,
        label_embeddings=None if isinstance(embedded, Problem) else embedded,
    )
    features = _features(tools, spec, further, hear)
    return extracted_arrays(features, tools.samples.target_kind, further)


def _features(tools: Tools, spec: ModelSpec, further: FurtherSets, hear: Sink) -> Features:
    """Extract features; those of a function that no cache keeps are remembered for the rest of the run."""
    sets = further.samples()
    name = (spec.id, *sorted(sets))
    if name in tools.unkept:
        return tools.unkept[name]
    features = extract(
        tools.samples,
        spec,
        options=tools.plan.options,
        cache=tools.cache,
        sink=hear,
        cancel=tools.cancel,
        further=sets,
        function=tools.sources.functions.get(spec.id),
    )
    if spec.source == "function" and spec.revision is None:
        tools.unkept[name] = features
    return features


def _read(tools: Tools, spec: ModelSpec, hear: Sink) -> Extracted:
    """Read the features that the user brought."""
    start = time.perf_counter()
    hear(StageStarted(spec.id, Stage.LOAD))
    ready = tools.sources.load_features(spec, tools.plan.reading, tools.samples)
    # Its digest was taken while the model before it was at work: what was read has to be the same file.
    tools.sources.fetch(spec, sink=ignore, cancel=tools.cancel)
    hear(BatchDone(spec.id, tools.samples.n_samples, tools.samples.n_samples))
    return ready_arrays(ready, spec, tools.samples, time.perf_counter() - start)
