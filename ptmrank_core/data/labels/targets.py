"""Recognition of the target kind: classes, numbers (regression), or several labels per sample."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.multilabel import SEPARATORS, read_indicators, read_label_sets, sort_classes
from ptmrank_core.data.labels.numbers import is_missing, read_numbers, write_number
from ptmrank_core.data.labels.spellings import respell
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading, TargetKind

__all__ = ["MIN_NUMBERS", "Targets", "read_targets"]

MAX_INTEGER_CLASSES = 20
MIN_NUMBERS = 3
"""Different values below which integers are classes, and a regression is refused."""
NO_LABEL = "no label"
NOT_FINITE = "label is not a finite number"


@dataclass(frozen=True, eq=False)
class Targets:
    """The labels of a table's rows.

    Parameters
    ----------
    kind
        What the labels are.
    labels
        Of the kept rows, in their order: int64 (n,), indices into ``class_names``; float64 (n,) or (n, k) for
        regression; float64 (n, k) of 0 and 1 for multi-label targets.
    class_names
        Names of the classes, of the k labels, or of the columns of a regression.
    kept
        Indices of the rows that have a usable label, ascending.
    left_out
        Every other row, and why.
    notes
        How they were read, one sentence each.
    """

    kind: TargetKind
    labels: NDArray[Any]
    class_names: tuple[str, ...]
    kept: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]


def read_targets(columns: Mapping[str, Sequence[str]], reading: Reading) -> Targets:
    """Read the label columns of a table.

    ``reading.target_kind`` decides, if given. Otherwise, for one column:

    - Words are classes. They are sets of labels where every cell is a list (``["a", "b"]``), or where cells
      are joined by ``|`` or ``;`` and a part of one such cell occurs in another cell too.
    - Numbers with a fraction anywhere are a regression.
    - Two different integers, or at most 20 that occur twice on average, are classes; other integers may be
      either, so they are refused until the user says what they are.
    - A mixture of numbers and words, at least half of the different values numbers, is refused as well.

    Several columns are multi-label targets where they hold only 0 and 1 (or true and false), and a regression
    in several numbers otherwise. A cell is missing where it is empty or ``nan``, and in a column of numbers
    also ``na``, ``null``, ``none``, ``?`` or ``-``.

    Parameters
    ----------
    columns
        The cells of each label column, all of one length.
    reading
        Its ``target_kind`` is used.

    Returns
    -------
    Targets
        Every row is in ``kept`` or in ``left_out``.

    Raises
    ------
    SamplesError
        If the kind is ambiguous, or the columns are not of the kind that was asked for.
    """
    cleaned: dict[str, Sequence[str]] = {
        name: [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
        for name, cells in columns.items()
    }
    if len(cleaned) > 1:
        return _read_several(cleaned, reading.target_kind)
    [(name, cells)] = cleaned.items()
    spelling: tuple[str, ...] = ()
    if reading.target_kind in {None, "regression"}:
        cells, spelling = respell(name, cells, reading.decimal_mark)
    kind, note = _recognise(name, cells) if reading.target_kind is None else (reading.target_kind, "")
    notes = (*spelling, note) if note else spelling
    if kind == "regression":
        return _read_numbers({name: cells}, notes)
    if kind == "multilabel":
        labels, names, left_out = read_label_sets(cells)
        return _finish(kind, labels, names, left_out, notes)
    return _read_classes(cells, notes)


def _finish(
    kind: TargetKind,
    labels: NDArray[Any],
    names: tuple[str, ...],
    left_out: Mapping[int, str],
    notes: tuple[str, ...],
) -> Targets:
    """Keep the rows that are not left out; ``labels`` has an entry for every row."""
    kept = np.array([row not in left_out for row in range(len(labels))], dtype=bool)
    rows = tuple(np.flatnonzero(kept).tolist())
    return Targets(kind, labels[kept], names, rows, tuple(sorted(left_out.items())), notes)


def _read_classes(cells: Sequence[str], notes: tuple[str, ...]) -> Targets:
    """Read one column as the names of classes; ``3.0`` in a column of integers is ``3``."""
    numbers = _numbers_if_any(cells)
    if numbers is not None:
        cells = [write_number(number) for number in numbers.tolist()]
    left_out = {row: NO_LABEL for row, cell in enumerate(cells) if cell.lower() in {"", "nan"}}
    if numbers is not None:
        left_out |= {
            row: f"{NOT_FINITE}: {cells[row]!r}" for row in np.flatnonzero(np.isinf(numbers)).tolist()
        }
    names = sort_classes(cell for row, cell in enumerate(cells) if row not in left_out)
    index = {name: i for i, name in enumerate(names)}
    labels = np.array([index.get(cell, -1) for cell in cells], dtype=np.int64)
    return _finish("classification", labels, names, left_out, notes)


def _read_numbers(columns: Mapping[str, Sequence[str]], notes: tuple[str, ...]) -> Targets:
    """Read one or several columns as the numbers of a regression."""
    left_out: dict[int, str] = {}
    parsed = []
    for name, cells in columns.items():
        where = f" in column {name!r}" if len(columns) > 1 else ""
        numbers = read_numbers(cells)
        if numbers is None:
            numbers = np.array([_number_or_nan(cell) for cell in cells])
        parsed.append(numbers)
        for row in np.flatnonzero(~np.isfinite(numbers)).tolist():
            reason = f"{NOT_FINITE}: {cells[row]!r}{where}"
            left_out.setdefault(row, f"{NO_LABEL}{where}" if is_missing(cells[row]) else reason)
    if all(row in left_out for row in range(len(parsed[0]))):
        raise SamplesError(
            f"No row has a number in {_name_columns(columns)}; a regression needs numbers.",
            fields=[InputField.LABEL_COLUMNS, InputField.TARGET_KIND],
        )
    labels = parsed[0] if len(parsed) == 1 else np.stack(parsed, axis=1)
    return _finish("regression", labels, tuple(columns), left_out, notes)


def _numbers_if_any(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Read a column of numbers; one with missing values alone holds words."""
    numbers = read_numbers(cells)
    return None if numbers is None or np.isnan(numbers).all() else numbers


def _number_or_nan(cell: str) -> float:
    """Read a single cell of a column that also holds words."""
    numbers = read_numbers([cell])
    return np.nan if numbers is None else float(numbers[0])


def _read_several(columns: Mapping[str, Sequence[str]], kind: TargetKind | None) -> Targets:
    """Read several label columns."""
    named = _name_columns(columns)
    if kind == "classification":
        raise SamplesError(
            f"Classes are read from one column; got {named}.",
            fields=[InputField.LABEL_COLUMNS, InputField.TARGET_KIND],
        )
    labels, left_out, foreign = read_indicators(columns)
    if kind == "multilabel" or (kind is None and not foreign):
        note = (
            f"Label columns {', '.join(map(repr, columns))} hold 0 and 1 and are read as multi-label targets."
        )
        return _finish("multilabel", labels, tuple(columns), left_out, () if kind else (note,))
    wordy = [name for name, cells in columns.items() if kind is None and read_numbers(cells) is None]
    if wordy:
        raise SamplesError(
            f"Several label columns must hold numbers; {wordy[0]!r} of {named} holds words.",
            hint="Classes are one column; several targets are columns of numbers only.",
            fields=[InputField.LABEL_COLUMNS],
        )
    note = f"Label columns {', '.join(map(repr, columns))} are read as numbers (regression)."
    return _read_numbers(columns, () if kind else (note,))


def _name_columns(columns: Mapping[str, Sequence[str]]) -> str:
    """Name some columns in a message."""
    return f"column{'s' if len(columns) > 1 else ''} {', '.join(map(repr, columns))}"


def _are_integers(numbers: NDArray[np.float64]) -> bool:
    """Whether all finite numbers are integers."""
    there = numbers[np.isfinite(numbers)]
    return bool((there == np.floor(there)).all())


def _recognise(name: str, cells: Sequence[str]) -> tuple[TargetKind, str]:
    """Recognise the kind of a single column, with a note where it could be read in another way."""
    numbers = _numbers_if_any(cells)
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
        raise SamplesError(
            f"Label column {name!r} holds {n_values:,} different integers in {len(there):,} rows, which "
            "may be classes or numbers.",
            fields=[InputField.TARGET_KIND],
        )
    return "classification", (
        f"Label column {name!r} holds {n_values} different integers and is read as classes; "
        "say so if they are numbers to predict."
    )


def _recognise_words(name: str, cells: Sequence[str]) -> tuple[TargetKind, str]:
    """Recognise whether a column of words holds classes or sets of labels."""
    values = {cell for cell in cells if cell.lower() not in {"", "nan"}}
    lists = sum(cell.startswith("[") and cell.endswith("]") for cell in values)
    if values and lists == len(values):
        return "multilabel", f"Label column {name!r} holds lists and is read as multi-label targets."
    n_numbers = sum(bool(np.isfinite(_number_or_nan(cell))) for cell in values)
    if 2 * n_numbers >= len(values) > 0:
        words = sorted(cell for cell in values if not np.isfinite(_number_or_nan(cell)))
        raise SamplesError(
            f"Label column {name!r} holds numbers and words ({', '.join(map(repr, words[:3]))}), which may "
            "be classes or numbers.",
            hint="A regression leaves the words out.",
            fields=[InputField.TARGET_KIND],
        )
    separator = next((mark for mark in SEPARATORS if _has_joined(values, mark)), "")
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
