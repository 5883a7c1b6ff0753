"""The plan of a run, made before anything is computed. Pure: no clock, no network, no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

from ptmrank_core.benchmark.normalisation import check_normalisation
from ptmrank_core.benchmark.race.lora import check_lora
from ptmrank_core.errors import InputError
from ptmrank_core.features import check_options
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
    BUILT_IN_REFERENCES,
    CHECKPOINTS,
    ModelSpec,
    RunOptions,
    RunPlan,
    Samples,
    TargetKind,
)

__all__ = [
    "LABEL_ENCODER_REVISION",
    "check_run_options",
    "known_skips",
    "layer_metrics",
    "make_plan",
    "needs_reference",
    "needs_source_samples",
    "quick_metrics",
    "reads_class_names",
]

# Metric inputs that are available only if samples of the model's training data are known.
TRANSFER_INPUTS = frozenset({SOURCE_EMBEDDINGS, "source_labels", "source_error", "target_error"})
# Key under which the environment of a run holds the revision of its label encoder.
LABEL_ENCODER_REVISION = "label_encoder_revision"
# What models are that have no weights here.
UNTRAINABLE = {
    "features": "ready-made features",
    "columns": "columns of numbers",
    "function": "functions",
}
NOTHING_TO_DO = "A run needs at least one model and one metric."


def check_run_options(options: RunOptions) -> RunOptions:
    """Return the options of a run if they are valid.

    Raises
    ------
    UnknownNameError
        If there is no such dtype or normalisation.
    InputError
        If the device or the batch size cannot be used, there is no metric, or training by LoRA is asked for
        without the package that it needs.
    """
    check_options(options.options)
    check_lora(asked=options.analyses.lora)
    check_normalisation(options.normalise)
    if not options.metrics:
        raise InputError(NOTHING_TO_DO)
    return options


def make_plan(
    *,
    run_id: str,
    created_at: str,
    task: str,
    samples: Samples,
    models: Sequence[ModelSpec],
    options: RunOptions,
) -> RunPlan:
    """Plan a run.

    Parameters
    ----------
    run_id
        An id that no other run has.
    created_at
        ISO 8601 time, UTC.
    task
        Name of the task category.
    samples
        The samples; the plan holds their source and fingerprint.
    models
        At least one, all of the samples' modality.
    options
        Every option is copied to the plan. If a metric needs a reference set and none is chosen, the built-in
        one of the modality is used, if it exists. A reference set, source samples and a label encoder that
        none of the metrics reads are dropped.

    Raises
    ------
    UnknownNameError
        If there is no such dtype or normalisation.
    InputError
        If a model reads another modality, no model or no metric is named, an option cannot be used, or
        training is asked for and nothing can be trained.
    """
    mismatched = [spec.id for spec in models if spec.modality != samples.modality]
    if mismatched:
        raise InputError(
            f"The samples are {samples.modality}; these models read another modality: {mismatched}.",
            hint="Leave them out; of a folder of checkpoints, name those that fit one by one.",
        )
    if not models:
        raise InputError(NOTHING_TO_DO)
    check_run_options(options)
    _check_training(models, samples, options)
    metrics = options.metrics
    names_classes = reads_class_names(metrics) and samples.target_kind == "classification"
    reference = options.reference_source or BUILT_IN_REFERENCES.get(samples.modality)
    chosen = {field.name: getattr(options, field.name) for field in fields(RunOptions)}
    used = {
        "reference_source": reference if needs_reference(metrics) else None,
        "source_samples": options.source_samples if needs_source_samples(metrics) else None,
        "label_encoder": options.label_encoder if names_classes else None,
    }
    return RunPlan(
        **(chosen | used),
        run_id=run_id,
        created_at=created_at,
        task=task,
        samples_source=samples.source,
        samples_fingerprint=samples.fingerprint,
        models=tuple(models),
    )


def _check_training(models: Sequence[ModelSpec], samples: Samples, options: RunOptions) -> None:
    """Refuse training that would be found to be impossible only after everything else was computed."""
    if not (options.analyses.fine_tune or options.analyses.decide_seconds):
        return
    sources = {spec.source for spec in models if spec.control is None}
    if not sources & CHECKPOINTS:
        words = " and ".join(UNTRAINABLE[source] for source in sorted(sources))
        raise InputError(
            f"Fine-tuning was asked for, and nothing here can be trained: the models are {words}.",
            hint="Leave fine-tuning out, or name checkpoints: models of the Hub or folders.",
        )
    if samples.target_kind == "multilabel" and options.analyses.fine_tune:
        raise InputError(
            "Fine-tuning was asked for, and samples with several labels each cannot be trained on here.",
            hint="Leave fine-tuning out.",
        )


def needs_reference(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads a general reference set."""
    return bool(metrics_reading(REFERENCE_EMBEDDINGS, metrics))


def needs_source_samples(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads samples of a model's training data."""
    return bool(metrics_reading(SOURCE_EMBEDDINGS, metrics))


def reads_class_names(metrics: Iterable[str]) -> bool:
    """Whether one of the metrics reads embeddings of the class names."""
    return bool(metrics_reading(LABEL_EMBEDDINGS, metrics))


def quick_metrics() -> tuple[str, ...]:
    """Return the default metrics: default variants, no slow iterations, no auxiliary samples."""
    return METRIC_PRESETS["quick"].metrics


def layer_metrics(metrics: Iterable[str], target_kind: TargetKind) -> tuple[str, ...]:
    """Select the metrics that apply to a hidden layer: those that read only its features and the labels.

    A metric that only reads the outputs of the source head (LEEP, NCE) is the same for every layer.
    """
    return tuple(name for name in metrics if inapplicable_reason(METRICS[name], (), target_kind) is None)


def known_skips(
    spec: ModelSpec,
    metrics: Sequence[str],
    target_kind: TargetKind,
    *,
    has_reference: bool,
    has_source: bool,
    has_class_names: bool = False,
) -> dict[str, str]:
    """Find the metrics that do not apply to a model, with the reasons, before anything is computed.

    Parameters
    ----------
    spec
        A model whose files have been read.
    metrics
        Names of metrics.
    target_kind
        Kind of the labels of the samples.
    has_reference
        Whether the run has a reference set: not every modality has a built-in one.
    has_source
        Whether samples of the model's training data are known.
    has_class_names
        Whether a text model embeds the class names.
    """
    available = {REFERENCE_EMBEDDINGS} if has_reference else set[str]()
    available |= TRANSFER_INPUTS if has_source else set()
    available |= {LABEL_EMBEDDINGS} if has_class_names else set()
    available |= set() if spec.n_source_classes is None else {SOURCE_LOGITS}
    reasons = {name: inapplicable_reason(METRICS[name], available, target_kind) for name in metrics}
    return {name: reason for name, reason in reasons.items() if reason is not None}
