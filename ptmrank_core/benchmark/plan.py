"""What a run shall do, decided before anything is computed. Pure: no clock, no network, no files."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS, default_metrics, why_not
from ptmrank_core.records import (
    AS_RECOGNISED,
    BUILT_IN_REFERENCE,
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
        The user's own reference set; where a metric needs one and there is none, the built-in one is used.
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
        reference_source=(reference_source or BUILT_IN_REFERENCE) if needs_reference else None,
        reading=reading,
    )


def quick_metrics() -> tuple[str, ...]:
    """Names of the metrics to start with: default forms, no slow iterations, no second set of samples."""
    return tuple(
        name
        for name in default_metrics()
        if METRICS[name].cost != "iterative" and METRICS[name].needs <= {SOURCE_LOGITS}
    )


def known_skips(spec: ModelSpec, metrics: Sequence[str], target_kind: TargetKind) -> dict[str, str]:
    """Metrics that do not apply to a model, each with the reason; known before any work.

    Parameters
    ----------
    spec
        A model whose files have been read.
    metrics
        Names of metrics.
    target_kind
        What the labels of the samples are.
    """
    available = RUN_INPUTS - ({SOURCE_LOGITS} if spec.n_source_classes is None else set())
    reasons = {name: why_not(METRICS[name], available, target_kind) for name in metrics}
    return {name: reason for name, reason in reasons.items() if reason is not None}
