"""Presets: selections from the starter set of a category, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Literal

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.licences import LicenceClass
from ptmrank_core.catalogue.loading import LOADABLE, loading_of
from ptmrank_core.catalogue.table import shipped_candidates
from ptmrank_core.catalogue.tasks.kinds import TaskCategory
from ptmrank_core.errors import InputError, InputField, UnknownNameError

__all__ = ["PRESETS", "PRESET_PREFIX", "Preset", "choose", "preset", "preset_candidates"]

PRESET_PREFIX = "preset:"


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset.

    Parameters
    ----------
    name
        ``"five-small"``; ``preset:five-small`` on the command line.
    title
        Title for display.
    idea
        What it selects, in a sentence.
    max_parameters
        Size of the largest model; models of unknown size are left out. ``None`` for any size.
    counts
        Whether all parameters count, as they are downloaded, or only those of the part that runs.
    licences
        Classes of licences; empty for any.
    limit
        Maximum number of models; ``None`` for all.
    is_smallest
        Whether to take the smallest models, one of each family; those of unknown size are left out.
    """

    name: str
    title: str
    idea: str
    max_parameters: int | None = None
    counts: Literal["all", "running"] = "all"
    licences: frozenset[LicenceClass] = frozenset()
    limit: int | None = None
    is_smallest: bool = False


_ALL = (
    Preset(
        "five-small",
        "five small models",
        "The five smallest models of the starter set, each of a different family, for a first look.",
        limit=5,
        is_smallest=True,
    ),
    Preset(
        "cpu-friendly",
        "CPU-friendly",
        "Models of the starter set that run at most 30 M parameters.",
        max_parameters=30_000_000,
        counts="running",
    ),
    Preset(
        "up-to-100m",
        "up to 100 M parameters",
        "Models of the starter set with at most 100 M parameters.",
        max_parameters=100_000_000,
    ),
    Preset(
        "permissive",
        "permissive licence",
        "Models of the starter set with a permissive licence.",
        licences=frozenset({"permissive"}),
    ),
    Preset("starter", "starter set", "The models that the catalogue recommends first for the category."),
)
PRESETS: Mapping[str, Preset] = MappingProxyType({one.name: one for one in _ALL})


def preset(name: str) -> Preset:
    """Look up a preset, by ``five-small`` or ``preset:five-small``.

    Raises
    ------
    UnknownNameError
        If there is none of this name.
    """
    short = name.removeprefix(PRESET_PREFIX)
    if short not in PRESETS:
        raise UnknownNameError("preset", short, PRESETS)
    return PRESETS[short]


def choose(wanted: Preset, models: Iterable[Candidate], task: TaskCategory) -> list[Candidate]:
    """Select the models of a category's starter set that a preset describes and this machine can load.

    Parameters
    ----------
    wanted
        The preset.
    models
        The category's models, the best first; their order is kept unless the preset takes the smallest.
    task
        The category.

    Returns
    -------
    list of Candidate
        Without gated models and those that need a package that is not installed. There may be fewer than the
        preset's limit.
    """
    names = {task.name, task.hub_name}
    fitting = [model for model in models if names & set(model.starter_of) and _fits(wanted, model)]
    if wanted.is_smallest:
        fitting = _smallest_of_each_family(fitting)
    return fitting[: wanted.limit]


def _smallest_of_each_family(models: Iterable[Candidate]) -> list[Candidate]:
    sized = [(model.n_parameters, model) for model in models if model.n_parameters is not None]
    first_of: dict[str, Candidate] = {}
    for _, model in sorted(sized, key=itemgetter(0)):
        first_of.setdefault(model.family or model.id, model)
    return list(first_of.values())


def _fits(wanted: Preset, model: Candidate) -> bool:
    size = model.n_parameters if wanted.counts == "all" else model.n_running_parameters
    is_small = wanted.max_parameters is None or (size is not None and size <= wanted.max_parameters)
    is_free = not wanted.licences or model.licence_class in wanted.licences
    return is_small and is_free and not model.is_gated and loading_of(model).verdict in LOADABLE


def preset_candidates(name: str, task: TaskCategory) -> list[Candidate]:
    """Return the models of a preset for a task category.

    Raises
    ------
    UnknownNameError
        If there is no preset of this name.
    InputError
        If the category has no model that fits.
    """
    wanted = preset(name)
    chosen = choose(wanted, shipped_candidates(task), task)
    if not chosen:
        raise InputError(
            f"The catalogue has no model for {task.name!r} that fits the preset {wanted.name!r}.",
            hint="Choose another preset.",
            fields=[InputField.MODELS],
        )
    return chosen
