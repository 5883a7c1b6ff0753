"""Columns that alone give the label, so that no model is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.spelling import fold_name
from ptmrank_core.data.labels.targets import Targets, as_columns
from ptmrank_core.data.tables.column_roles import Roles
from ptmrank_core.data.tables.columns.association import (
    codes_tell,
    is_beyond_chance,
    is_sharp,
    is_tight,
    means_tell,
    rank_correlation,
    splits_tell,
)
from ptmrank_core.data.tables.columns.kinds import tidy
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import ReadingOption
from ptmrank_core.records import Reading

__all__ = ["Leak", "find_leaks", "leak_offers", "leak_warnings"]

NEARLY = 0.995
"""Share of rows whose label a column has to give."""
LESS_WRONG = 0.1
"""Share that is left of the mistakes of guessing the largest class."""
TIGHT = 0.99
SAME_ORDER = 0.999
"""Rank correlation with numbers to predict from which a column is a copy of them."""
MIN_ROWS, MOST_ROWS = 10, 5_000
MIN_THERE = 0.5
MAX_LABELS = 100
ADVICE = (
    "If it is known only once the label is, any score on these samples tells of this column and not of the "
    "models: leave it out."
)
TEXT_ADVICE = "Any model that reads this gets every label right: take it out of the texts."
WORD = re.compile(r"\w+")
MIN_NAME = 3
Classes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that alone gives the label.

    Parameters
    ----------
    column
        Its name.
    how
        How it does, as the end of a sentence.
    advice
        What to do about it.
    """

    column: str
    how: str
    advice: str = ADVICE


def find_leaks(table: InputTable, rows: Sequence[int], targets: Targets, roles: Roles) -> list[Leak]:
    """Find the columns among features and texts that alone give the label, or nearly so.

    Nearly is: in 99.5 % of the rows, with a tenth of the mistakes of always guessing the largest class, and
    in so many rows that a random column would do so in one of a thousand tables at most. Looked at are up to
    5,000 rows.

    - Categories, and numbers of no more different values than there are classes: the class of most other rows
      of the same value (a gap is a value too). The same for whether there is a gap.
    - Other numbers: one interval for each class, where the column takes practically one value for each class
      (99 % of its variance is between them), or rows lie densely on both sides of a border. A measure that
      merely sets groups apart, with a gap between them, is no leak. Integers also by equal values alone, as
      codes.
    - Numbers to predict: a rank correlation of 0.999 with them; for categories, 99.5 % of their variance.
    - Texts: they are the name of the class, or contain it and no other class's name.

    Parameters
    ----------
    table
        The table.
    rows
        Row of the table of each item whose label is in ``targets``.
    targets
        The labels.
    roles
        The columns that are used.
    """
    every = max(1, -(-len(targets.kept) // MOST_ROWS))
    picked = np.array(targets.kept[::every], dtype=np.int64)
    at = np.array(rows, dtype=np.int64)[picked]
    labels = targets.labels[::every]
    if len(at) < MIN_ROWS:
        return []
    if roles.text:
        return [*_text_leaks(table, at, replace(targets, labels=labels), roles.text)]
    how = {
        column: _how_regression(table, column, at, labels)
        if targets.kind == "regression"
        else _how_classes(table, column, at, targets.kind, labels, len(roles.features))
        for column in roles.features
    }
    return [Leak(column, said) for column, said in how.items() if said]


def leak_warnings(leaks: Sequence[Leak]) -> tuple[str, ...]:
    """Write a warning for each leak."""
    return tuple(f"Column {leak.column!r} alone gives the label: {leak.how}. {leak.advice}" for leak in leaks)


def leak_offers(leaks: Sequence[Leak], roles: Roles, reading: Reading) -> tuple[ReadingOption, ...]:
    """Offer to leave out each leaking feature, and all of them, as long as features remain."""
    columns = [leak.column for leak in leaks if leak.column in roles.features]
    choices = [(column,) for column in columns] + ([tuple(columns)] if len(columns) > 1 else [])
    return tuple(
        ReadingOption(
            f"{', '.join(map(repr, choice))} {'is' if len(choice) == 1 else 'are'} not used.",
            {"ignored_columns": (*reading.ignored_columns, *choice)},
        )
        for choice in choices
        if {*roles.features} - {*choice}
    )


def _codes(table: InputTable, column: str, at: Classes) -> Classes:
    """Give each different cell of a column a number; a gap is one of them."""
    if column in table.words:
        cells = tidy([table.words[column][row] for row in at.tolist()])
        numbered = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
        return np.array([numbered[cell] for cell in cells], dtype=np.int64)
    return np.unique(table.numbers[column][at], return_inverse=True)[1].astype(np.int64)


def _how_classes(
    table: InputTable, column: str, at: Classes, kind: str, labels: NDArray[np.float64], n_columns: int
) -> str:
    """Say how a column gives classes, or one of several labels; empty where it does not."""
    if kind == "classification":
        return _how_one(table, column, at, labels.astype(np.int64), n_columns)
    for k in range(min(labels.shape[1], MAX_LABELS)):
        has = labels[:, k].astype(np.int64)
        if 0 < has.sum() < len(has) and _how_one(table, column, at, has, n_columns):
            return f"it tells one of the labels, number {k + 1}, apart"
    return ""


def _how_one(table: InputTable, column: str, at: Classes, labels: Classes, n_columns: int) -> str:
    """Say how a column gives the classes; empty where it does not."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if labels.max() == 0 or not is_beyond_chance(labels, n_columns):
        return ""
    codes = _codes(table, column, at)
    n_values = int(codes.max()) + 1
    if column in table.words:
        return _how_values(codes, labels)
    numbers = table.numbers[column][at]
    there = np.isfinite(numbers)
    gaps = (~there).astype(np.int64)
    if gaps.any() and _is_nearly(codes_tell(gaps, labels), labels):
        return "its gaps tell the classes apart"
    if n_values - int(gaps.any()) <= int(labels.max()) + 1:
        return _how_values(codes, labels)
    if there.mean() < MIN_THERE:
        return ""
    is_code = 2 * n_values <= len(at) and bool((numbers[there] == np.floor(numbers[there])).all())
    how = _how_intervals(numbers[there], labels[there])
    return how or (_how_values(codes, labels) if is_code and how is not None else "")


def _how_values(codes: Classes, labels: Classes) -> str:
    """Say how single values give the classes; empty where they do not."""
    share = codes_tell(codes, labels)
    how = f"the rows of each of its values belong to one class{_say(share)}"
    return how if _is_nearly(share, labels) else ""


def _how_intervals(numbers: NDArray[np.float64], labels: Classes) -> str | None:
    """Say how intervals of numbers give the classes; ``None`` where they do as a good measure does."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if labels.max() == 0 or len(labels) < MIN_ROWS:
        return ""
    right, borders = splits_tell(numbers, labels)
    if not _is_nearly(right, labels):
        return ""
    if is_tight(numbers, labels, TIGHT):
        return f"it takes practically one value for each class{_say(right)}"
    how = f"each class has an interval of its own in it, side by side{_say(right)}"
    return how if is_sharp(numbers, borders) else None


def _is_nearly(share: float, labels: Classes) -> bool:
    """Whether so many labels are right, and few of the mistakes of a constant guess are left."""
    base = float(np.bincount(labels).max()) / len(labels)
    return share >= NEARLY and 1 - share <= LESS_WRONG * (1 - base)


def _say(share: float) -> str:
    return "" if share == 1 else f", in {100 * share:.1f} % of the rows"


def _how_regression(table: InputTable, column: str, at: Classes, labels: NDArray[np.float64]) -> str:
    """Say how a column gives the numbers to predict, or one of them; empty where it does not."""
    for target in as_columns(labels).T:
        if column in table.words:
            codes = _codes(table, column, at)
            if 2 * (int(codes.max()) + 1) <= len(at) and means_tell(codes, target) >= NEARLY:
                return "the rows of each of its values have practically one number to predict"
            continue
        numbers = table.numbers[column][at]
        there = np.isfinite(numbers)
        if there.mean() < MIN_THERE or there.sum() < MIN_ROWS:
            continue
        if abs(rank_correlation(numbers[there], target[there])) >= SAME_ORDER:
            return "it puts the rows in the order of the numbers to predict"
    return ""


def _text_leaks(table: InputTable, at: Classes, targets: Targets, text: Sequence[str]) -> Iterator[Leak]:
    """Find texts that are the label, or say it."""
    if targets.kind != "classification":
        return
    names = [fold_name(name) for name in targets.class_names]
    labels = [names[label] for label in targets.labels.tolist()]
    if not is_beyond_chance(targets.labels, len(text)):
        return
    for column in text:
        every = table.cells(column)  # a copy: made for each row, it would take the time of rows times rows
        cells = [every[row] for row in at.tolist()]
        n_same = sum(fold_name(cell) == label for cell, label in zip(cells, labels, strict=True))
        if n_same >= NEARLY * len(cells):
            yield Leak(column, "it is the label itself", TEXT_ADVICE)
        elif min(map(len, names)) >= MIN_NAME and _say_class(cells, labels, frozenset(names)):
            yield Leak(column, "each text holds the name of its class, and of no other class", TEXT_ADVICE)


def _say_class(cells: Sequence[str], labels: Sequence[str], names: frozenset[str]) -> bool:
    """Whether nearly all texts hold the name of their own class as a word, and no other."""
    n_right = 0
    for i, (cell, label) in enumerate(zip(cells, labels, strict=True)):
        n_right += {fold_name(word) for word in WORD.findall(cell)} & names == {label}
        if i + 1 - n_right > (1 - NEARLY) * len(cells):
            return False
    return True
