"""The command line that repeats a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from ptmrank_core.metrics import LABEL_EMBEDDINGS, metrics_reading
from ptmrank_core.records import BUILT_IN_REFERENCES, ModelSpec, RunPlan

__all__ = ["rank_command"]

PROGRAM = ("python", "-m", "ptmrank_core", "rank")
# What the plan of ready-made features has for a task, and the label encoder that embeds no names.
FEATURES_TASK, ONE_HOT = "features", "one-hot"
BY_COMMA = ","


def rank_command(plan: RunPlan) -> str | None:
    """Write the command that ranks the same models on the same samples under the same metrics.

    Parameters
    ----------
    plan
        What the run was to do.

    Returns
    -------
    str or None
        A line for a POSIX shell. Every choice stands in it, also where it is the default of today. Models of
        the Hub are named as they were: the revisions that they came to stand with the results. ``None`` where
        no command can say it: a model is a function of the user's, or its folder has a comma in its name or
        a space at its end.
    """
    models = _features(plan) if plan.task == FEATURES_TASK else _named(plan)
    if models is None:
        return None
    return shlex.join([*PROGRAM, *models, *_words(_options(plan)), *_switches(plan)])


def _named(plan: RunPlan) -> list[str] | None:
    """Name samples and models."""
    names = [_name(spec) for spec in plan.models]
    sayable = [name for name in names if name and BY_COMMA not in name and name == name.strip()]
    if len(sayable) < len(names):
        return None
    models = BY_COMMA.join(sayable)
    named = {"--task": plan.task, "--samples": plan.samples_source, "--models": models}
    return list(_words(named.items()))


def _name(spec: ModelSpec) -> str | None:
    """Name one model as the command line takes it."""
    if spec.source == "function":
        return None
    is_by_path = spec.source == "features" or (spec.source == "local" and not spec.id.startswith("local:"))
    return spec.path if is_by_path else spec.id


def _features(plan: RunPlan) -> list[str]:
    """Name the folder of ready-made features, or the only file."""
    paths = [Path(spec.path or "") for spec in plan.models]
    return list(_words([("--features", str(paths[0] if len(paths) == 1 else paths[0].parent))]))


def _options(plan: RunPlan) -> Iterator[tuple[str, str | None]]:
    """Every choice of a plan; ``None`` where there is nothing to say."""
    options, reading = plan.options, plan.reading
    yield "--metrics", BY_COMMA.join(plan.metrics)
    yield "--modality", reading.modality
    yield "--target", reading.target_kind
    yield from (("--text-column", name) for name in reading.text_columns)
    yield from (("--label-column", name) for name in reading.label_columns)
    yield "--group-column", reading.group_column
    yield "--max-samples", str(reading.max_samples) if reading.max_samples else None
    yield "--dtype", options.dtype
    yield "--device", options.device
    yield "--batch-size", str(options.batch_size) if options.batch_size else None
    yield "--seed", str(plan.seed)
    own_reference = plan.reference_source not in BUILT_IN_REFERENCES.values()
    yield "--reference", plan.reference_source if own_reference else None
    yield "--source", plan.source_samples
    if plan.task != FEATURES_TASK and metrics_reading(LABEL_EMBEDDINGS, plan.metrics):
        yield "--label-encoder", _name(plan.label_encoder) if plan.label_encoder else ONE_HOT
    half_samples = plan.analyses.half_samples
    yield "--intervals", None if half_samples is None else str(half_samples)
    yield "--normalise", plan.normalise
    if plan.analyses.fine_tune:
        yield "--fine-tune", str(plan.analyses.fine_tune)
        yield "--fine-tune-seconds", f"{plan.analyses.fine_tune_seconds:g}"


def _switches(plan: RunPlan) -> Iterator[str]:
    """Options without a value."""
    if plan.options.layers:
        yield "--layers"
    if not plan.analyses.probe:
        yield "--no-probe"
    if plan.analyses.sample_sizes is not None:
        yield "--sample-sizes" if plan.analyses.sample_sizes else "--no-sample-sizes"
    if plan.analyses.controls:
        yield "--controls"
    if not plan.analyses.projections:
        yield "--no-projections"


def _words(options: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Option and value as two words, as one where the value would be read as an option itself."""
    for name, value in options:
        if value is None:
            continue
        if value.startswith("-"):
            yield f"{name}={value}"
        else:
            yield from (name, value)
