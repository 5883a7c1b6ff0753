"""Columns of JSON objects -> a column for each of their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import write_number
from ptmrank_core.data.tables.table import ColumnBuilder, InputTable

__all__ = ["describe_objects", "expand_objects", "flatten", "write_cell"]

MAX_FIELDS = 64
"""Fields of the objects of a column beyond which it stays as it is: they are names, not columns."""
MAX_DEPTH = 4


def write_cell(value: object) -> str:
    """Write a value as a cell: null as an empty cell, lists and objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return write_number(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def flatten(value: Mapping[str, Any], path: str = "", depth: int = 1) -> dict[str, str]:
    """Write the fields of an object as cells by their paths: ``{"data": {"text": "a"}}`` as ``data.text``.

    Parameters
    ----------
    value
        An object of JSON.
    path
        Path of the object itself.
    depth
        Its depth; objects deeper than four levels are written as JSON.
    """
    cells: dict[str, str] = {}
    for key, field in value.items():
        name = f"{path}.{key.strip()}" if path else key.strip()
        if isinstance(field, dict) and field and depth < MAX_DEPTH:
            cells |= flatten(field, name, depth + 1)
        else:
            cells[name] = write_cell(field)
    return cells


def describe_objects(columns: Sequence[str]) -> str:
    """Write the note on columns of objects that became columns of their fields."""
    listed = ", ".join(map(repr, columns))
    return f"The objects in {listed} were read as a column for each field, named by its path."


def expand_objects(table: InputTable) -> InputTable:
    """Replace each column of JSON objects by a column for each field, named by its path.

    Parameters
    ----------
    table
        A table of any format; a cell that is no object has empty fields only where it is empty.

    Returns
    -------
    InputTable
        With the fields in the place of their column; the same table where no column holds objects.
    """
    expanded = {column: _expand(table, column) for column in table.words}
    found = {column: fields for column, fields in expanded.items() if fields}
    if not found:
        return table
    columns = []
    numbers: dict[str, NDArray[np.float64]] = {}
    words: dict[str, Sequence[str]] = {}
    for column in table.columns:
        for name, built in found.get(column, {}).items():
            columns.append(name)
            if built.is_words:
                words[name] = built.words
            else:
                numbers[name] = np.concatenate(built.parts)
        if column not in found:
            columns.append(column)
    kept = {column: cells for column, cells in table.words.items() if column not in found}
    note = describe_objects([*found])
    return replace(
        table,
        columns=tuple(columns),
        numbers={**table.numbers, **numbers},
        words={**kept, **words},
        notes=(*table.notes, note),
    )


def _expand(table: InputTable, column: str) -> dict[str, ColumnBuilder]:
    """Return the columns of the fields of a column; none where it holds anything but objects."""
    cells = table.words[column]
    rows: list[dict[str, str]] = []
    names: dict[str, None] = {}
    for cell in cells:
        row = _read_object(cell) if cell.strip() else {}
        if row is None or len(names) > MAX_FIELDS:
            return {}
        rows.append(row)
        names |= dict.fromkeys(row)
    prefixed = {f"{column}.{name}": name for name in names}
    if not names or len(names) > MAX_FIELDS or prefixed.keys() & {*table.columns}:
        return {}
    return {path: _build([row.get(name, "") for row in rows]) for path, name in prefixed.items()}


def _read_object(cell: str) -> dict[str, str] | None:
    """Read a cell; ``None`` where it is no object."""
    if not cell.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return flatten(value) if isinstance(value, dict) else None


def _build(cells: Sequence[str]) -> ColumnBuilder:
    """Make a column of numbers or words."""
    column = ColumnBuilder(0, is_words=False)
    column.extend(cells)
    column.settle()
    if column.is_broken:  # nothing but marks for missing numbers
        column = ColumnBuilder(0, is_words=True)
        column.extend(cells)
    return column
