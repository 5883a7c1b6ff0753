"""Columns of numbers and categories -> rows of numbers: one-hot, with gaps filled and marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.tables.columns.kinds import DATES, are_numbered_days, tidy, why_no_category
from ptmrank_core.data.tables.columns.measures import read_measures
from ptmrank_core.data.tables.table import InputTable

__all__ = ["Encoding", "FeaturePlan", "FeatureRows", "encode", "plan_features"]

MAX_ADDED = 60_000_000
"""Numbers that one-hot columns and marks of gaps may add to a table (480 MB)."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a column becomes numbers.

    Parameters
    ----------
    column
        Its name.
    categories
        The words that get a column of zeros and ones each; empty for a column of numbers.
    filling
        What stands in for a missing cell: the median, or the most frequent word.
    n_gaps
        Number of missing cells; a column of zeros and ones marks them, where there are any.
    how
        How the numbers were read from words; empty where they were not.
    """

    column: str
    categories: tuple[str, ...] = ()
    filling: float | str = 0.0
    n_gaps: int = 0
    how: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the resulting columns."""
        values = tuple(f"{self.column}={word}" for word in self.categories) or (self.column,)
        return (*values, f"{self.column} is missing") if self.n_gaps else values


@dataclass(slots=True)
class FeaturePlan:
    """How the columns of a table become features.

    Parameters
    ----------
    encodings
        Of each column that is used.
    ignored
        Why each of the other columns is not used.
    """

    encodings: list[Encoding] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)


def plan_features(table: InputTable, columns: Sequence[str]) -> FeaturePlan:
    """Decide how columns become features; no label is looked at.

    Numbers stay as they are, those that are not finite too; gaps are filled with the median. So are numbers
    that have a unit, and those beside a few words, such as a row of totals. Other words become a
    column of zeros and ones for each category (one for two categories); gaps are filled with the most
    frequent word. A column that has gaps is followed by one that marks them. Left out are columns that are
    constant, hold dates, texts or too many different words, or would add too many numbers in all.

    Parameters
    ----------
    table, columns
        The table, and its columns that have no other role.
    """
    plan = FeaturePlan()
    n_left = MAX_ADDED
    for column in columns:
        numbers = table.numbers.get(column)
        made = _plan_words(table, column) if numbers is None else _plan_numbers(column, numbers)
        n_added = 0
        if isinstance(made, Encoding):
            n_added = (len(made.names) - (column in table.numbers)) * table.n_rows
        if isinstance(made, str):
            plan.ignored[column] = made
        elif n_added > n_left:
            plan.ignored[column] = f"would add {n_added:,} numbers: too many beside the other columns"
        else:
            n_left -= n_added
            plan.encodings.append(made)
    return plan


def _plan_numbers(column: str, numbers: NDArray[np.float64], how: str = "") -> Encoding | str:
    """Plan a column of numbers, or say why it is not used."""
    there = numbers[np.isfinite(numbers)]
    if not there.size:
        return "holds no finite number"
    if are_numbered_days(there):
        return DATES
    n_gaps = int(np.isnan(numbers).sum())
    if (there == there[0]).all() and len(there) + n_gaps == len(numbers):
        return "is constant" + (" where it is not empty" if n_gaps else "")
    return Encoding(column, filling=float(np.median(there)), n_gaps=n_gaps, how=how)


def _plan_words(table: InputTable, column: str) -> Encoding | str:
    """Plan a column of words, or say why it is not used."""
    cells = tidy(table.words[column])
    measures = read_measures(cells)
    if measures is not None:
        return _plan_numbers(column, measures.numbers, measures.how)
    reason = why_no_category(cells)
    if reason:
        return reason
    counts = Counter(cell for cell in cells if cell)
    words = sorted(counts)
    if len(words) == 1:  # there or not: its gaps are its other value
        return Encoding(column, tuple(words), "")
    n_gaps = len(cells) - sum(counts.values())
    most = max(words, key=lambda word: counts[word])
    shown = words if len(words) > 2 else words[-1:]
    return Encoding(column, tuple(shown), most, n_gaps)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureRows:
    """The features of all rows of a table.

    Parameters
    ----------
    numbers
        Array of shape (n, d).
    names
        Names of its columns.
    is_empty
        For each row whether every cell is missing.
    """

    numbers: NDArray[np.float64]
    names: tuple[str, ...]
    is_empty: NDArray[np.bool_]


def encode(table: InputTable, encodings: Sequence[Encoding]) -> FeatureRows:
    """Make the numbers of all rows.

    Parameters
    ----------
    table
        The table.
    encodings
        As planned for it.
    """
    names = tuple(name for encoding in encodings for name in encoding.names)
    numbers = np.empty((table.n_rows, len(names)))
    is_empty = np.ones(table.n_rows, dtype=bool)
    at = 0
    for encoding in encodings:
        width = len(encoding.names)
        is_empty &= _write(table, encoding, numbers[:, at : at + width])
        at += width
    return FeatureRows(numbers, names, is_empty)


def _numbers(table: InputTable, column: str) -> NDArray[np.float64]:
    """Return the numbers of a column, of words or not."""
    if column in table.numbers:
        return table.numbers[column]
    measures = read_measures(tidy(table.words[column]))
    if measures is None:
        raise RuntimeError(f"Column {column!r} was planned as numbers and holds none.")
    return measures.numbers


def _write(table: InputTable, encoding: Encoding, block: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Write the columns of one encoding; return where its cells are missing."""
    if encoding.categories:
        cells = np.array(tidy(table.words[encoding.column]), dtype=object)
        gaps = np.asarray(cells == "", dtype=bool)
        cells[gaps] = encoding.filling
        for k, word in enumerate(encoding.categories):
            block[:, k] = cells == word
    else:
        numbers = _numbers(table, encoding.column)
        gaps = np.isnan(numbers)
        block[:, 0] = np.where(gaps, encoding.filling, numbers)
    if encoding.n_gaps:
        block[:, -1] = gaps
    return gaps
