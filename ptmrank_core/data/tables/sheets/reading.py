"""A spreadsheet -> a table: which of its sheets, and where the table begins in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ptmrank_core.data.parts import are_parts
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.delimited import read_cells
from ptmrank_core.data.tables.dialects.delimiters import count_titles, title_notes, without_end
from ptmrank_core.data.tables.sheets.book import SPREADSHEET_SUFFIXES, Sheet, read_book
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.records import Reading

__all__ = ["read_spreadsheet", "sheets_as_parts"]

MOST_OPTIONS = 6
PREVIEW_ROWS, PREVIEW_CELLS, CELL_CHARS = 3, 4, 40


def read_spreadsheet(
    data: bytes, name: str, limits: Limits, reading: Reading, *, is_manifest: bool = False
) -> InputTable:
    """Read the table on a sheet.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name.
    limits, is_manifest
        As of ``read_delimited``.
    reading
        Its ``sheet`` and ``has_header`` are used.

    Returns
    -------
    InputTable
        Rows that are empty are none; columns that are empty are left out, and titles above the table. Lines
        are the numbers of the rows that the program shows. A note says which sheet it is, if there are more.

    Raises
    ------
    UnclearReadingError
        If several sheets hold a table and none was named, or it is unclear whether the first row names the
        columns.
    UnknownNameError
        If there is no such sheet.
    SamplesError
        If it is damaged, protected by a password, or no sheet holds anything.
    """
    sheets = [sheet for sheet in read_book(data, name, limits) if any(sheet.rows)]
    if not sheets:
        raise SamplesError(f"{name!r} holds no cell.", hint="Expected a sheet with a row for each sample.")
    sheet = _choose(sheets, name, reading)
    others = [other.name for other in sheets if other is not sheet]
    notes: tuple[str, ...] = ()
    if others:
        notes = (f"Sheet {sheet.name!r} of {name} is read; not used: {', '.join(map(repr, others))}.",)
    places = _filled_columns(sheet.rows)
    filled = [
        (line, [row[place] if place < len(row) else "" for place in places])
        for line, row in enumerate(sheet.rows, start=1)
        if row
    ]
    n_titles = count_titles([without_end(cells) for _, cells in filled[:50]])
    notes += title_notes(n_titles, name)

    def rows() -> Iterator[tuple[int, list[str] | str]]:
        return ((line, [*cells]) for line, cells in filled[n_titles:])

    table = read_cells(rows, name, limits, reading, notes=notes, is_manifest=is_manifest)
    return replace(table, sheets=tuple(one.name for one in sheets) if others else ())


def sheets_as_parts(entry: Entry, reading: Reading, limits: Limits) -> list[Entry]:
    """Take the sheets of a spreadsheet as tables of their own, where they are named after parts.

    Parameters
    ----------
    entry
        A table in any format.
    reading
        Its ``sheet`` chooses one of them.
    limits
        Bounds on what it may hold.

    Returns
    -------
    list of Entry
        ``"book/train.xlsx"`` and ``"book/test.xlsx"`` for the sheets of ``"book.xlsx"``; else the entry
        alone.
    """
    stem, suffix = posixpath.splitext(entry.name)
    if suffix.lower() not in SPREADSHEET_SUFFIXES or reading.sheet is not None:
        return [entry]
    try:
        sheets = read_book(entry.blob.read(), entry.name, limits)
    except SamplesError:  # reported when it is read for good
        return [entry]
    names = [sheet.name for sheet in sheets if _is_table(sheet)]
    if len(names) < 2 or not are_parts(names):
        return [entry]
    return [replace(entry, name=f"{stem}/{name}{suffix}", sheet=name) for name in names]


def _filled_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the places of the columns that hold anything."""
    width = max(map(len, rows))
    filled: set[int] = set()
    for row in rows:
        if len(filled) < width:
            filled.update(place for place, cell in enumerate(row) if cell)
    return sorted(filled)


def _choose(sheets: Sequence[Sheet], name: str, reading: Reading) -> Sheet:
    """Choose the sheet with the table."""
    if reading.sheet is not None:
        named = [sheet for sheet in sheets if sheet.name.casefold() == reading.sheet.strip().casefold()]
        if not named:
            raise UnknownNameError(
                "sheet", reading.sheet, [sheet.name for sheet in sheets], fields=[InputField.SHEET]
            )
        return named[0]
    tables = [sheet for sheet in sheets if _is_table(sheet)] or list(sheets)
    if len(tables) == 1:
        return tables[0]
    raise UnclearReadingError(
        f"{name!r} holds {len(tables)} sheets with tables.",
        [
            ReadingOption(
                f"The samples are on sheet {sheet.name!r}, which has {sum(map(bool, sheet.rows)):,} rows.",
                {"sheet": sheet.name},
                tuple(
                    " | ".join(cell[:CELL_CHARS] for cell in row[:PREVIEW_CELLS])
                    for row in [row for row in sheet.rows[:50] if row][:PREVIEW_ROWS]
                ),
            )
            for sheet in tables[:MOST_OPTIONS]
        ],
        hint="Another sheet can be named as well." if len(tables) > MOST_OPTIONS else "",
        fields=[InputField.SHEET],
    )


def _is_table(sheet: Sheet) -> bool:
    """Whether a sheet has at least two rows of two cells; notes have one."""
    return sum(sum(map(bool, row)) > 1 for row in sheet.rows[:1000]) > 1
