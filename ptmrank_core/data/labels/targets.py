"""Label columns -> targets: classes, numbers (regression), or several labels per sample."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.multilabel import read_indicators, read_label_sets, sort_classes, unwrap_single
from ptmrank_core.data.labels.number_spellings import respell
from ptmrank_core.data.labels.numbers import is_missing, read_numbers, write_number
from ptmrank_core.data.labels.recognition import MIN_NUMBERS, number_or_nan, numbers_if_any, recognise_kind
from ptmrank_core.data.labels.spelling import common_spellings
from ptmrank_core.data.labels.unlabelled import NONE_GIVEN, find_unlabelled, without_word_marks
from ptmrank_core.errors import InputField, ReadingOption, SamplesError
from ptmrank_core.records import Reading, TargetKind

__all__ = ["MIN_NUMBERS", "Targets", "as_columns", "read_targets"]

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
    offers
        Other ways to read them that the user may prefer.
    """

    kind: TargetKind
    labels: NDArray[Any]
    class_names: tuple[str, ...]
    kept: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    offers: tuple[ReadingOption, ...] = ()


def read_targets(columns: Mapping[str, Sequence[str]], reading: Reading) -> Targets:
    """Read the label columns of a table.

    ``reading.target_kind`` decides, if given. Otherwise, for one column:

    - Words are classes. They are sets of labels where every cell is a list (``["a", "b"]``, ``<a><b>``) and
      some do not hold exactly one, where cells are joined by ``|`` or ``;`` and a part of one such cell
      occurs in another cell too, or where they are joined by another mark and every part is a cell too.
    - Numbers with a fraction anywhere are a regression.
    - Two different integers, or at most 20 that occur twice on average, are classes; other integers may be
      either, so they are refused until the user says what they are.
    - A mixture of numbers and words, at least half of the different values numbers, is refused as well.

    Several columns are multi-label targets where they hold only 0 and 1 (or true and false), and a regression
    in several numbers otherwise. A cell is missing where it is empty or ``nan``, and in a column of numbers
    also ``na``, ``null``, ``none``, ``?`` or ``-``. Which labels of a class column say that there is none is
    decided by ``find_unlabelled``. With ``reading.join_classes``, classes that differ in case or blanks alone
    are one, in its most frequent spelling.

    Parameters
    ----------
    columns
        The cells of each label column, all of one length.
    reading
        Its ``target_kind``, ``unlabelled`` and ``join_classes`` are used.

    Returns
    -------
    Targets
        Every row is in ``kept`` or in ``left_out``.

    Raises
    ------
    UnclearReadingError
        If the labels may be classes or numbers, or -1 may be a class or not.
    SamplesError
        If the columns are not of the kind that was asked for, or hold no label.
    """
    cleaned = {
        name: [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
        for name, cells in columns.items()
    }
    if len(cleaned) > 1:
        return _read_several(cleaned, reading.target_kind)
    [(name, cells)] = cleaned.items()
    marked = ""
    if reading.unlabelled != "class":
        cells, marked = without_word_marks(name, cells)
    if reading.target_kind in {None, "classification"}:
        cells = unwrap_single(cells)
    spelling: tuple[str, ...] = ()
    if reading.target_kind in {None, "regression"}:
        cells, spelling = respell(name, cells, reading.decimal_mark)
    kind, note = (reading.target_kind, "") if reading.target_kind else recognise_kind(name, cells)
    notes = (*spelling, *filter(None, (note, marked)))
    if kind == "regression":
        return _read_numbers({name: cells}, notes)
    if kind == "multilabel":
        labels, names, left_out = read_label_sets(cells)
        if reading.join_classes:
            labels, names = _join_columns(labels, names)
        return _finish(kind, labels, names, left_out, notes)
    return _read_classes(name, cells, reading, notes)


def _join_columns(labels: NDArray[Any], names: tuple[str, ...]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Join the labels whose names are alike, of shape (n, k)."""
    counts = labels.sum(axis=0).astype(int).tolist()
    spelled = [name for name, count in zip(names, counts, strict=True) for _ in range(max(1, count))]
    kept = common_spellings(spelled)
    joined = sort_classes(kept.get(name, name) for name in names)
    columns = np.zeros((len(labels), len(joined)))
    for k, name in enumerate(names):
        place = joined.index(kept.get(name, name))
        columns[:, place] = np.maximum(columns[:, place], labels[:, k])
    return columns, joined


def as_columns(labels: NDArray[Any]) -> NDArray[Any]:
    """Return labels of shape (n,) or (n, k), with n from zero on, as (n, k)."""
    return np.atleast_2d(labels.T).T


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


def _read_classes(name: str, cells: Sequence[str], reading: Reading, notes: tuple[str, ...]) -> Targets:
    """Read one column as the names of classes; ``3.0`` in a column of integers is ``3``."""
    numbers = numbers_if_any(cells)
    whole = False
    if numbers is not None:
        cells = [write_number(number) for number in numbers.tolist()]
        whole = bool((np.floor(numbers[np.isfinite(numbers)]) == numbers[np.isfinite(numbers)]).all())
    found = find_unlabelled(name, cells, reading, are_integers=whole)
    spellings = common_spellings(cells) if reading.join_classes else {}
    cells = [spellings.get(cell, cell) for cell in cells]
    left_out = {
        row: NO_LABEL if cell.lower() in NONE_GIVEN else f"{NO_LABEL}: {cell!r}"
        for row, cell in enumerate(cells)
        if cell.lower() in NONE_GIVEN or cell in found.marks
    }
    if numbers is not None:
        left_out |= {
            row: f"{NOT_FINITE}: {cells[row]!r}" for row in np.flatnonzero(np.isinf(numbers)).tolist()
        }
    names = sort_classes(cell for row, cell in enumerate(cells) if row not in left_out)
    index = {one: i for i, one in enumerate(names)}
    labels = np.array([index.get(cell, -1) for cell in cells], dtype=np.int64)
    targets = _finish("classification", labels, names, left_out, (*notes, *found.notes))
    return replace(targets, offers=found.offers)


def _read_numbers(columns: Mapping[str, Sequence[str]], notes: tuple[str, ...]) -> Targets:
    """Read one or several columns as the numbers of a regression."""
    left_out: dict[int, str] = {}
    parsed = []
    for name, cells in columns.items():
        where = f" in column {name!r}" if len(columns) > 1 else ""
        numbers = read_numbers(cells)
        if numbers is None:
            numbers = np.array([number_or_nan(cell) for cell in cells])
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
