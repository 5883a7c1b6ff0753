"""Task categories by name: the names of PeaTMOSS, of the current Hub, and aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ptmrank_core.catalogue.mapping import task_slug
from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory, UnrankableCategory
from ptmrank_core.catalogue.tasks.table import CATEGORIES
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import ModelSpec

__all__ = ["ALL_TASKS", "TASKS", "any_category", "loadable_tasks", "task_category"]

# All categories by name, those of PeaTMOSS before those that the Hub added later.
ALL_TASKS: Mapping[str, AnyCategory] = MappingProxyType({task.name: task for task in CATEGORIES})
# Those whose models labelled samples can rank.
TASKS: Mapping[str, TaskCategory] = MappingProxyType(
    {task.name: task for task in CATEGORIES if isinstance(task, TaskCategory)}
)
_BY_ANY_NAME: Mapping[str, AnyCategory] = MappingProxyType(
    {alias: task for task in CATEGORIES for alias in task.aliases} | dict(ALL_TASKS)
)


def any_category(name: str) -> AnyCategory:
    """Look up a task category, whether or not its models can be ranked.

    Parameters
    ----------
    name
        Its name or an alias; upper case and spaces do not matter.

    Raises
    ------
    UnknownNameError
        If there is none of this name; the message names the nearest ones.
    """
    try:
        return _BY_ANY_NAME[task_slug(name)]
    except KeyError:
        raise UnknownNameError("task category", name, _BY_ANY_NAME) from None


def task_category(name: str) -> TaskCategory:
    """Look up a task category whose models can be ranked.

    Parameters
    ----------
    name
        As of :func:`any_category`.

    Raises
    ------
    UnknownNameError
        If there is none of this name; the message names the nearest ones.
    InputError
        If labelled samples cannot rank its models; the message says why.
    """
    category = any_category(name)
    if isinstance(category, UnrankableCategory):
        raise InputError(
            f"Labelled samples cannot rank the models of {category.name!r}. {category.reason}",
            hint=category.instead,
        )
    return category


def loadable_tasks(models: Iterable[ModelSpec]) -> tuple[TaskCategory, ...]:
    """Return the task categories for which at least one of the models is a candidate."""
    offered = {name for model in models for name in model.tasks}
    return tuple(task for name, task in TASKS.items() if name in offered)
