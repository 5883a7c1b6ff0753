"""Several tables as one: rows that are taken, and tables of the same columns one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.table import InputTable, MediaColumn
from ptmrank_core.errors import SamplesError

__all__ = ["describe_files", "join_tables", "take_rows"]


def take_rows(table: InputTable, rows: NDArray[np.int64]) -> InputTable:
    """Keep some rows of a table.

    Parameters
    ----------
    table
        The table.
    rows
        Their indices, ascending.
    """
    taken = rows.tolist()
    return replace(
        table,
        numbers={column: cells[rows] for column, cells in table.numbers.items()},
        words={column: [cells[row] for row in taken] for column, cells in table.words.items()},
        lines=[table.lines[row] for row in taken],
        sentences=[table.sentences[row] for row in taken] if table.sentences else (),
        files=[table.files[row] for row in taken] if table.files else (),
        media={
            name: replace(column, entries=[column.entries[row] for row in taken])
            for name, column in table.media.items()
        },
    )


def join_tables(tables: Sequence[InputTable], limits: Limits) -> InputTable:
    """Put tables one below the other, their columns by name.

    Parameters
    ----------
    tables
        At least one table.
    limits
        ``max_rows`` is used.

    Returns
    -------
    InputTable
        With every column of any of them: cells that a table lacks are empty. A column holds numbers where it
        does so in every table that has it.

    Raises
    ------
    SamplesError
        If there are more rows than are accepted.
    """
    if len(tables) == 1:
        return tables[0]
    n_rows = sum(table.n_rows for table in tables)
    if n_rows > limits.max_rows:
        raise SamplesError(
            f"The {len(tables):,} tables hold {n_rows:,} rows; at most {limits.max_rows:,} are accepted.",
            hint="Keep a random part of the rows: a ranking needs a few thousand.",
        )
    columns = tuple(dict.fromkeys(column for table in tables for column in table.columns))
    media = _join_media(tables)
    wordy = [c for c in columns if c not in media and any(c in t.words or c in t.media for t in tables)]
    return InputTable(
        name=name_tables([table.name for table in tables]),
        columns=columns,
        numbers={
            column: np.concatenate([_numbers(table, column) for table in tables])
            for column in columns
            if column not in wordy and column not in media
        },
        words={column: [cell for table in tables for cell in _cells(table, column)] for column in wordy},
        lines=[line for table in tables for line in table.lines],
        left_out=tuple(left_out for table in tables for left_out in table.left_out),
        notes=tuple(dict.fromkeys(note for table in tables for note in table.notes)),
        media=media,
        classes=_join_classes(tables),
        sentences=_join_sentences(tables),
        files=[
            table.files[row] if table.files else table.name for table in tables for row in range(table.n_rows)
        ],
        unclear=tuple(dict.fromkeys(column for table in tables for column in table.unclear)),
    )


def _join_media(tables: Sequence[InputTable]) -> dict[str, MediaColumn]:
    """Join the columns that hold pictures, recordings or videos of one kind in every table that has them."""
    joined = {}
    for name in dict.fromkeys(name for table in tables for name in table.media):
        kinds = {t.media[name].modality if name in t.media else None for t in tables if name in t.columns}
        [modality, *others] = kinds
        if modality is not None and not others:
            entries = [entry for table in tables for entry in _entries(table, name)]
            joined[name] = MediaColumn(modality, entries)
    return joined


def _entries(table: InputTable, name: str) -> Sequence[Entry | str]:
    return table.media[name].entries if name in table.media else ["empty cell"] * table.n_rows


def _join_classes(tables: Sequence[InputTable]) -> frozenset[str]:
    """Return the columns that name classes in every table that has them."""
    named = frozenset[str]().union(*(table.classes for table in tables))
    return frozenset(c for c in named if all(c in t.classes for t in tables if c in t.columns))


def describe_files(table: InputTable) -> tuple[str, ...]:
    """Write the note on the files that are one table; none where it is one file."""
    files = list(dict.fromkeys(table.files))
    if len(files) < 2:
        return ()
    return (
        f"{len(files):,} files are read as one table: {', '.join(files[:3])}{' ...' * (len(files) > 3)}.",
    )


def name_tables(names: Sequence[str]) -> str:
    """Name several tables in messages: the first, and how many more there are."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"


def _numbers(table: InputTable, column: str) -> NDArray[np.float64]:
    return table.numbers[column] if column in table.numbers else np.full(table.n_rows, np.nan)


def _cells(table: InputTable, column: str) -> Sequence[str]:
    return table.cells(column) if column in table.columns else [""] * table.n_rows


def _join_sentences(tables: Sequence[InputTable]) -> list[int]:
    """Count the sentences through all tables, where each row is a word in all of them."""
    if not all(table.sentences for table in tables):
        return []
    joined: list[int] = []
    for table in tables:
        first = joined[-1] + 1 if joined else 0
        joined += [first + sentence for sentence in table.sentences]
    return joined
