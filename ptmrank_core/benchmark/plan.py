"""What a run shall do, decided before anything is computed. Pure: no clock, no network, no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ptmrank_core.benchmark.normalisation import check_normalisation
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import (
    LABEL_EMBEDDINGS,
    METRIC_PRESETS,
    METRICS,
    REFERENCE_EMBEDDINGS,
    SOURCE_EMBEDDINGS,
    SOURCE_LOGITS,
    inapplicable_reason,
    metrics_reading,
)
from ptmrank_core.records import (
    AS_RECOGNISED,
    BUILT_IN_REFERENCES,
    EVERY_ANALYSIS,
    Analyses,
    ExtractionOptions,
    ModelSpec,
    Reading,
    RunPlan,
    Samples,
    TargetKind,
)

__all__ = [
    "LABEL_ENCODER_REVISION",
    "known_skips",
    "layer_metrics",
    "make_plan",
    "needs_reference",
    "needs_source_samples",
    "quick_metrics",
    "reads_class_names",
]

# What a run can give a metric only where samples of what the model was trained on are known.
TRANSFER_INPUTS = frozenset({SOURCE_EMBEDDINGS, "source_labels", "source_error", "target_error"})


def make_plan(  # noqa: PLR0913 - a plan is the sum of its parts
    *,
    run_id: str,
    created_at: str,
    task: str,
    samples: Samples,
    models: Sequence[ModelSpec],
    metrics: Sequence[str],
    options: ExtractionOptions,
    seed: int,
    reference_source: str | None = None,
    reading: Reading = AS_RECOGNISED,
    source_samples: str | None = None,
    label_encoder: ModelSpec | None = None,
    analyses: Analyses = EVERY_ANALYSIS,
    normalise: str = "none",
) -> RunPlan:
    """Put a plan together.

    Parameters
    ----------
    run_id
        An id nobody else has.
    created_at
        ISO 8601 time, UTC.
    task
        Name of the task category.
    samples
        The samples; the plan keeps their source and fingerprint.
    models, metrics
        At least one of each.
    options
        How features are extracted.
    seed
        Seed of everything random.
    reference_source
        The user's own reference set; where a metric needs one and there is none, the built-in one of the
        modality is used, if it has one.
    reading
        How the samples were read.
    source_samples
        Labelled samples of what the models were trained on; ``None`` for each model's own, where known.
    label_encoder
        A text model for the class names, where a metric reads them.
    analyses
        What is done once every cell is decided.
    normalise
        Unit of the features: one of ``NORMALISATIONS``.

    Raises
    ------
    UnknownNameError
        If there is no such normalisation.
    InputError
        If a model reads something else than the samples are, or nothing is to be done.
    """
    strangers = [spec.id for spec in models if spec.modality != samples.modality]
    if strangers:
        raise InputError(
            f"The samples are {samples.modality}; these models read something else: {strangers}."
        )
    if not models or not metrics:
        raise InputError("A run needs at least one model and one metric.")
    names_classes = reads_class_names(metrics) and samples.target_kind == "classification"
    reference = reference_source or BUILT_IN_REFERENCES.get(samples.modality)
    return RunPlan(
        run_id=run_id,
        created_at=created_at,
        task=task,
        samples_source=samples.source,
        samples_fingerprint=samples.fingerprint,
        models=tuple(models),
        metrics=tuple(metrics),
        options=options,
        seed=seed,
        reference_source=reference if needs_reference(metrics) else None,
        reading=reading,
        source_samples=source_samples,
        label_encoder=label_encoder if names_classes else None,
        analyses=analyses,
        normalise=check_normalisation(normalise),
    )


def needs_reference(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads a general reference set."""
    return bool(metrics_reading(REFERENCE_EMBEDDINGS, metrics))


def needs_source_samples(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads samples of what a model was trained on."""
    return bool(metrics_reading(SOURCE_EMBEDDINGS, metrics))


def reads_class_names(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads what a text model makes of the class names."""
    return bool(metrics_reading(LABEL_EMBEDDINGS, metrics))


def quick_metrics() -> tuple[str, ...]:
    """Names of the metrics to start with: default forms, no slow iterations, no second set of samples."""
    return METRIC_PRESETS["quick"].metrics


def layer_metrics(metrics: Iterable[str], target_kind: TargetKind) -> tuple[str, ...]:
    """Names of the metrics that say something of a hidden layer: those that read its features and no more.

    What only reads the source head's outputs is the same for every layer.
    """
    return tuple(name for name in metrics if inapplicable_reason(METRICS[name], (), target_kind) is None)


def known_skips(
    spec: ModelSpec,
    metrics: Sequence[str],
    target_kind: TargetKind,
    *,
    has_reference: bool,
    has_source: bool,
) -> dict[str, str]:
    """Metrics that do not apply to a model, each with the reason; known before any work.

    Parameters
    ----------
    spec
        A model whose files have been read.
    metrics
        Names of metrics.
    target_kind
        What the labels of the samples are.
    has_reference
        Whether the run has a reference set: not every modality has a built-in one.
    has_source
        Whether samples of what the model was trained on are known.
    """
    available = {REFERENCE_EMBEDDINGS} if has_reference else set[str]()
    available |= TRANSFER_INPUTS if has_source else set()
    available |= set() if spec.n_source_classes is None else {SOURCE_LOGITS}
    reasons = {name: inapplicable_reason(METRICS[name], available, target_kind) for name in metrics}
    return {name: reason for name, reason in reasons.items() if reason is not None}


LABEL_ENCODER_REVISION = "label_encoder_revision"
