"""The models and samples that a run card names, looked up on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ptmrank_core.benchmark import ReplayInputs, RunCard
from ptmrank_core.catalogue import feature_models
from ptmrank_core.catalogue.demo import demo_model
from ptmrank_core.catalogue.local import LOCAL_PREFIX, local_root_model
from ptmrank_core.config import Settings
from ptmrank_core.data import FEATURES_PREFIX, load_feature_samples, load_samples
from ptmrank_core.errors import InputError
from ptmrank_core.records import OBJECTS_PREFIXES, ModelSpec, Samples

__all__ = ["replay_inputs"]

NAME_THE_SAMPLES = "Say where they are with --samples PATH."


def replay_inputs(card: RunCard, settings: Settings, *, samples: str | None = None) -> ReplayInputs:
    """Find the models of a card by their exact revisions, and load its samples.

    Parameters
    ----------
    card
        Of any machine.
    settings
        Of this one.
    samples
        Where the samples are; ``None`` for the place that the card names.

    Raises
    ------
    InputError
        If the samples cannot be loaded.
    """
    models = [_find_model(spec, card, settings) for spec in card.plan.models]
    if card.plan.samples_source.startswith(FEATURES_PREFIX) and samples is not None:
        models = _moved(models, Path(samples))
        loaded = load_feature_samples(Path(samples).expanduser(), models, card.plan.reading)
    else:
        loaded = _load_samples(card, samples)
    encoder = card.plan.label_encoder
    return ReplayInputs(models, loaded, None if encoder is None else _find_model(encoder, card, settings))


def _find_model(spec: ModelSpec, card: RunCard, settings: Settings) -> ModelSpec:
    """Find a model of the card on this machine; one that is not here stays as it is, and fails in the run."""
    try:
        if spec.source == "demo":
            return demo_model(spec.id, spec.tasks[0] if spec.tasks else card.plan.task)
        if spec.source == "local" and not Path(spec.path or "").is_dir() and spec.id.startswith(LOCAL_PREFIX):
            return local_root_model(spec.id, settings.models_dir, wanted=spec.modality, tasks=spec.tasks)
    except InputError:
        return spec
    # A folder may hold something else by now: its content is looked at again.
    return replace(spec, revision=None) if spec.source == "local" else spec


def _moved(models: Iterable[ModelSpec], folder: Path) -> list[ModelSpec]:
    """Look up the card's files of features by their names in another folder."""
    paths = {spec.id: spec.path for spec in feature_models(folder)}
    return [replace(spec, path=paths.get(spec.id, spec.path)) for spec in models]


def _load_samples(card: RunCard, named: str | None) -> Samples:
    """Load the samples from the place that was named, or from the one in the card."""
    source = named or card.plan.samples_source
    if source.startswith(OBJECTS_PREFIXES):
        raise InputError("The samples of the card were in the memory of a script.", hint=NAME_THE_SAMPLES)
    try:
        return load_samples(source, card.plan.reading)
    except InputError as error:
        if named:
            raise
        raise InputError(
            f"The card's samples cannot be had: {error.message}", hint=NAME_THE_SAMPLES
        ) from error
