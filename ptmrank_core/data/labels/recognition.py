"""Recognition of what a single label column holds: classes, numbers or sets of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.multilabel import SEPARATORS, are_in_angles, find_joint
from ptmrank_core.data.labels.numbers import is_missing, read_numbers
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import TargetKind

__all__ = ["MIN_NUMBERS", "number_or_nan", "numbers_if_any", "recognise_kind"]

MAX_INTEGER_CLASSES = 20
MIN_NUMBERS = 3
"""Different values below which integers are classes, and a regression is refused."""
SHOWN = 5


def numbers_if_any(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Read a column of numbers; one with missing values alone holds words."""
    numbers = read_numbers(cells)
    return None if numbers is None or np.isnan(numbers).all() else numbers


def number_or_nan(cell: str) -> float:
    """Read a single cell of a column that also holds words."""
    numbers = read_numbers([cell])
    return np.nan if numbers is None else float(numbers[0])


def _are_integers(numbers: NDArray[np.float64]) -> bool:
    """Whether all finite numbers are integers."""
    there = numbers[np.isfinite(numbers)]
    return bool((there == np.floor(there)).all())


def recognise_kind(name: str, cells: Sequence[str]) -> tuple[TargetKind, str]:
    """Recognise the kind of a single column, with a note where it could be read in another way.

    Parameters
    ----------
    name, cells
        The column, without blanks around its cells.

    Raises
    ------
    UnclearReadingError
        If it may be classes or numbers, and can be read as either.
    SamplesError
        If it may be, and cannot be read as classes of several samples.
    """
    numbers = numbers_if_any(cells)
    if numbers is None:
        return _recognise_words(name, cells)
    there = numbers[np.isfinite(numbers)]
    n_values = len(np.unique(there))
    if not _are_integers(numbers):
        return "regression", (
            f"Label column {name!r} holds {n_values:,} different numbers and is read as numbers "
            "(regression); say so if they are classes."
        )
    if n_values < MIN_NUMBERS:  # numbers or classes makes no difference
        return "classification", ""
    if n_values > MAX_INTEGER_CLASSES or 2 * n_values > len(there):
        raise _ask(
            f"Label column {name!r} holds {n_values:,} different integers in {len(there):,} rows, which "
            "may be classes or numbers.",
            cells,
        )
    return "classification", (
        f"Label column {name!r} holds {n_values} different integers and is read as classes; "
        "say so if they are numbers to predict."
    )


def _recognise_words(name: str, cells: Sequence[str]) -> tuple[TargetKind, str]:
    """Recognise whether a column of words holds classes or sets of labels."""
    values = {cell for cell in cells if cell.lower() not in {"", "nan"}}
    lists = sum(cell.startswith("[") and cell.endswith("]") for cell in values)
    if values and (lists == len(values) or are_in_angles(values)):
        return "multilabel", f"Label column {name!r} holds lists and is read as multi-label targets."
    n_numbers = sum(bool(np.isfinite(number_or_nan(cell))) for cell in values)
    if 2 * n_numbers >= len(values) > 0:
        words = sorted(cell for cell in values if not np.isfinite(number_or_nan(cell)))
        raise _ask(
            f"Label column {name!r} holds numbers and words ({', '.join(map(repr, words[:3]))}), which may "
            "be classes or numbers.",
            cells,
            hint="A regression leaves the words out.",
        )
    separator = next((mark for mark in SEPARATORS if _has_joined(values, mark)), "") or find_joint(values)
    if separator:
        return "multilabel", (
            f"Label column {name!r} holds labels joined by {separator!r} and is read as multi-label targets; "
            "say so if each cell is one class."
        )
    return "classification", ""


def _has_joined(values: Collection[str], separator: str) -> bool:
    """Whether a part of one joined cell occurs in another cell too."""
    counts = Counter(part for cell in values for part in {part.strip() for part in cell.split(separator)})
    joined = (cell for cell in values if separator in cell)
    return any(counts[part.strip()] > 1 for cell in joined for part in cell.split(separator) if part.strip())


def _ask(message: str, cells: Sequence[str], *, hint: str = "") -> SamplesError:
    """Make the question whether labels are classes or numbers."""
    there = [cell for cell in cells if not is_missing(cell)]
    numbers = np.array([number_or_nan(cell) for cell in there])
    numbers = numbers[np.isfinite(numbers)]
    counts = Counter(there).most_common(SHOWN)
    n_classes = len(set(there))
    fields = [InputField.TARGET_KIND]
    if len(np.unique(numbers)) < MIN_NUMBERS or len(counts) < 2 or counts[1][1] < 2:
        return SamplesError(message, hint=hint, fields=fields)
    more = f" and {n_classes - SHOWN:,} more" if n_classes > SHOWN else ""
    listed = ", ".join(f"{cell} ({n:,})" for cell, n in counts)
    words = len(there) - len(numbers)
    lost = f"; {words:,} rows with words are left out" if words else ""
    options = [
        ReadingOption(f"They are classes: {listed}{more}.", {"target_kind": "classification"}),
        ReadingOption(
            f"They are numbers to predict, from {numbers.min():g} to {numbers.max():g}{lost}.",
            {"target_kind": "regression"},
        ),
    ]
    return UnclearReadingError(message, options, hint=hint, fields=fields)
