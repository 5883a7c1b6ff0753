"""Columns in memory, of any type, as a table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import LARGEST_QUANTITY
from ptmrank_core.data.objects.values import Values, is_missing_value
from ptmrank_core.data.tables.json_rows import write_cell
from ptmrank_core.data.tables.table import ColumnBuilder, InputTable
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut

__all__ = ["has_cells", "table_of_columns", "write_value"]

PLAIN = (str, int, float, np.generic, dt.date, dt.time, dt.timedelta, Decimal)
NOT_UNICODE = "not Unicode: half of a surrogate pair"


def has_cells(values: Values) -> bool:
    """Whether the values of a column can be written as cells: texts, numbers, dates, lists and records."""
    return isinstance(values, np.ndarray) or all(_is_cell(value) for value in values)


def _is_cell(value: Any) -> bool:
    if is_missing_value(value) or isinstance(value, PLAIN):
        return True
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_cell(one) for name, one in value.items())
    if isinstance(value, np.ndarray) or hasattr(value, "detach"):
        return np.ndim(value) < 2
    return isinstance(value, list | tuple | set | frozenset) and all(_is_cell(one) for one in value)


def write_value(value: Any) -> str:
    """Write a value of any type as a cell of a table; a missing one is empty."""
    if is_missing_value(value):
        return ""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, tuple | list):
        return json.dumps(list(value), ensure_ascii=False, default=write_value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return write_cell(value)


def table_of_columns(name: str, columns: Mapping[str, Values], notes: tuple[str, ...]) -> InputTable:
    """Make a table of columns in memory.

    Parameters
    ----------
    name
        What messages call it: ``"frame"``.
    columns
        Columns of one length; arrays of numbers are taken as they are, NaN for a missing one.
    notes
        How they were found.

    Returns
    -------
    InputTable
        Rows counted from one. Rows with a text that is not Unicode are left out.

    Raises
    ------
    SamplesError
        If there is no row, or the columns are of different lengths.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or not max(lengths):
        problem = "no row" if len(lengths) < 2 else "columns of different lengths"
        raise SamplesError(f"{name!r} has {problem}.", hint="Expected columns with a value for each sample.")
    built = {column: _build(values) for column, values in columns.items()}
    numbers = {c: np.concatenate(one.parts) for c, one in built.items() if not one.is_words}
    words = {c: one.words for c, one in built.items() if one.is_words}
    n_rows = lengths.pop()
    broken = {row for cells in words.values() for row, cell in enumerate(cells) if not _is_unicode(cell)}
    kept = [row for row in range(n_rows) if row not in broken]
    if broken:
        numbers = {column: cells[kept] for column, cells in numbers.items()}
        words = {column: [cells[row] for row in kept] for column, cells in words.items()}
    left_out = tuple(LeftOut(f"{name}:{row + 1}", NOT_UNICODE) for row in sorted(broken))
    return InputTable(name, tuple(columns), numbers, words, [r + 1 for r in kept], left_out, notes)


def _is_unicode(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _build(values: Values) -> ColumnBuilder:
    """Read a column; numbers are not converted to text."""
    column = ColumnBuilder(0, is_words=False)
    numbers = _numbers(values)
    if numbers is not None:
        column.parts.append(numbers)
    else:
        column.extend([write_value(value) for value in values])
    column.settle()
    if column.is_broken:  # nothing but marks for missing numbers
        column = ColumnBuilder(0, is_words=True)
        column.extend([write_value(value) for value in values])
    return column


def _numbers(values: Values) -> NDArray[np.float64] | None:
    """Return a column that is an array of numbers; integers too long for float64 are identifiers."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf":
        return None
    numbers = values.astype(np.float64)
    is_whole = values.dtype.kind in "iu"
    return None if is_whole and (np.abs(numbers) >= LARGEST_QUANTITY).any() else numbers
