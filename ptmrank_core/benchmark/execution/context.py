"""The context of a run: what its models and analyses need besides the model itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.plan import LABEL_ENCODER_REVISION, needs_reference, reads_class_names
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.benchmark.work.pool import PiecePool
from ptmrank_core.events import CancelToken, Sink, discard_event
from ptmrank_core.features import FeatureCache, extract_cached
from ptmrank_core.features.process import ModelCalls, ModelCallsHere
from ptmrank_core.metrics import METRICS
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import (
    NO_ANALYSIS,
    ExtractionOptions,
    Features,
    FloatArray,
    ModelSpec,
    RunPlan,
    Samples,
)

__all__ = ["RunContext", "load_auxiliary"]

NO_AUXILIARY: Mapping[str, Samples] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunContext:
    """The context in which every model of a run is processed.

    Parameters
    ----------
    plan, samples
        The plan of the run, and its samples.
    sources
        Where models and auxiliary samples come from.
    store, cache, kept
        Where cells, features and results are stored.
    pool
        The processes that analyses are spread over.
    sink, cancel
        Receives every event; called after each batch and each cell.
    models
        Where checkpoints are run and trained: in the model process, in this one, or on a cluster.
    n_doses
        Doses of a race that are trained there at a time, each called for in a thread of its own.
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
    kept: KeptResults
    pool: PiecePool
    sink: Sink
    cancel: CancelToken
    models: ModelCalls
    n_doses: int = 1
    reference: Samples | None = None
    label_embeddings: FloatArray | CapturedError | None = None
    uncached: dict[tuple[str, ...], Features] = field(default_factory=dict)

    def extract(
        self,
        samples: Samples,
        spec: ModelSpec,
        options: ExtractionOptions,
        *,
        auxiliary: Mapping[str, Samples] = NO_AUXILIARY,
        sink: Sink = discard_event,
    ) -> Features:
        """Extract the features of a checkpoint, if they are not all in the cache.

        Parameters
        ----------
        samples, spec, options, auxiliary, sink
            As :func:`~ptmrank_core.features.extract` has them.

        Raises
        ------
        ModelError
            If the model cannot be loaded or run, or its process died.
        CancelledError
            If cancellation was requested.
        """
        cached = extract_cached(
            samples, spec, options=options, cache=self.cache, sink=sink, auxiliary=auxiliary
        )
        if cached is not None:
            return cached
        if not isinstance(self.models, ModelCallsHere):  # it is loaded elsewhere, and this process waits
            self.pool.start_ahead(len(self.plan.models) if self._has_pieces() else 0)
        features: Features = self.models.call(
            "extract",
            samples,
            spec,
            options=options,
            auxiliary=dict(auxiliary),
            sink=sink,
            cancel=self.cancel,
        )
        return features

    def _has_pieces(self) -> bool:
        """Whether anything is computed of the features besides scores of all samples."""
        return self.plan.analyses != NO_ANALYSIS or any(
            METRICS[name].stochastic for name in self.plan.metrics
        )


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
        return run_context.extract(names, fetched, options).embeddings[None]

    return replace(run_context, label_embeddings=run_guarded(embed, what=spec.id))
