"""What a run of the draft would have: its task category, samples, candidates and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import jobs
from dashboard.state import Draft
from dashboard.wording import MODALITIES, TARGETS
from ptmrank_core import catalogue
from ptmrank_core.benchmark import quick_metrics
from ptmrank_core.catalogue import AnyCategory, TaskCategory
from ptmrank_core.records import ModelSpec, Samples, WordInContext

__all__ = [
    "Choice",
    "choice_of",
    "chosen_metrics",
    "chosen_models",
    "fitting_task",
    "is_ticked",
    "models_on_machine",
    "usual_task",
    "why_not_rankable",
]

WORDS = "token-classification"


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates and samples of the next run.

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
    """Read the choice of a draft; ``None`` where samples or a fitting category are not chosen yet.

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
    """List the candidates of a draft, each once: ticked, chosen from lists, or named.

    Raises
    ------
    PTMRankError
        If a model that was named cannot be one.
    """
    if task.modality == "tabular":
        return catalogue.resolve_models(catalogue.COLUMNS, task)
    ticked = [spec for spec in models_on_machine(task) if is_ticked(draft, spec)]
    selected_models = draft.selected_models.get(task.name, {})
    listed = catalogue.hub_models(",".join(selected_models), task) if selected_models else []
    named = catalogue.hub_models(draft.hub_ids, task)
    return list({spec.id: spec for spec in [*ticked, *listed, *named]}.values())


def is_ticked(draft: Draft, spec: ModelSpec) -> bool:
    """Whether a model on this machine is a candidate of a draft.

    Until the reader decides, the demo models are candidates for demo samples alone: on other samples they
    show how a ranking works, not which model to take.
    """
    is_offered = spec.source != "demo" or (
        draft.samples_source is not None and jobs.is_demo(draft.samples_source)
    )
    return draft.ticks.get(spec.id, is_offered)


def chosen_metrics(draft: Draft, offered: Iterable[str]) -> tuple[str, ...]:
    """List the metrics of a draft that are among those offered; the quick ones where none were chosen."""
    wanted = quick_metrics() if draft.metrics is None else draft.metrics
    return tuple(name for name in offered if name in wanted)


def fitting_task(draft: Draft, samples: Samples) -> TaskCategory | None:
    """Return the category of a draft, or the usual one; ``None`` where it cannot be ranked on the samples."""
    task = catalogue.any_category(draft.task) if draft.task else usual_task(samples)
    return task if isinstance(task, TaskCategory) and why_not_rankable(task, samples) is None else None


def usual_task(samples: Samples) -> TaskCategory:
    """Pick the category that is most common for such samples."""
    if samples.modality == "text" and isinstance(samples.items[0].decode(), WordInContext):
        return catalogue.task_category(WORDS)
    readers = [task for task in catalogue.TASKS.values() if task.modality == samples.modality]
    fitting = [task for task in readers if samples.target_kind in task.target_kinds]
    return (fitting or readers)[0]


def why_not_rankable(task: AnyCategory, samples: Samples) -> str | None:
    """Say why a category's models cannot be ranked on these samples; ``None`` where they can."""
    if not isinstance(task, TaskCategory):
        return f"{task.reason} {task.instead}".strip()
    if task.modality != samples.modality:
        return (
            f"Its models read {MODALITIES[task.modality]}; your samples are {MODALITIES[samples.modality]}."
        )
    if samples.target_kind not in task.target_kinds:
        wanted = " or ".join(TARGETS[kind] for kind in task.target_kinds)
        return f"Its models are ranked on {wanted}; your samples have {TARGETS[samples.target_kind]}."
    return None
