"""The label columns of a table beside files, chosen as those of a table of samples are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ptmrank_core.data.labels.numbers import read_numbers
from ptmrank_core.data.tables.column_names import GROUP_NAMES, LABEL_NAMES, find_named, plain
from ptmrank_core.data.tables.columns.labels import (
    LabelChoice,
    ask_for_label,
    choose_label,
    is_constant,
    label_candidates,
)
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.records import Reading

__all__ = ["find_manifest_labels"]

BITS = frozenset({"0", "1", "0.0", "1.0"})


def find_manifest_labels(
    table: InputTable, columns: Sequence[str], reading: Reading, *, has_classes: bool, hint: str
) -> LabelChoice:
    """Find the labels of a table beside files.

    Parameters
    ----------
    table
        The table.
    columns
        Its columns without another role.
    reading
        The label columns that the user named, and what the labels are.
    has_classes
        Whether folders give the classes where no column has the name of a label.
    hint
        What else can be done where it is not clear.

    Returns
    -------
    LabelChoice
        Without columns where folders give the classes.

    Raises
    ------
    UnclearReadingError, SamplesError
        If several columns may hold the labels, or none.
    """
    if reading.label_columns:
        return LabelChoice(reading.label_columns)
    typed = _with_numbers(table)
    choice = choose_label(typed, columns, reading, hint=hint)
    if choice is None and has_classes:
        return LabelChoice(())
    if choice is None:
        choice = _choose_unnamed(typed, columns, reading, hint)
    is_usual = bool(find_named(choice.columns, LABEL_NAMES[:1]))
    if is_usual or choice.notes:
        return choice
    which = "column" if len(choice.columns) == 1 else "columns"
    note = f"The labels are read from {which} {list_columns(choice.columns)} of {table.name}."
    return replace(choice, notes=(note,))


def _with_numbers(table: InputTable) -> InputTable:
    """Read columns of numbers as such: the cells of a table beside files are all text."""
    numbers = dict(table.numbers)
    for column, cells in table.words.items():
        read = read_numbers(list(cells))
        if read is not None and np.isfinite(read).any():
            numbers[column] = read
    words = {column: cells for column, cells in table.words.items() if column not in numbers}
    return replace(table, numbers=numbers, words=words)


def _choose_unnamed(table: InputTable, columns: Sequence[str], reading: Reading, hint: str) -> LabelChoice:
    """Choose the labels where no column is called so: all of zeros and ones, or the only one that fits."""
    free = [column for column in columns if plain(column) not in GROUP_NAMES]
    binary = [column for column in free if {*table.cells(column)} <= BITS]
    if len(binary) > 1 and len(binary) == len(free):
        return LabelChoice(tuple(binary))
    candidates = label_candidates(table, columns)
    if len(free) == 1 and free[0] in table.numbers and not is_constant(table, free[0]):
        candidates = free  # a file and its number
    groups = [column for column in columns if column not in free and not is_constant(table, column)]
    # Beside a speaker and the sentence that is read aloud, the speaker's sex need not be meant.
    has_more = any(column not in candidates and not is_constant(table, column) for column in free)
    if len(candidates) == 1 and not (groups and has_more):
        return LabelChoice(tuple(candidates))
    raise ask_for_label(table, [*candidates, *groups], reading, hint=hint)
