"""One fetched model -> the arrays that its metrics read, from the cache where possible."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.metric_arrays import (
    AuxiliarySets,
    Extracted,
    extracted_arrays,
    ready_arrays,
)
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.benchmark.plan import needs_source_samples
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import BatchDone, Sink, StageStarted, discard_event
from ptmrank_core.features import extract
from ptmrank_core.features.constant import say_constant
from ptmrank_core.pieces.scoring import CapturedError
from ptmrank_core.records import AS_RECOGNISED, CHECKPOINTS, Features, ModelSpec, RunPlan, Stage

__all__ = ["auxiliary_sets", "gather", "source_place"]

DAMAGED = "Its weights may be zeros or damaged: copy or download it again, or choose another model."
DIFFERENT = "Only features that differ between samples can be scored."


def source_place(plan: RunPlan, spec: ModelSpec) -> str | None:
    """Return the location of samples of the model's training data, if known."""
    return plan.source_samples or spec.source_samples


def gather(run_context: RunContext, spec: ModelSpec, metrics: Collection[str], sink: Sink) -> Extracted:
    """Collect the arrays that metrics read of a model, normalised as the plan specifies.

    Parameters
    ----------
    run_context
        Context of the run, with the auxiliary inputs of these metrics loaded.
    spec
        The model, fetched.
    metrics
        Names of metrics: auxiliary samples are extracted only if one of these metrics reads them.
    sink
        Receives the events of stages and batches.

    Raises
    ------
    ModelError, InputError
        If the model cannot be run, or a file of features has changed.
    """
    extracted = (
        _read(run_context, spec, sink)
        if spec.source == "features"
        else _extract(run_context, spec, metrics, sink)
    )
    _refuse_constant(extracted.arrays["embeddings"], spec)
    how = run_context.plan.normalise
    layers = tuple(normalise(layer, how) for layer in extracted.layers)
    return replace(extracted, arrays=normalise(extracted.arrays, how), layers=layers)


def _extract(run_context: RunContext, spec: ModelSpec, metrics: Collection[str], sink: Sink) -> Extracted:
    """Extract the features of the model, running it on samples that are not in the cache."""
    auxiliary = auxiliary_sets(run_context, spec, metrics)
    features = _features(run_context, spec, auxiliary, sink)
    return extracted_arrays(features, run_context.samples.target_kind, auxiliary)


def auxiliary_sets(run_context: RunContext, spec: ModelSpec, metrics: Collection[str]) -> AuxiliarySets:
    """Load what metrics read of a model besides the samples.

    Parameters
    ----------
    run_context, spec, metrics
        As :func:`gather` has them.

    Raises
    ------
    InputError
        If samples of the model's training data cannot be read.
    """
    place = source_place(run_context.plan, spec)
    needs_source = place is not None and needs_source_samples(metrics)
    embedded = run_context.label_embeddings
    return AuxiliarySets(
        reference=run_context.reference,
        source=run_context.sources.load_samples(place, AS_RECOGNISED) if needs_source and place else None,
        label_embeddings=None if isinstance(embedded, CapturedError) else embedded,
    )


def _features(run_context: RunContext, spec: ModelSpec, auxiliary: AuxiliarySets, sink: Sink) -> Features:
    """Extract features: of a checkpoint where models run, of a function or of columns in this process.

    Those of a function without a version are held in memory for the rest of the run.
    """
    sets = auxiliary.samples()
    name = (spec.id, *sorted(sets))
    if name in run_context.uncached:
        return run_context.uncached[name]
    options = run_context.plan.options
    if spec.source in CHECKPOINTS:
        return run_context.extract(run_context.samples, spec, options, auxiliary=sets, sink=sink)
    features = extract(
        run_context.samples,
        spec,
        options=options,
        cache=run_context.cache,
        sink=sink,
        cancel=run_context.cancel,
        auxiliary=sets,
        function=run_context.sources.functions.get(spec.id),
    )
    if spec.source == "function" and spec.revision is None:
        run_context.uncached[name] = features
    return features


def _refuse_constant(embeddings: NDArray[Any], spec: ModelSpec) -> None:
    """Refuse features that say nothing of the samples: every score of them would be noise.

    Raises
    ------
    UnsupportedModelError
        If all samples have the same features, but for rounding.
    """
    if said := say_constant(embeddings, repr(spec.id)):
        raise UnsupportedModelError(said, hint=DAMAGED if spec.source in CHECKPOINTS else DIFFERENT)


def _read(run_context: RunContext, spec: ModelSpec, sink: Sink) -> Extracted:
    """Read the features that the user supplied."""
    start = time.perf_counter()
    sink(StageStarted(spec.id, Stage.LOAD))
    ready = run_context.sources.load_features(spec, run_context.plan.reading, run_context.samples)
    # The digest was taken while the previous model ran: fetching again checks that the file is unchanged.
    run_context.sources.fetch(spec, sink=discard_event, cancel=run_context.cancel)
    sink(BatchDone(spec.id, run_context.samples.n_samples, run_context.samples.n_samples))
    return ready_arrays(ready, spec, run_context.samples, time.perf_counter() - start)
