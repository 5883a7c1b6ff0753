"""The context of a run: what its models and analyses need besides the model itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded
from ptmrank_core.benchmark.plan import LABEL_ENCODER_REVISION, needs_reference, reads_class_names
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.events import CancelToken, Sink
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.records import Features, FloatArray, RunPlan, Samples

__all__ = ["RunContext", "load_auxiliary"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """The context in which every model of a run is processed.

    Parameters
    ----------
    plan, samples
        The plan of the run, and its samples.
    sources
        Where models and auxiliary samples come from.
    store, cache
        Where cells and features are stored.
    sink, cancel
        Receives every event; called after each batch and each cell.
    reference
        The reference set; ``None`` if no metric reads one.
    label_embeddings
        Embeddings of the class names under the plan's text model, of shape (1, n_classes, width), or the
        error that prevented them; ``None`` if none were requested.
    uncached
        Features of functions without a version, which the cache does not store: within a run, each function
        is called once for each sample. By the model's id and the names of the auxiliary sets.
    """

    plan: RunPlan
    samples: Samples
    sources: Sources
    store: RunStore
    cache: FeatureCache
    sink: Sink
    cancel: CancelToken
    reference: Samples | None = None
    label_embeddings: FloatArray | CapturedError | None = None
    uncached: dict[tuple[str, ...], Features] = field(default_factory=dict)


def load_auxiliary(run_context: RunContext, metrics: Collection[str]) -> RunContext:
    """Load what metrics read besides the samples: the reference set and the embedded class names.

    Parameters
    ----------
    run_context
        Context of the run.
    metrics
        Names of the metrics that will be computed.

    Returns
    -------
    RunContext
        The context with those inputs that the metrics read.
    """
    return _with_class_names(_with_reference(run_context, metrics), metrics)


def _with_reference(run_context: RunContext, metrics: Collection[str]) -> RunContext:
    """Load the reference set if a metric reads it."""
    source = run_context.plan.reference_source
    if source is None or not needs_reference(metrics):
        return run_context
    return replace(
        run_context, reference=run_context.sources.load_reference(source, run_context.samples.modality)
    )


def _with_class_names(run_context: RunContext, metrics: Collection[str]) -> RunContext:
    """Embed the class names with the plan's text model if a metric reads them."""
    spec = run_context.plan.label_encoder
    if spec is None or not reads_class_names(metrics):
        return run_context

    def embed() -> FloatArray:
        fetched = run_context.sources.fetch(spec, sink=run_context.sink, cancel=run_context.cancel)
        run_context.store.add_environment(
            run_context.plan.run_id, {LABEL_ENCODER_REVISION: fetched.revision or ""}
        )
        names = run_context.sources.name_samples(run_context.samples.class_names)
        options = replace(run_context.plan.options, layers=False)
        features = extract(
            names, fetched, options=options, cache=run_context.cache, cancel=run_context.cancel
        )
        return features.embeddings[None]

    return replace(run_context, label_embeddings=run_guarded(embed, what=spec.id))
