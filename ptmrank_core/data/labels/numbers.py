"""Cells of a table that are numbers, and numbers as cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST_QUANTITY", "is_missing", "read_numbers", "write_number"]

MISSING = frozenset(
    {
        *("", "nan", "na", "n/a", "n.a.", "<na>", "nat", "null", "none", "?", "-", "--", "\u2014"),
        *("#n/a", "#n/v", "#nv", "#div/0!", "#value!", "#ref!", "#num!"),  # of spreadsheets
        *(".", "..", "\\n", "(null)"),  # of SAS, statistical offices and databases
        *("-nan", "#na", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    }
)
"""What tables write for a missing number, in lower case."""

# Python's float reads '1_000'; leading zeros belong to codes ('007', a postcode); integers of more than
# 15 digits are identifiers, and float64 would make different ones equal.
NO_QUANTITY = re.compile(r"\n[ \t]*[+-]?(?:0[0-9]|[0-9]{16,}[ \t]*\n)")
LARGEST_QUANTITY = 10**15
"""Integers from here on are identifiers."""


def is_missing(cell: str) -> bool:
    """Whether a cell in a column of numbers means that the number is missing."""
    return cell.strip().lower() in MISSING


def read_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Read a column of numbers.

    Parameters
    ----------
    cells
        n cells.

    Returns
    -------
    ndarray of shape (n,) or None
        NaN where a cell is missing; ``None`` where any other cell is no number. Identifiers (leading zeros,
        more than 15 digits) are no numbers.
    """
    try:
        numbers = list(map(float, cells))
    except ValueError:
        try:
            numbers = [np.nan if is_missing(cell) else float(cell) for cell in cells]
        except ValueError:
            return None
    text = "\n".join(["", *cells, ""])  # what begins with a line break is found faster than with '^'
    if "_" in text or NO_QUANTITY.search(text):
        return None
    return np.array(numbers, dtype=np.float64)


def write_number(number: float) -> str:
    """Write a number as a cell that reads as the same number: NaN as empty, an integer without a point."""
    if number != number:  # noqa: PLR0124 - only NaN differs from itself
        return ""
    is_short = number.is_integer() and abs(number) < LARGEST_QUANTITY
    return str(int(number)) if is_short else repr(float(number))
