"""``mapping.json``: model ids by task category, in the original tool's shape and in ours.

The original tool's shape is a list of records ``["task1,task2", "model/id"]``; the order of a category's
models is that of the file. Ours is easier to read: an object ``{"tasks": {"task1": ["model/id", ...], ...}}``
that may have other keys beside ``"tasks"``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.files import write_file
from ptmrank_core.records.foreign import parse_json

__all__ = ["MAPPING_SHAPES", "MappingShape", "parse_mapping", "read_mapping", "task_slug", "write_mapping"]

MappingShape: TypeAlias = Literal["original", "ptmrank"]
MAPPING_SHAPES: tuple[MappingShape, ...] = ("original", "ptmrank")
EXPECTED = (
    'Expected a list of ["task,task", "model/id"] records, or {"tasks": {"task": ["model/id", ...]}}; '
    "`catalogue build` writes both."
)


def task_slug(name: str) -> str:
    """Write a category as the original tool does: ``Image Classification`` is ``image-classification``."""
    return name.strip().lower().replace(" ", "-")


def read_mapping(path: str | Path) -> dict[str, tuple[str, ...]]:
    """Read a ``mapping.json`` of either shape.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict of str to tuple of str
        Model ids by task category, both in the order of the file; categories are slugs, and an id occurs once
        in each. Categories that are not known here are kept.

    Raises
    ------
    InputError
        If there is no such file, or it has neither shape; the message names the first record that is wrong.
    """
    path = Path(path).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be read: {error.strerror or error}.", hint=EXPECTED
        ) from error
    return parse_mapping(content, name=path.name)


def parse_mapping(content: bytes, *, name: str = "mapping.json") -> dict[str, tuple[str, ...]]:
    """Read the content of a ``mapping.json``, as :func:`read_mapping` does; messages call it ``name``."""
    try:
        parsed = parse_json(content, unique=True).value
    except ValueError as error:
        raise InputError(f"{name} {error}.", hint=EXPECTED) from error
    if isinstance(parsed, list):
        pairs = [pair for index, record in enumerate(parsed) for pair in _pairs(index, record, name)]
    elif isinstance(parsed, dict) and isinstance(parsed.get("tasks"), dict):
        pairs = [pair for task, models in parsed["tasks"].items() for pair in _ours(task, models, name)]
    else:
        raise InputError(f"{name} contains no mapping of tasks to models.", hint=EXPECTED)
    models_of: dict[str, dict[str, None]] = {}
    for task, model in pairs:
        models_of.setdefault(task_slug(task), {}).setdefault(model.strip())
    return {task: tuple(models) for task, models in models_of.items()}


def _pairs(index: int, record: Any, name: str) -> Iterable[tuple[str, str]]:
    """Read one record of the original shape."""
    is_pair = isinstance(record, list) and len(record) == 2 and all(isinstance(part, str) for part in record)
    if not is_pair or not record[1].strip():
        raise InputError(f"Record {index + 1} of {name} is {_short(record)}.", hint=EXPECTED)
    return [(task, record[1]) for task in record[0].split(",") if task.strip()]


def _ours(task: str, models: Any, name: str) -> Iterable[tuple[str, str]]:
    """Read one category of our shape."""
    if not isinstance(models, list) or not all(isinstance(m, str) and m.strip() for m in models):
        raise InputError(f"Category {task!r} of {name} is {_short(models)}.", hint=EXPECTED)
    return [(task, model) for model in models]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def write_mapping(
    path: str | Path,
    mapping: Mapping[str, Sequence[str]],
    *,
    shape: str = "original",
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write a ``mapping.json`` completely or not at all.

    Parameters
    ----------
    path
        The file; its folder is created if missing.
    mapping
        Model ids by task category, the first choice first.
    shape
        ``"original"`` for the original tool's list, ``"ptmrank"`` for ours.
    about
        Other keys for our shape, such as the origin of the ids; the original shape has none.

    Raises
    ------
    UnknownNameError
        If there is no such shape.
    InputError
        If the file cannot be written.
    """
    if shape not in MAPPING_SHAPES:
        raise UnknownNameError("mapping shape", shape, MAPPING_SHAPES)
    if shape == "original":
        records = [json.dumps(record, ensure_ascii=False) for record in _records(mapping)]
        text = "[\n" + ",\n".join(records) + "\n]\n"
    else:
        ours = {**(about or {}), "tasks": {task_slug(task): list(ids) for task, ids in mapping.items()}}
        text = json.dumps(ours, indent=1, ensure_ascii=False) + "\n"
    path = Path(path).expanduser()
    try:
        write_file(path, text)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from error


def _records(mapping: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Make the records of the original shape: one for each model, in an order that suits every category.

    Where two categories contradict each other there is no such order; then a model has a record for each of
    its categories.
    """
    tasks_of: dict[str, list[str]] = {}
    graph: TopologicalSorter[str] = TopologicalSorter()
    for task, models in mapping.items():
        ids = list(dict.fromkeys(models))
        for model in ids:
            tasks_of.setdefault(model, []).append(task_slug(task))
            graph.add(model)
        for before, after in pairwise(ids):
            graph.add(after, before)
    try:
        return [[",".join(tasks_of[model]), model] for model in graph.static_order()]
    except CycleError:
        return [[task_slug(task), model] for task, ids in mapping.items() for model in dict.fromkeys(ids)]
