"""Columns of words that are numbers with a unit, or numbers but for a few cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.number_spellings import read_spelled
from ptmrank_core.data.labels.numbers import is_missing, read_numbers

__all__ = ["Measures", "read_measures"]

MEASURE = re.compile(
    r"([^\w\s]?\d(?:[\d.,'\u2019 \u00a0\u202f]*\d)?)[ \u00a0]?([^\W\d_]{1,6}[\u00b2\u00b3]?)?"
)
MOSTLY = 0.8
FEW_NUMBERS = 10
MOST_ODD = 5
ODD_CHARS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """The numbers of a column of words.

    Parameters
    ----------
    numbers
        The n numbers, NaN where a cell is missing or is no number.
    unit
        What stands after each of them; empty for nothing.
    odd
        The different cells that are no number.
    """

    numbers: NDArray[np.float64]
    unit: str
    odd: tuple[str, ...]

    @property
    def how(self) -> str:
        """What is special about them, in words."""
        odd = ", ".join(repr(cell[:ODD_CHARS]) for cell in self.odd)
        verb = "count as gaps" if len(self.odd) > 1 else "counts as a gap"
        return "; ".join([f"in {self.unit}"] * bool(self.unit) + [f"{odd} {verb}"] * bool(odd))


def read_measures(cells: Sequence[str]) -> Measures | None:
    """Read numbers that all have the same unit or none, but for a few cells, such as a row of totals.

    Parameters
    ----------
    cells
        n cells of a column of words.

    Returns
    -------
    Measures or None
        ``None`` where less than four fifths of the cells are such numbers, where they are of fewer than ten
        different values, and where more than five different cells are no number.
    """
    there = {row: cell.strip() for row, cell in enumerate(cells) if not is_missing(cell)}
    found = {row: match for row, cell in there.items() if (match := MEASURE.fullmatch(cell))}
    if not found or len(found) < MOSTLY * len(there):
        return None
    unit = Counter(match[2] or "" for match in found.values()).most_common(1)[0][0]
    values = {row: match[1] for row, match in found.items() if (match[2] or "") == unit}
    odd = sorted({cell for row, cell in there.items() if row not in values})
    if len(values) < MOSTLY * len(there) or len(odd) > MOST_ODD or len({*values.values()}) < FEW_NUMBERS:
        return None
    read = _read([*values.values()])
    if read is None:
        return None
    numbers = np.full(len(cells), np.nan)
    numbers[[*values]] = read
    return Measures(numbers, unit, tuple(odd))


def _read(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Read numbers in any spelling that is clear."""
    numbers = read_numbers(cells)
    spelled = read_spelled(cells) if numbers is None else None
    return spelled.numbers[spelled.likely] if spelled is not None and spelled.likely else numbers
