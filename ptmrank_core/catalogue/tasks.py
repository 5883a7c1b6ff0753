"""Task categories: the PeaTMOSS names of what a model is made for.

PeaTMOSS groups its models by the Hub's pipeline tags. Listed here are those whose models this version can
load and rank with labelled samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.records import Modality, ModelSpec

__all__ = ["TASKS", "TaskCategory", "loadable_tasks", "task_category"]


@dataclass(frozen=True, slots=True)
class TaskCategory:
    """One task category.

    Parameters
    ----------
    name
        The PeaTMOSS or Hub name: ``"image-classification"``.
    domain
        The PeaTMOSS domain it belongs to.
    modality
        What its models read.
    idea
        One sentence: what its models were made for.
    """

    name: str
    domain: str
    modality: Modality
    idea: str


TASKS: Mapping[str, TaskCategory] = MappingProxyType(
    {
        task.name: task
        for task in (
            TaskCategory(
                "image-classification",
                "computer-vision",
                "image",
                "Models that name what a picture shows, and the backbones behind them.",
            ),
            TaskCategory(
                "image-feature-extraction",
                "computer-vision",
                "image",
                "Models that turn a picture into a vector; a head, where there is one, serves LEEP and NCE.",
            ),
        )
    }
)


def task_category(name: str) -> TaskCategory:
    """Look a task category up.

    Raises
    ------
    UnknownNameError
        If there is none of this name; the message names the nearest ones.
    """
    try:
        return TASKS[name]
    except KeyError:
        raise UnknownNameError("task category", name, TASKS) from None


def loadable_tasks(models: Iterable[ModelSpec]) -> tuple[TaskCategory, ...]:
    """Task categories for which at least one of the models is a candidate."""
    offered = {name for model in models for name in model.tasks}
    return tuple(task for name, task in TASKS.items() if name in offered)
