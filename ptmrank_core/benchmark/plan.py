"""What a run shall do, decided before anything is computed. Pure: no clock, no network, no files."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS, default_metrics, why_not
from ptmrank_core.records import (
    AS_RECOGNISED,
    BUILT_IN_REFERENCES,
    ExtractionOptions,
    ModelSpec,
    Reading,
    RunPlan,
    Samples,
    TargetKind,
)

__all__ = ["known_skips", "make_plan", "quick_metrics"]

# The registry's names of what a run can give a metric besides embeddings and labels.
REFERENCE = "reference_embeddings"
SOURCE_LOGITS = "source_logits"  # only where the model has a head
RUN_INPUTS = frozenset({REFERENCE, SOURCE_LOGITS})


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

    Raises
    ------
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
    needs_reference = any(REFERENCE in METRICS[name].needs for name in metrics)
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
        reference_source=reference if needs_reference else None,
        reading=reading,
    )


def quick_metrics() -> tuple[str, ...]:
    """Names of the metrics to start with: default forms, no slow iterations, no second set of samples."""
    return tuple(
        name
        for name in default_metrics()
        if METRICS[name].cost != "iterative" and METRICS[name].needs <= {SOURCE_LOGITS}
    )


def known_skips(
    spec: ModelSpec, metrics: Sequence[str], target_kind: TargetKind, *, has_reference: bool
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
    """
    missing = {SOURCE_LOGITS} if spec.n_source_classes is None else set()
    available = RUN_INPUTS - missing - (set() if has_reference else {REFERENCE})
    reasons = {name: why_not(METRICS[name], available, target_kind) for name in metrics}
    return {name: reason for name, reason in reasons.items() if reason is not None}
