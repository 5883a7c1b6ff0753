"""Columns that number or name the rows, and so are neither features nor labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.tables.column_names import (
    GROUP_NAMES,
    ID_NAMES,
    ID_WORDS,
    LABEL_NAMES,
    NO_ID_WORDS,
    NUMBER_WORDS,
    PAIR_NAMES,
    QUANTITY_WORDS,
    TEXT_NAMES,
    find_named,
    plain,
    words_of,
)
from ptmrank_core.data.tables.table import InputTable

__all__ = ["is_key", "why_identifier"]

UNNAMED = re.compile(r"(?:unnamed(?:\s*:\s*\d+(?:[._]\d+)*)?|column \d+|\.{3}\d+|_c0)?", re.IGNORECASE)
"""What programs call a column whose name is blank: pandas, the readers here, R, Spark."""
FEW_UNNAMED = 3
"""Columns with a blank name up to which they are indices, beside others; more have no header."""
MIN_ROWS = 10
"""Rows below which numbers alone do not tell that a column numbers the rows, unless it counts from 0 or 1."""
SURPRISE = 14.0
"""So many repeats are expected of integers drawn at random that none is seen once in a million tables."""
KEY = re.compile(
    r"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\{[0-9a-f-]{36}\}|(?:0x)?[0-9a-f]{16,128}|[0-9]{12,})",
    re.IGNORECASE,
)
LONG_NUMBER = 10**11
"""Integers from here on are telephone numbers, identifiers or milliseconds since 1970."""
NUMBERED = re.compile(r"([^\d\s]*)\d+(\.\w{1,5})?")
TOKEN = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9_\-]{8,}={0,2}")
IntVector = NDArray[np.int64]
BLANK, KEY_LIKE = "numbers the rows: its name is blank", "names each row: hashes or identifiers"


def is_key(cells: Sequence[str]) -> bool:
    """Whether cells of words are identifiers: hashes, UUIDs, or one word with a number, each only once."""
    there = [cell.strip() for cell in cells if cell.strip()]
    if len(there) < 3 or len(set(there)) < len(there):
        return False
    if all(map(KEY.fullmatch, there)):
        return True
    if len(there) < MIN_ROWS:
        return False
    matches = [NUMBERED.fullmatch(cell) for cell in there]
    if all(matches) and len({(match[1], match[2]) for match in matches if match}) == 1:
        return True
    return len({len(cell) for cell in there}) == 1 and all(map(TOKEN.fullmatch, there))


def why_identifier(table: InputTable, column: str, *, as_is: bool = False) -> str:
    """Say why a column numbers or names the rows; empty where it does not.

    By its name: blank, or what a program writes for a blank one; ``id``, ``index``, ``key``, or a name that
    begins or ends with such a word (PassengerId, sample no), if no value recurs; such a column of numbers is
    no feature even if values recur. By its contents, unless the name is that of a label or a quantity (year,
    price): integers from 0 or 1 on in their order; integers of ten rows or more that are sorted and never
    recur, are a range in any order, have twelve digits or more, or lie so close together that some would
    recur by chance; words that are hashes or identifiers.

    Parameters
    ----------
    table
        The table.
    column
        One of its columns.
    as_is
        Whether columns are taken as they stand: then contents count only from 0 or 1 on in their order.
    """
    if find_named([column], [*LABEL_NAMES, *TEXT_NAMES, sum(PAIR_NAMES, ())]):
        return ""
    numbers = table.numbers.get(column)
    by_name = _by_name(table, column, numbers)
    if by_name or numbers is None:
        return by_name or (KEY_LIKE if is_key(table.words.get(column, ())) else "")
    why = [_by_numbers(column, numbers[rows], as_is=as_is) for rows in _rows_of_files(table)]
    return why[0] if all(why) else ""


def _rows_of_files(table: InputTable) -> list[IntVector]:
    """Return the rows of each file, where several are one table: each numbers its own."""
    if not table.files:
        return [np.arange(table.n_rows)]
    codes = np.unique(np.array(table.files, dtype=object).astype(str), return_inverse=True)[1]
    return [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]


def _by_name(table: InputTable, column: str, numbers: NDArray[np.float64] | None) -> str:
    """Judge the name, and whether the cells may be what it says."""
    if numbers is not None and not _are_whole(numbers):
        return ""
    cells = table.cells(column)
    there = [cell for cell in cells if cell]
    parts = (
        [[cells[row] for row in rows.tolist()] for rows in _rows_of_files(table)] if table.files else [cells]
    )
    is_unique = len(there) == table.n_rows and all(len(set(part)) == len(part) for part in parts)
    if numbers is not None and UNNAMED.fullmatch(column.strip()):
        n_unnamed = _UNNAMED.count(table.columns)
        return BLANK if n_unnamed <= FEW_UNNAMED and n_unnamed < len(table.columns) else ""
    words = words_of(column)
    ends = {words[0], words[-1]} if words else set()
    is_id = bool(ends & ID_WORDS) or (plain(column).endswith("id") and not ends & NO_ID_WORDS)
    if is_unique and (plain(column) in ID_NAMES or is_id):
        return "names each row: no value recurs"
    if ends & ID_WORDS and plain(column) not in GROUP_NAMES and len(set(there)) > 2:
        return "holds identifiers, which are no quantities"
    if words and words[-1] in NUMBER_WORDS and is_unique and len(there) >= MIN_ROWS:
        return "numbers the rows: no value recurs"
    return ""


class _Counted:
    """How many columns of the table that was asked about last have no name of their own."""

    def __init__(self) -> None:
        self._last: tuple[tuple[str, ...], int] = ((), 0)

    def count(self, columns: tuple[str, ...]) -> int:
        """Count them once for each table, not once for each of its columns."""
        asked, n_unnamed = self._last
        if asked is not columns:
            n_unnamed = sum(UNNAMED.fullmatch(name.strip()) is not None for name in columns)
            self._last = (columns, n_unnamed)
        return n_unnamed


_UNNAMED = _Counted()


def _are_whole(numbers: NDArray[np.float64]) -> bool:
    """Whether all numbers that are there are integers."""
    there = numbers[np.isfinite(numbers)]
    return bool((there == np.floor(there)).all())


def _by_numbers(column: str, numbers: NDArray[np.float64], *, as_is: bool) -> str:
    """Judge the numbers of a column whose name says nothing."""
    n_rows = len(numbers)
    if n_rows < 3 or not np.isfinite(numbers).all():
        return ""
    if numbers[0] in {0, 1} and np.array_equal(numbers, np.arange(n_rows) + numbers[0]):
        return f"numbers the rows from {int(numbers[0])} on"
    if as_is or n_rows < MIN_ROWS or not _are_whole(numbers) or QUANTITY_WORDS & {*words_of(column)}:
        return ""
    if np.abs(numbers).min() >= LONG_NUMBER and len(np.unique(numbers)) == n_rows:
        return "names each row: long numbers, none of which recurs"
    return _by_order(numbers)


def _by_order(numbers: NDArray[np.float64]) -> str:
    """Judge integers by their order and by how close they lie together."""
    n_rows = len(numbers)
    steps = np.diff(numbers)
    if (steps > 0).all() or (steps < 0).all():
        return "numbers the rows: integers in their order, none of which recurs"
    if len(np.unique(numbers)) < n_rows:
        return ""
    span = float(numbers.max() - numbers.min()) + 1
    if span == n_rows or n_rows * (n_rows - 1) / (2 * span) > SURPRISE:
        return "numbers the rows: integers of a range, none of which recurs"
    return ""
