"""What the draft comes to: the candidates and metrics that a run of it would have, on whatever page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import jobs
from dashboard.components.task_choice import fitting_task
from dashboard.state import Draft
from ptmrank_core import catalogue
from ptmrank_core.benchmark import quick_metrics
from ptmrank_core.catalogue import TaskCategory
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["Choice", "choice_of", "chosen_metrics", "chosen_models", "models_on_machine"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What would be ranked, on what.

    Parameters
    ----------
    task
        Name of the task category.
    samples, models
        The samples, and the candidates so far.
    """

    task: str
    samples: Samples
    models: tuple[ModelSpec, ...]


def choice_of(draft: Draft) -> Choice | None:
    """Tell what a draft comes to; ``None`` where samples or a fitting category are not chosen yet.

    Raises
    ------
    PTMRankError
        If the samples cannot be read, or a model that was named cannot be one.
    """
    if draft.ready_made is not None:
        models, samples = jobs.ready_made(draft.ready_made, draft.reading)
        return Choice(catalogue.FEATURES_TASK, samples, models)
    if draft.samples_source is None:
        return None
    samples = jobs.samples(draft.samples_source, draft.reading)
    task = fitting_task(draft, samples)
    return None if task is None else Choice(task.name, samples, tuple(chosen_models(draft, task)))


def models_on_machine(task: TaskCategory) -> list[ModelSpec]:
    """List the models of a category that are offered without a download."""
    has_demo = any(task.name in spec.tasks for spec in catalogue.demo_models())
    return (catalogue.resolve_models("demo", task) if has_demo else []) + jobs.local_models(task.name)


def chosen_models(draft: Draft, task: TaskCategory) -> list[ModelSpec]:
    """List the candidates of a draft, each once: ticked ones, those out of lists, those that were named.

    Raises
    ------
    PTMRankError
        If a model that was named cannot be one.
    """
    if task.modality == "tabular":
        return catalogue.resolve_models(catalogue.COLUMNS, task)
    ticked = [spec for spec in models_on_machine(task) if spec.id not in draft.deselected]
    basket = draft.basket.get(task.name, {})
    listed = catalogue.hub_models(",".join(basket), task) if basket else []
    named = catalogue.hub_models(draft.own_models, task)
    return list({spec.id: spec for spec in [*ticked, *listed, *named]}.values())


def chosen_metrics(draft: Draft, offered: Iterable[str]) -> tuple[str, ...]:
    """List the metrics of a draft that are among those offered; the quick ones where none were chosen."""
    wanted = quick_metrics() if draft.metrics is None else draft.metrics
    return tuple(name for name in offered if name in wanted)
