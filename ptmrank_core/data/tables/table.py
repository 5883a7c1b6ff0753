"""A table in memory: columns of numbers as arrays, other columns as cells of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import read_numbers, write_number
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Modality
from ptmrank_core.records.names import printable_names, tell_apart

__all__ = ["InputTable", "MediaColumn", "TableBuilder", "build_table"]

ROWS_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class MediaColumn:
    """A column of pictures, recordings or videos.

    Parameters
    ----------
    modality
        What they are.
    entries
        Each of them, as a file whose bytes are read when they are needed; or why there is none.
    """

    modality: Modality
    entries: Sequence[Entry | str]


@dataclass(frozen=True, slots=True, eq=False)
class InputTable:
    """A table that the user brings, in memory.

    The names of its columns are made printable; different columns stay different.

    Parameters
    ----------
    name
        Name of its file.
    columns
        Names of all columns, in their order.
    numbers
        The columns that hold numbers alone: float64 of shape (n,), NaN where a cell is missing.
    words
        The cells of every other column, as text.
    lines
        Line (or number) of each of the n rows.
    left_out
        Rows that could not be read, and why.
    notes
        How it was read, one sentence each.
    sentences
        Number of the sentence of each row where a row is a word; empty otherwise.
    media
        The columns of pictures, recordings or videos.
    classes
        Names of the columns that the file itself says to name classes or categories.
    files
        Name of the file of each row where several files are one table; empty otherwise.
    unclear
        Columns of words that are numbers with decimals or with thousands after a comma: it is unclear which.
    sheets
        Names of the sheets of its spreadsheet that hold anything, where there are several.
    """

    name: str
    columns: tuple[str, ...]
    numbers: Mapping[str, NDArray[np.float64]]
    words: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    sentences: Sequence[int] = ()
    media: Mapping[str, MediaColumn] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    files: Sequence[str] = ()
    unclear: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if printable_names(self.columns) != self.columns:
            self._rename(tell_apart(self.columns))
        for name in ("notes", "sheets"):
            object.__setattr__(self, name, printable_names(getattr(self, name)))

    def _rename(self, names: Mapping[str, str]) -> None:
        """Give the columns printable names, in every field."""
        for name in ("columns", "unclear"):
            object.__setattr__(self, name, tuple(names[column] for column in getattr(self, name)))
        for name in ("numbers", "words", "media"):
            cells = getattr(self, name)
            object.__setattr__(self, name, {names[column]: cells[column] for column in cells})
        object.__setattr__(self, "classes", frozenset(names[column] for column in self.classes))

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def row_name(self, row: int) -> str:
        """Name a row, counted from zero: ``"FILE:LINE"``."""
        return f"{self.files[row] if self.files else self.name}:{self.lines[row]}"

    def cells(self, column: str, n_rows: int | None = None) -> Sequence[str]:
        """Return the cells of a column, or its first ones, as text; missing numbers are empty.

        A picture, a recording or a video is written as its name.
        """
        if column in self.media:
            entries = self.media[column].entries[:n_rows]
            return ["" if isinstance(entry, str) else entry.name for entry in entries]
        if column in self.words:
            return self.words[column][:n_rows]
        return [write_number(number) for number in self.numbers[column][:n_rows].tolist()]


class ColumnBuilder:
    """A column in the making: numbers, which need a tenth of the memory, as long as all cells are numbers."""

    def __init__(self, n_before: int, *, is_words: bool) -> None:
        self.words = [""] * n_before
        self.parts = [np.full(n_before, np.nan)]
        self.is_words = is_words
        # Words came after numbers whose text was not kept: the table has to be read once more.
        self.is_broken = False
        self.has_marks = False

    def extend(self, cells: Sequence[str]) -> None:
        """Add cells."""
        if self.is_words:
            self.words.extend(cells)
            return
        numbers = None if self.is_broken else read_numbers(cells)
        if numbers is not None:
            self.has_marks = self.has_marks or any(cells)
            self.parts.append(numbers)
        elif not self.is_broken and len(self.parts) == 1:
            self.is_words = True
            self.words.extend(cells)
        else:
            self.is_broken = True

    def settle(self) -> None:
        """Decide about a column without a single number: it holds words, be they empty."""
        if self.is_words or self.is_broken or any(np.isfinite(part).any() for part in self.parts):
            return
        self.is_words, self.is_broken = not self.has_marks, self.has_marks
        self.words = [""] * sum(map(len, self.parts))


class TableBuilder:
    """Collects the rows of a table.

    Parameters
    ----------
    name
        Name of its file.
    limits
        ``max_rows`` is used.
    words
        Names of columns that are known to hold words.
    """

    def __init__(self, name: str, limits: Limits, words: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.limits = limits
        self.known_words = words
        self.columns: dict[str, ColumnBuilder] = {}
        self.lines: list[int] = []
        self.sentences: list[int] = []
        self.left_out: list[LeftOut] = []
        self.waiting: list[Sequence[str]] = []

    def add_column(self, name: str, *, is_words: bool = False) -> None:
        """Add a column, empty in the rows so far; ``is_words`` keeps its numbers as they are spelled."""
        n_before = len(self.lines) - len(self.waiting)
        self.columns[name] = ColumnBuilder(n_before, is_words=is_words or name in self.known_words)

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Add a row; missing cells at its end are empty.

        Raises
        ------
        SamplesError
            If the table has too many rows.
        """
        if len(self.lines) == self.limits.max_rows:
            raise SamplesError(
                f"{self.name!r} holds more than the {self.limits.max_rows:,} rows that are accepted.",
                hint="Keep a random part of the rows: a ranking needs a few thousand.",
            )
        self.lines.append(line)
        self.waiting.append(cells)
        if len(self.waiting) == ROWS_AT_ONCE:
            self._flush()

    def leave_out(self, line: int, reason: str) -> None:
        """Leave out a row."""
        self.left_out.append(LeftOut(f"{self.name}:{line}", reason))

    def _flush(self) -> None:
        """Move the waiting rows into the columns."""
        width = len(self.columns)
        rows = [row if len(row) == width else (*row, *[""] * (width - len(row))) for row in self.waiting]
        for column, cells in zip(self.columns.values(), zip(*rows, strict=True), strict=bool(rows)):
            column.extend(cells)
        self.waiting.clear()

    def finish(self) -> frozenset[str]:
        """Take in the last rows.

        Returns
        -------
        frozenset
            Names of columns that turned out to hold words; if any, the table has to be built again.
        """
        self._flush()
        for column in self.columns.values():
            column.settle()
        return frozenset(name for name, column in self.columns.items() if column.is_broken)

    def table(self, notes: tuple[str, ...]) -> InputTable:
        """Make the table."""
        numbers = {
            name: np.concatenate(column.parts) for name, column in self.columns.items() if not column.is_words
        }
        words = {name: column.words for name, column in self.columns.items() if column.is_words}
        return InputTable(
            self.name,
            tuple(self.columns),
            numbers,
            words,
            self.lines,
            tuple(self.left_out),
            notes,
            self.sentences,
        )


def build_table(
    name: str,
    limits: Limits,
    fill: Callable[[TableBuilder], None],
    notes: tuple[str, ...] = (),
    words: frozenset[str] = frozenset(),
) -> InputTable:
    """Build a table in one pass, or in two where a column of numbers turns out to hold words.

    Parameters
    ----------
    name
        Name of its file.
    limits
        Bounds on the number of rows.
    fill
        Adds all rows to a builder; called once or twice.
    notes
        Notes of the table.
    words
        Names of columns that are known to hold words.

    Returns
    -------
    InputTable
        With at least one row.

    Raises
    ------
    SamplesError
        If there are too many rows or none.
    """
    builder = TableBuilder(name, limits, words)
    fill(builder)
    more = builder.finish()
    if more:
        builder = TableBuilder(name, limits, words | more)
        fill(builder)
        builder.finish()
    if not builder.lines:
        first = f" {builder.left_out[0].name}: {builder.left_out[0].reason}." if builder.left_out else ""
        raise SamplesError(
            f"{name!r} holds no row that can be read.{first}",
            hint="Expected the names of columns and a row for each sample.",
        )
    return builder.table(notes)
