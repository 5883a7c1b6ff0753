"""What a command ranks: the samples, how they are read, and the candidates that were named."""

from __future__ import annotations

import argparse
from typing import NamedTuple, get_args

from ptmrank_core.catalogue import (
    COLUMNS,
    FEATURES_TASK,
    TaskCategory,
    default_label_encoder,
    feature_models,
    resolve_models,
    task_category,
)
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples, load_reference, load_samples
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import Modality, ModelSpec, Reading, Samples, TargetKind

__all__ = ["RankInputs", "add_reading", "checked_reference", "label_encoder", "rank_inputs_of"]

ONE_HOT = "one-hot"  # classes as they are, for EMMS


def add_reading(rank: argparse.ArgumentParser) -> None:
    """Add the options that say how samples are read."""
    rank.add_argument("--modality", default=None, help="image, text, audio, video or tabular")
    rank.add_argument("--target", default=None, help="classification, regression or multilabel")
    rank.add_argument("--text-column", action="append", default=[], help="twice for a pair of texts")
    rank.add_argument("--label-column", action="append", default=[], help="several for several targets")
    rank.add_argument(
        *("--group-column", "--groups"), default=None, help="whose a sample is: speaker, patient, document"
    )
    rank.add_argument(
        "--max-samples", type=int, default=None, help="use a part in which every class has its share"
    )


class RankInputs(NamedTuple):
    """What is ranked, and on what."""

    task: str
    reading: Reading
    models: list[ModelSpec]
    samples: Samples


def rank_inputs_of(options: argparse.Namespace) -> RankInputs:
    """Find what was named: ready-made features alone, or models and samples."""
    return _ready_made(options) if options.features else _named(options)


def _named(options: argparse.Namespace) -> RankInputs:
    """Find the models and load the samples that were named."""
    task = task_category(_required(options, "task"))
    named = options.models or (COLUMNS if task.modality == "tabular" else _required(options, "models"))
    models = resolve_models(named, task)
    reading = _reading(options, task)
    return RankInputs(task.name, reading, models, load_samples(_required(options, "samples"), reading))


def _required(options: argparse.Namespace, name: str) -> str:
    """Read an option that only ready-made features can do without."""
    value: str | None = getattr(options, name)
    if not value:
        raise InputError(
            f"--{name} is missing.", hint="Name --task, --samples and --models, or --features alone."
        )
    return value


def _ready_made(options: argparse.Namespace) -> RankInputs:
    """Find the features that are there, and the samples that they share."""
    besides = (
        "task",
        "samples",
        "models",
        "reference",
        "source",
        "label_encoder",
        "text_column",
        "layers",
        "max_samples",
    )
    named = [f"--{name.replace('_', '-')}" for name in besides if getattr(options, name)]
    if named:
        raise InputError(
            f"--features brings its own samples, models and further arrays; {', '.join(named)} came with it.",
            hint="Leave that out, or leave --features out.",
        )
    path = options.features.expanduser()
    models = feature_models(path)
    reading = _reading(options, None)
    return RankInputs(FEATURES_TASK, reading, models, load_feature_samples(path, models, reading))


def _reading(options: argparse.Namespace, task: TaskCategory | None) -> Reading:
    """Collect what the user says of the samples; what they are follows from the task."""
    for name, value, known in (
        ("modality", options.modality, get_args(Modality)),
        ("target", options.target, get_args(TargetKind)),
    ):
        if value not in {None, *known}:
            raise UnknownNameError(name, value, known)
    return Reading(
        modality=options.modality or (task.modality if task else "tabular"),
        target_kind=options.target or (task.target_kind if task else None),
        text_columns=tuple(options.text_column),
        label_columns=tuple(options.label_column),
        group_column=options.group_column,
        max_samples=options.max_samples,
    )


def label_encoder(name: str | None, settings: Settings) -> ModelSpec | None:
    """Find the text model for the class names: the demo's where none was named."""
    if name is None:
        return default_label_encoder()
    if name == ONE_HOT:
        return None
    models = resolve_models(name, task_category("feature-extraction"), models_dir=settings.models_dir)
    if len(models) != 1:
        raise InputError(f"--label-encoder names {len(models)} models; expected one.")
    return models[0]


def checked_reference(source: str | None, modality: Modality) -> str | None:
    """Read the user's reference set once, so that a bad one is told before anything is computed."""
    return load_reference(source, modality).source if source else None
