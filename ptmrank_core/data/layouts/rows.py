"""The rows of a source's tables -> Samples, of the parts that are taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from ptmrank_core.data.layouts.part_column import PART_COLUMN_REASON, find_part_column
from ptmrank_core.data.layouts.sample_tables import (
    OpenTables,
    names_table,
    open_sample_tables,
    table_key,
)
from ptmrank_core.data.layouts.taking import not_taken, take_parts
from ptmrank_core.data.media.kinds import names_media
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_roles import find_roles
from ptmrank_core.data.tables.joining import take_rows
from ptmrank_core.data.tables.load import table_samples
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputError, SamplesError
from ptmrank_core.records import LeftOut, Reading, Samples

__all__ = ["RowsTaken", "load_tables", "open_rows", "refuse_missing_files", "take_part_rows"]


@dataclasses.dataclass(frozen=True, slots=True)
class RowsTaken:
    """The rows that are taken, without the column of parts.

    Parameters
    ----------
    table
        The rows.
    parts
        Number of rows in each part.
    part_column
        Name of the column that gave the parts; empty where none did.
    left_out, notes
        What is not taken, and what was found.
    """

    table: InputTable
    parts: Mapping[str, int]
    part_column: str
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def open_rows(entries: Sequence[Entry], reading: Reading, limits: Limits) -> RowsTaken:
    """Open the tables of a source, and take the rows of the parts that are asked for.

    Parameters
    ----------
    entries
        The tables.
    reading
        The parts to take, and which columns hold what.
    limits
        Bounds on what the tables may hold.
    """
    opened = open_sample_tables(entries, reading, limits)
    tables = {names_table(table_key(entry.name), reading.parts) for entry in entries}
    reading = dataclasses.replace(reading, parts=tuple(name for name in reading.parts if name not in tables))
    return take_part_rows(opened, reading, is_whole=len(entries) == 1)


def take_part_rows(opened: OpenTables, reading: Reading, *, is_whole: bool = True) -> RowsTaken:
    """Take the rows of the parts that are asked for, where a column says which part each row belongs to.

    Parameters
    ----------
    opened
        The table.
    reading
        The parts to take, and which columns hold what.
    is_whole
        Whether a part that is asked for has to be in this table.
    """
    found = find_part_column(opened.table, reading)
    if found is None:
        if not opened.parts and reading.parts and is_whole:
            take_parts([], reading.parts)  # refuses a part that is not there
        return RowsTaken(opened.table, opened.parts, "", opened.left_out, opened.notes)
    column, parts = found
    table = _without(opened.table, column)
    if opened.parts:
        return RowsTaken(table, opened.parts, column, opened.left_out, opened.notes)
    return _take(opened, table, column, parts, reading)


def _without(table: InputTable, column: str) -> InputTable:
    """Take a column away."""
    return dataclasses.replace(
        table,
        columns=tuple(name for name in table.columns if name != column),
        numbers={name: cells for name, cells in table.numbers.items() if name != column},
        words={name: cells for name, cells in table.words.items() if name != column},
        classes=table.classes - {column},
    )


def _take(
    opened: OpenTables, table: InputTable, column: str, parts: Sequence[str], reading: Reading
) -> RowsTaken:
    """Take the rows of some parts, and say of each other part how many rows it has."""
    taken = take_parts(parts, reading.parts)
    left_out = list(opened.left_out)
    for part in dict.fromkeys(parts):
        if part in taken.parts:
            continue
        rows = [row for row, own in enumerate(parts) if own == part]
        reason = not_taken(part) if part else f"no part in column {column!r}"
        more = f" and {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
        left_out.append(LeftOut(f"{table.row_name(rows[0])}{more}", reason))
    kept = np.flatnonzero(np.isin(np.array(parts), taken.parts))
    note = f"The parts are read from column {column!r}."
    return RowsTaken(
        take_rows(table, kept), taken.counts, column, tuple(left_out), (*opened.notes, note, *taken.notes)
    )


def load_tables(source: str, entries: Sequence[Entry], reading: Reading, limits: Limits) -> Samples:
    """Load the rows of the tables of a source as samples.

    Parameters
    ----------
    source
        Where the tables come from; kept in the samples.
    entries
        The tables: one, its shards, or one for each part.
    reading
        The parts to take, and which columns hold what.
    limits
        Bounds on what the tables may hold.

    Returns
    -------
    Samples
        As ``load_table`` makes them, with the parts that were found.
    """
    rows = open_rows(entries, reading, limits)
    refuse_missing_files(rows.table, reading)
    samples = table_samples(source, rows.table, reading, limits)
    columns = samples.columns
    if columns is not None and rows.part_column:
        ignored = {**columns.ignored, rows.part_column: PART_COLUMN_REASON}
        columns = dataclasses.replace(columns, ignored=ignored)
    return dataclasses.replace(
        samples,
        left_out=(*samples.left_out, *rows.left_out),
        notes=(*rows.notes, *samples.notes),
        parts=rows.parts,
        columns=columns,
    )


def refuse_missing_files(table: InputTable, reading: Reading) -> None:
    """Refuse a table that labels files, where the names of the files would be read as the texts."""
    files = [column for column, cells in table.words.items() if names_media(cells)]
    if not files or reading.text_columns:
        return
    try:
        text = find_roles(table, reading).text
    except InputError:  # told when the table is read
        return
    if text and set(text) <= set(files):
        shown = ", ".join(map(repr, table.cells(text[0], 2)))
        raise SamplesError(
            f"{table.name!r} names files that are not there: column {text[0]!r} holds {shown} ...; expected "
            "the files beside the table.",
            hint="Put the table and the files into one folder or one .zip file.",
        )
