"""Columns whose cells are lists of numbers -> a column for each number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.tables.column_names import LABEL_NAMES, find_named
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError

__all__ = ["expand_vectors", "refuse_numbers_as_text"]

FEWEST_NUMBERS = 8
"""Numbers in a cell from which it is a vector; fewer may be labels, a date or a version."""
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
SEVERAL = re.compile(r"\d[\s,;]+[-+.\d]")
VECTOR = re.compile(rf"\s*\[?\s*{NUMBER}(?:[\s,;]+{NUMBER})*\s*\]?\s*")


def expand_vectors(table: InputTable) -> InputTable:
    """Replace each column of vectors of one length by a column for each of their numbers.

    The pixels of FER2013 (``"70 80 82 ..."``) and vectors that pandas wrote (``"[0.1 0.2 ...]"``) are such.

    Parameters
    ----------
    table
        A table of any format.

    Returns
    -------
    InputTable
        The same table where no column holds vectors.
    """
    free = [column for column in table.words if not find_named([column], LABEL_NAMES)]
    found = {column: vectors for column in free if (vectors := _read(table.words[column])) is not None}
    if not found:
        return table
    columns: list[str] = []
    numbers = dict(table.numbers)
    for column in table.columns:
        names = [f"{column}_{i}" for i in range(found[column].shape[1])] if column in found else [column]
        columns += names
        if column in found:
            numbers |= dict(zip(names, found[column].T, strict=True))
    words = {column: cells for column, cells in table.words.items() if column not in found}
    listed = ", ".join(f"{column!r} ({vectors.shape[1]:,})" for column, vectors in found.items())
    note = f"The numbers in each cell of {listed} were read as a column each."
    return replace(table, columns=tuple(columns), numbers=numbers, words=words, notes=(*table.notes, note))


def _read(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Read the cells of a column as vectors; ``None`` where one is none, or has another length."""
    rows: list[list[str]] = []
    for cell in cells:
        if not VECTOR.fullmatch(cell):
            return None
        rows.append(re.findall(NUMBER, cell))
        if len(rows[-1]) < FEWEST_NUMBERS or len(rows[-1]) != len(rows[0]):
            return None
    return np.array(rows, dtype=np.float64) if rows else None


def refuse_numbers_as_text(table: InputTable, text: Sequence[str]) -> None:
    """Refuse lists of numbers that would be read as texts.

    Parameters
    ----------
    table
        The table.
    text
        The columns that are taken for texts.

    Raises
    ------
    SamplesError
        If all cells of one of them are lists of two numbers or more.
    """
    for column in text:
        cells = [cell for cell in table.words.get(column, ()) if cell.strip()]
        if cells and all(map(VECTOR.fullmatch, cells)) and any(map(SEVERAL.search, cells)):
            raise SamplesError(
                f"Column {column!r} of {table.name!r} holds lists of numbers ({cells[0][:40]!r} ...), not "
                "all of one length, which are no texts.",
                hint="Give as many numbers in each row, or a column for each number; pictures as files.",
                fields=[InputField.TEXT_COLUMNS, InputField.IGNORED_COLUMNS],
            )
