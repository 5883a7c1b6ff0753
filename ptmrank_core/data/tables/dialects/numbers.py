"""Columns whose numbers are spelled in a way of their own become numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ptmrank_core.data.labels.number_spellings import Spelled, ask_about_mark, describe_spelling, read_spelled
from ptmrank_core.data.tables.column_names import LABEL_NAMES, find_named
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import UnclearReadingError
from ptmrank_core.records import DecimalMark, Reading

__all__ = ["doubtful_columns", "number_question", "settle_numbers"]

POSITION = re.compile(r"column \d+")


def settle_numbers(table: InputTable, reading: Reading) -> InputTable:
    """Read the columns of words that hold numbers with decimal commas, separated thousands, percent signs.

    Parameters
    ----------
    table
        The table.
    reading
        Its ``decimal_mark`` decides, if given; else what each column tells, and for those that do not, what
        the others agree on.

    Returns
    -------
    InputTable
        Columns for which the mark stays unclear are words still, and are named in ``unclear``.
    """
    spelled = {
        column: found for column, cells in table.words.items() if (found := read_spelled(cells)) is not None
    }
    if not spelled:
        return table
    common = reading.decimal_mark or _common_mark(spelled.values())
    numbers, words = dict(table.numbers), dict(table.words)
    unclear: list[str] = []
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for column, found in spelled.items():
        mark = reading.decimal_mark or (None if _may_be_label_sets(column, found) else found.likely or common)
        if mark not in {None, *found.numbers} and not found.how.get("point", ("no number",)):
            mark = "point"  # plain numbers, which cannot be read in another way
        if mark is None:
            unclear.append(column)
        elif mark in found.numbers:
            numbers[column] = found.numbers[mark]
            del words[column]
            alike[found.how[mark]].append(column)
    notes = tuple(describe_spelling(columns, how) for how, columns in alike.items() if how)
    return replace(table, numbers=numbers, words=words, notes=(*table.notes, *notes), unclear=tuple(unclear))


def _may_be_label_sets(column: str, found: Spelled) -> bool:
    """Whether cells such as ``3`` and ``2,27`` may be sets of labels rather than numbers."""
    return found.may_be_sets and bool(find_named([column], LABEL_NAMES) or POSITION.fullmatch(column))


def _common_mark(found: Collection[Spelled]) -> DecimalMark | None:
    """Return the decimal mark of the columns that tell theirs, if it is one."""
    marks = {spelled.likely for spelled in found if spelled.likely and len(spelled.numbers) == 1}
    return marks.pop() if len(marks) == 1 else None


def doubtful_columns(table: InputTable, reading: Reading) -> frozenset[str]:
    """Return the columns of numbers in which a point may separate thousands: others have decimal commas."""
    spelled = [read_spelled(cells) for cells in table.words.values()]
    common = reading.decimal_mark or _common_mark([found for found in spelled if found is not None])
    if common != "comma":
        return frozenset()
    return frozenset(
        column
        for column, numbers in table.numbers.items()
        if (finite := numbers[np.isfinite(numbers)]).size and not np.array_equal(finite, np.floor(finite))
    )


def number_question(table: InputTable, columns: Collection[str]) -> UnclearReadingError | None:
    """Make the question about the first of some columns whose decimal mark is unclear; ``None`` for none."""
    for column in table.unclear:
        cells = table.words.get(column, ())
        found = read_spelled(cells)
        if column in columns and found is not None:
            return ask_about_mark(column, cells, found)
    return None
