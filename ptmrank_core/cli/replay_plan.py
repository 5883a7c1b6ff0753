"""A run card -> the same run, planned on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ptmrank_core.benchmark import RunCard, make_plan, new_run_id, now
from ptmrank_core.benchmark.plan import needs_reference, needs_source_samples
from ptmrank_core.catalogue import feature_models
from ptmrank_core.catalogue.demo import demo_model
from ptmrank_core.catalogue.local import LOCAL_PREFIX, local_root_model
from ptmrank_core.config import Settings
from ptmrank_core.data import (
    FEATURES_PREFIX,
    PAIRS_PREFIX,
    load_feature_samples,
    load_reference,
    load_samples,
)
from ptmrank_core.errors import InputError
from ptmrank_core.features import check_options
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ExtractionOptions, ModelSpec, RunPlan, Samples

__all__ = ["ReplayPlan", "plan_replay"]

CHECKPOINTS = frozenset({"hub", "local", "demo"})
SAY_WHERE = "Say where they are with --samples PATH."


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """The run of a card as it can be had here.

    Parameters
    ----------
    plan, samples
        What is done, and on what.
    notes
        What could not be had as in the card, one sentence each.
    """

    plan: RunPlan
    samples: Samples
    notes: tuple[str, ...]


def plan_replay(card: RunCard, settings: Settings, *, samples: str | None = None) -> ReplayPlan:
    """Plan the run of a card on this machine, with its dtype, device and batch sizes.

    Models are those of the card by their exact revisions; one that is not here fails in the run, by name.

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
        If the samples are not there, or the card's options cannot be understood.
    """
    models = [_here(spec, card, settings) for spec in card.plan.models]
    if card.plan.samples_source.startswith(FEATURES_PREFIX) and samples is not None:
        models = _moved(models, Path(samples))
        loaded = load_feature_samples(Path(samples).expanduser(), models, card.plan.reading)
    else:
        loaded = _load(card, samples)
    options, notes = _options(card)
    metrics, left_out = _metrics(card.plan, loaded)
    encoder = card.plan.label_encoder
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=card.plan.task,
        samples=loaded,
        models=models,
        metrics=metrics,
        options=options,
        seed=card.plan.seed,
        reference_source=card.plan.reference_source,
        reading=card.plan.reading,
        source_samples=card.plan.source_samples if needs_source_samples(metrics) else None,
        label_encoder=None if encoder is None else _here(encoder, card, settings),
        analyses=card.plan.analyses,
    )
    return ReplayPlan(plan, loaded, (*notes, *left_out))


def _here(spec: ModelSpec, card: RunCard, settings: Settings) -> ModelSpec:
    """Find a model of the card on this machine; where it is not, it stays as it is and fails in the run."""
    try:
        if spec.source == "demo":
            return demo_model(spec.id, spec.tasks[0] if spec.tasks else card.plan.task)
        if spec.source == "local" and not Path(spec.path or "").is_dir() and spec.id.startswith(LOCAL_PREFIX):
            return local_root_model(spec.id, settings.models_dir, wanted=spec.modality, tasks=spec.tasks)
    except InputError:
        return spec
    # A folder may hold something else by now: its content is looked at again.
    return replace(spec, revision=None) if spec.source == "local" else spec


def _moved(models: Iterable[ModelSpec], place: Path) -> list[ModelSpec]:
    """Look the card's files of features up by their names in another folder."""
    found = {spec.id: spec.path for spec in feature_models(place)}
    return [replace(spec, path=found.get(spec.id, spec.path)) for spec in models]


def _load(card: RunCard, named: str | None) -> Samples:
    """Load the samples from where they were named, or from where the card has them."""
    source = named or card.plan.samples_source
    if source.startswith(PAIRS_PREFIX):
        raise InputError("The samples of the card were a list in a script.", hint=SAY_WHERE)
    try:
        return load_samples(source, card.plan.reading)
    except InputError as error:
        if named:
            raise
        raise InputError(f"The card's samples cannot be had: {error.message}", hint=SAY_WHERE) from error


def _options(card: RunCard) -> tuple[ExtractionOptions, list[str]]:
    """Options as they came out in the card's run, as far as they can be had here."""
    asked = card.plan.options
    ran = [spec.id for spec in card.plan.models if spec.source in CHECKPOINTS and spec.id in card.conditions]
    reports = {model: card.conditions[model].report for model in ran}
    dtypes = {report.dtype for report in reports.values()}
    devices = {report.device for report in reports.values() if report.device}
    sizes = {model: report.batch_size for model, report in reports.items() if report.batch_size}
    options = replace(
        asked,
        dtype=dtypes.pop() if len(dtypes) == 1 else asked.dtype,
        device=devices.pop() if len(devices) == 1 else asked.device,
        found_sizes=sizes if asked.batch_size is None else {},
    )
    try:
        check_options(options)
    except InputError as error:
        raise InputError(f"card.plan.options: {error.message}", hint=error.hint) from error
    if options.device in {"auto", "cpu"} or _is_here(options.device):
        return options, []
    return replace(options, device="auto"), [f"The card's device, {options.device}, is not here."]


def _is_here(device: str) -> bool:
    from ptmrank_core.features.device import resolve_device  # noqa: PLC0415 - loads torch

    try:
        resolve_device(device)
    except InputError:
        return False
    return True


def _metrics(plan: RunPlan, samples: Samples) -> tuple[tuple[str, ...], list[str]]:
    """Leave out the metrics that cannot be had here as they were in the card's run, and say so."""
    wanted = [name for name in plan.metrics if name in METRICS]
    notes = [f"{name} is not known here." for name in plan.metrics if name not in METRICS]
    for source, load, needs in (
        (plan.reference_source, lambda place: load_reference(place, samples.modality), needs_reference),
        (plan.source_samples, load_samples, needs_source_samples),
    ):
        if source is None or not needs(wanted):
            continue
        problem = _problem(load, source)
        if problem:
            lost = [name for name in wanted if needs([name])]
            wanted = [name for name in wanted if name not in lost]
            notes.append(f"{', '.join(lost)} cannot be had here: {problem}")
    return tuple(wanted), notes


def _problem(load: Callable[[str], Samples], source: str) -> str:
    """Say why samples cannot be loaded; empty where they can."""
    try:
        load(source)
    except InputError as error:
        return error.message
    return ""
