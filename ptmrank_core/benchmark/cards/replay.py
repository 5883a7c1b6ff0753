"""A run card -> the plan for repeating its run on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.benchmark.cards.card import RunCard
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.plan import make_plan, needs_reference, needs_source_samples
from ptmrank_core.benchmark.store.store import new_run_id, now
from ptmrank_core.errors import InputError
from ptmrank_core.features import check_options
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import AS_RECOGNISED, CHECKPOINTS, ExtractionOptions, ModelSpec, RunPlan, Samples

__all__ = ["ReplayInputs", "ReplayPlan", "plan_replay"]


@dataclass(frozen=True, eq=False, slots=True)
class ReplayInputs:
    """The models and samples that a card names, as found on this machine.

    Parameters
    ----------
    models
        The models of the card.
    samples
        The samples.
    label_encoder
        The text model for the class names; ``None`` if the card has none.
    """

    models: Sequence[ModelSpec]
    samples: Samples
    label_encoder: ModelSpec | None


@dataclass(frozen=True, eq=False, slots=True)
class ReplayPlan:
    """The plan of a replay.

    Parameters
    ----------
    plan, samples
        The plan, and its samples.
    notes
        How the plan has to deviate from the card, one sentence each.
    """

    plan: RunPlan
    samples: Samples
    notes: tuple[str, ...]


def plan_replay(card: RunCard, inputs: ReplayInputs, sources: Sources) -> ReplayPlan:
    """Plan the replay of a card on this machine.

    Every option is that of the card; dtype, device and batch sizes are those that its run actually used. A
    metric whose auxiliary samples cannot be loaded on this machine is left out, with a note.

    Parameters
    ----------
    card
        A card written on any machine.
    inputs
        The models and samples that the card names. A model missing on this machine fails in the run.
    sources
        Where auxiliary samples come from.

    Raises
    ------
    InputError
        If the card's options are invalid.
    """
    extraction, device_notes = _extraction(card)
    metrics, metric_notes = _metrics(card.plan, inputs.samples, sources)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=card.plan.task,
        samples=inputs.samples,
        models=inputs.models,
        options=replace(card.plan, metrics=metrics, options=extraction, label_encoder=inputs.label_encoder),
    )
    return ReplayPlan(plan, inputs.samples, (*device_notes, *metric_notes))


def _extraction(card: RunCard) -> tuple[ExtractionOptions, list[str]]:
    """Return the options that the card's run actually used, as far as this machine allows."""
    planned = card.plan.options
    ran = [spec.id for spec in card.plan.models if spec.source in CHECKPOINTS and spec.id in card.conditions]
    reports = {model: card.conditions[model].report for model in ran}
    dtypes = {report.dtype for report in reports.values()}
    devices = {report.device for report in reports.values() if report.device}
    sizes = {model: report.batch_size for model, report in reports.items() if report.batch_size}
    options = replace(
        planned,
        dtype=dtypes.pop() if len(dtypes) == 1 else planned.dtype,
        device=devices.pop() if len(devices) == 1 else planned.device,
        found_sizes=sizes if planned.batch_size is None else {},
    )
    try:
        check_options(options)
    except InputError as error:
        raise InputError(f"card.plan.options: {error.message}", hint=error.hint) from error
    if options.device in {"auto", "cpu"} or _is_available(options.device):
        return options, []
    note = f"The card's device, {options.device}, is not available on this machine."
    return replace(options, device="auto"), [note]


def _is_available(device: str) -> bool:
    from ptmrank_core.features.device import resolve_device  # noqa: PLC0415 - loads torch

    try:
        resolve_device(device)
    except InputError:
        return False
    return True


def _metrics(plan: RunPlan, samples: Samples, sources: Sources) -> tuple[tuple[str, ...], list[str]]:
    """Leave out the metrics that cannot be computed on this machine, with a note on each."""
    metrics = [name for name in plan.metrics if name in METRICS]
    notes = [f"This version of PTMRank has no metric {name}." for name in plan.metrics if name not in METRICS]
    for source, load, needs in (
        (plan.reference_source, lambda name: sources.load_reference(name, samples.modality), needs_reference),
        (plan.source_samples, lambda name: sources.load_samples(name, AS_RECOGNISED), needs_source_samples),
    ):
        if source is None or not needs(metrics):
            continue
        problem = _loading_problem(load, source)
        if problem:
            omitted = [name for name in metrics if needs([name])]
            metrics = [name for name in metrics if name not in omitted]
            notes.append(f"{', '.join(omitted)} cannot be computed on this machine: {problem}")
    return tuple(metrics), notes


def _loading_problem(load: Callable[[str], Samples], source: str) -> str:
    """Return why samples cannot be loaded; empty if they can."""
    try:
        load(source)
    except InputError as error:
        return error.message
    return ""
