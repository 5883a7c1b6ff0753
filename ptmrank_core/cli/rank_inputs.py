"""What the arguments of ``rank`` ask for: the models, the samples, and the options of the run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ptmrank_core.benchmark import check_run_options
from ptmrank_core.catalogue import (
    COLUMNS,
    FEATURES_TASK,
    default_label_encoder,
    feature_models,
    resolve_models,
    task_category,
)
from ptmrank_core.config import Settings
from ptmrank_core.data import load_corrections, load_feature_samples, load_reference, load_samples
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import standard_metrics
from ptmrank_core.records import (
    EVERY_ANALYSIS,
    NO_ANALYSIS,
    Analyses,
    ExtractionOptions,
    Modality,
    ModelSpec,
    Reading,
    RunOptions,
    Samples,
    replace_fields,
)
from ptmrank_core.results.rank_options import ONE_HOT, RANK_OPTIONS
from ptmrank_core.results.reading_options import CORRECTIONS

__all__ = ["OnModels", "RankInputs", "add_rank_inputs", "discard_models", "rank_inputs"]

# Fields that are loaded or looked up: the text on the command line is not yet the value of the field.
LOADED = ("reference_source", "source_samples", "label_encoder", CORRECTIONS)


OnModels: TypeAlias = Callable[[Sequence[ModelSpec]], None]


def discard_models(_models: Sequence[ModelSpec]) -> None:
    """Leave the models alone until they are run."""


class RankInputs(NamedTuple):
    """What is ranked, on which samples, and how."""

    task: str
    models: list[ModelSpec]
    samples: Samples
    options: RunOptions


def add_rank_inputs(rank: argparse.ArgumentParser) -> None:
    """Add the arguments that name models and samples, and those of the run's options."""
    rank.add_argument("--task", default=None, help="task category, such as image-classification")
    rank.add_argument(
        "--samples", default=None, help="a zip, a folder, a table, hf:owner/name or demo:digits"
    )
    rank.add_argument(
        "--models",
        default=None,
        help="comma-separated: demo, preset:NAME, local:NAME, Hub ids or addresses, folders",
    )
    rank.add_argument(
        "--features",
        type=Path,
        default=None,
        help="instead: a folder of ready-made features, one .npz or table for each model",
    )
    rank.add_argument(
        "--quick",
        action="store_true",
        help="end with the first ranking, without any analysis; the same command without it goes on from the "
        "cached features",
    )
    for option in RANK_OPTIONS:
        option.add_to(rank)


def rank_inputs(
    arguments: argparse.Namespace,
    settings: Settings,
    on_models: OnModels = discard_models,
) -> RankInputs:
    """Load what the arguments name: ready-made features, or models and samples.

    Parameters
    ----------
    arguments
        The parsed arguments.
    settings
        Where data are stored.
    on_models
        Receives models that have to be run as soon as they are known, before their samples are read.

    Raises
    ------
    InputError
        If something is missing, does not go together, or cannot be used.
    """
    paths = {option.field for option in RANK_OPTIONS}
    given = {path: value for path, value in vars(arguments).items() if path in paths}
    if arguments.features:
        return _ready_made(arguments, given)
    return _models_and_samples(arguments, given, settings, on_models)


def _models_and_samples(
    arguments: argparse.Namespace,
    given: Mapping[str, Any],
    settings: Settings,
    on_models: OnModels,
) -> RankInputs:
    task = task_category(_required(arguments, "task"))
    options = _options(given, Reading(task.modality, task.target_kind), quick=arguments.quick)
    names = arguments.models or (COLUMNS if task.modality == "tabular" else _required(arguments, "models"))
    models = resolve_models(names, task, models_dir=settings.models_dir)
    source = _required(arguments, "samples")
    on_models(models)
    samples = load_samples(source, options.reading)
    options = replace(options, **_loaded(given, samples.modality, settings))
    return RankInputs(task.name, models, samples, options)


def _analyses(given: Mapping[str, Any], *, quick: bool) -> Analyses:
    """Return the analyses that follow where no option says otherwise.

    Raises
    ------
    InputError
        If there are to be none, and an option asks for one.
    """
    if not quick:
        return EVERY_ANALYSIS
    asked = [
        option.flag
        for option in RANK_OPTIONS
        if given.get(option.field) and option.field.startswith("analyses.")
    ]
    if asked:
        raise InputError(
            f"--quick does without analyses; {', '.join(asked)} came with it.",
            hint="Leave out one or the other.",
        )
    return NO_ANALYSIS


def _required(arguments: argparse.Namespace, name: str) -> str:
    """Read an argument that only ready-made features can do without."""
    value: str | None = getattr(arguments, name)
    if not value:
        raise InputError(
            f"--{name} is missing.", hint="Name --task, --samples and --models, or --features alone."
        )
    return value


def _ready_made(arguments: argparse.Namespace, given: Mapping[str, Any]) -> RankInputs:
    """Load ready-made features, and the samples that they share."""
    named = [f"--{name}" for name in ("task", "samples", "models") if getattr(arguments, name)]
    named += [option.flag for option in RANK_OPTIONS if option.field in given and not option.for_features]
    if named:
        raise InputError(
            f"--features brings its own samples, models and auxiliary arrays; {', '.join(named)} came with "
            "it.",
            hint="Leave that out, or leave --features out.",
        )
    options = _options(given, Reading("tabular"), quick=arguments.quick)
    path = arguments.features.expanduser()
    models = feature_models(path)
    return RankInputs(FEATURES_TASK, models, load_feature_samples(path, models, options.reading), options)


def _options(given: Mapping[str, Any], reading: Reading, *, quick: bool) -> RunOptions:
    """Collect the options that were given, over those of the task and the defaults."""
    defaults = RunOptions(
        metrics=standard_metrics(),
        options=ExtractionOptions(),
        seed=0,
        reading=reading,
        analyses=_analyses(given, quick=quick),
    )
    plain = {path: value for path, value in given.items() if path not in LOADED}
    if CORRECTIONS in given:
        plain[CORRECTIONS] = load_corrections(given[CORRECTIONS])
    return check_run_options(replace_fields(defaults, plain))


def _loaded(given: Mapping[str, Any], modality: Modality, settings: Settings) -> dict[str, Any]:
    """Load or look up what is named; a set that cannot be used is refused before anything is computed."""
    reference, source = given.get("reference_source"), given.get("source_samples")
    return {
        "reference_source": load_reference(reference, modality).source if reference else None,
        "source_samples": load_samples(source).source if source else None,
        "label_encoder": _label_encoder(given.get("label_encoder"), settings),
    }


def _label_encoder(name: str | None, settings: Settings) -> ModelSpec | None:
    """Look up the text model for the class names; that of the demo where none is named."""
    if name is None:
        return default_label_encoder()
    if name == ONE_HOT:
        return None
    models = resolve_models(name, task_category("feature-extraction"), models_dir=settings.models_dir)
    if len(models) != 1:
        raise InputError(f"--label-encoder names {len(models)} models; expected one.")
    return models[0]
