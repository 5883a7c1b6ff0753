"""Cells of a table that are numbers, and numbers as cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_missing", "read_numbers", "write_number"]

MISSING = frozenset({"", "nan", "na", "n/a", "#n/a", "<na>", "nat", "null", "none", "?", "-"})
"""What tables write in a column of numbers where they have none, in lower case."""

# Python's float reads '1_000'; leading zeros are those of a code ('007', a postcode); integers of more than
# 15 digits are identifiers, and float64 would make different ones equal.
NO_QUANTITY = re.compile(r"_|^\s*[+-]?0[0-9]|^\s*[+-]?[0-9]{16,}\s*$", re.MULTILINE)


def is_missing(cell: str) -> bool:
    """Whether a cell in a column of numbers stands for none."""
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
        numbers = [float(cell) for cell in cells]
    except ValueError:
        try:
            numbers = [np.nan if is_missing(cell) else float(cell) for cell in cells]
        except ValueError:
            return None
    if NO_QUANTITY.search("\n".join(cells)):
        return None
    return np.array(numbers, dtype=np.float64)


def write_number(number: float) -> str:
    """Write a number as a cell: an integer without a point, nothing for NaN."""
    if number != number:  # noqa: PLR0124 - only NaN differs from itself
        return ""
    return str(int(number)) if number.is_integer() else repr(float(number))
