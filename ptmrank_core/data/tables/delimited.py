"""Tables whose cells are separated by commas, semicolons, tabs or vertical bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.dialects.delimiters import find_layout
from ptmrank_core.data.tables.dialects.headers import Header, choose_header, lacks_first_name
from ptmrank_core.data.tables.dialects.numbers import doubtful_columns, settle_numbers
from ptmrank_core.data.tables.dialects.rows import long_cells, read_rows
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = ["read_cells", "read_delimited"]

HEAD_ROWS = 500
"""Rows by which the header is recognised."""

# Rows with the lines that they begin on: their cells, or why they cannot be read.
Rows = Iterator[tuple[int, list[str] | str]]


def read_delimited(
    text: str, name: str, limits: Limits, reading: Reading = AS_RECOGNISED, *, is_manifest: bool = False
) -> InputTable:
    """Read a table of delimited cells.

    The delimiter is the one with which the first rows have the same number of cells. Cells may be quoted and
    contain line breaks; where the quotation marks of a tab-separated table do not pair up within cells, they
    are read as part of the text. A row with an odd quotation mark is left out.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name.
    limits
        Bounds on the number of rows and on the length of a cell.
    reading
        Its ``has_header`` is used.
    is_manifest
        Whether the table lists files. All cells are then text (``1.50`` may be the name of a file), and cells
        that are missing at the end of a row are empty: a short row of a table of samples may be a part of a
        text, but a file is there or it is not.

    Returns
    -------
    InputTable
        Rows with more cells than there are columns, or (in a table of samples) with fewer, are left out.

    Raises
    ------
    UnclearReadingError
        If it is unclear whether the first row names the columns.
    SamplesError
        If two columns have the same name, or there are too many rows or none.
    """
    with long_cells(2 * max(limits.max_text_chars, 131_072)):
        layout = find_layout(text, name)
        if text.count(layout.dialect.delimiter) > limits.max_cells:
            raise SamplesError(
                f"{name!r} holds more than the {limits.max_cells:,} cells that are accepted.",
                hint="Keep a random part of the rows, or the columns that matter.",
            )

        def rows() -> Rows:
            return islice(read_rows(text, layout.dialect, limits.max_columns), layout.n_before, None)

        return read_cells(rows, name, limits, reading, notes=layout.notes, is_manifest=is_manifest)


def read_cells(
    rows: Callable[[], Rows],
    name: str,
    limits: Limits,
    reading: Reading,
    *,
    notes: tuple[str, ...] = (),
    is_manifest: bool = False,
) -> InputTable:
    """Make a table of rows of cells, the first of which may name the columns.

    Parameters
    ----------
    rows
        Yields the rows from the beginning, each time that it is called.
    name, limits, reading, is_manifest
        As those of ``read_delimited``.
    notes
        How the cells were found.
    """
    head = list(islice(rows(), HEAD_ROWS))
    if head and isinstance(head[0][1], str) and reading.has_header is not False:
        raise SamplesError(
            f"The first row of {name!r}, in line {head[0][0]}, cannot be read: {head[0][1]}.",
            hint="Expected the names of the columns.",
        )
    read = [cells for _, cells in head if not isinstance(cells, str)] or [[]]
    following = read[1:]
    first = _without_empty_end(read[0], following)
    if lacks_first_name(first, following):
        first = ["", *first]
        notes = (*notes, f"The first column of {name} has no name: it names the rows.")
    header = choose_header(first, following, name, has_header=reading.has_header)
    header_line = 0 if header.is_data or not head else head[0][0]

    def fill(builder: TableBuilder) -> None:
        for column in header.columns:
            builder.add_column(column, is_words=is_manifest)
        for line, cells in rows():
            if line != header_line:
                _add(builder, line, cells, header, is_manifest=is_manifest)

    notes = (*notes, *header.notes)
    table = build_table(name, limits, fill, notes)
    if is_manifest:
        return table
    doubtful = doubtful_columns(table, reading)
    if doubtful:
        table = build_table(name, limits, fill, notes, doubtful)
    return settle_numbers(table, reading)


def _add(
    builder: TableBuilder, line: int, cells: list[str] | str, header: Header, *, is_manifest: bool
) -> None:
    """Add a row, or leave it out."""
    n_columns = len(header.columns)
    if isinstance(cells, str):
        builder.leave_out(line, cells)
        return
    while len(cells) > n_columns and not cells[-1].strip():
        cells.pop()
    row = tuple(cells)
    if n_columns > 1 and (row == header.columns or row == header.cells):  # noqa: PLR1714 - no hash of all cells
        builder.leave_out(line, "names the columns once more")
    elif len(cells) == n_columns or (is_manifest and len(cells) < n_columns):
        builder.add(line, cells)
    elif cells[0].startswith("#") and len(cells) < n_columns:
        builder.leave_out(line, "a comment")
    else:
        builder.leave_out(line, f"wrong number of cells: {len(cells)} cells for {n_columns} columns")


def _without_empty_end(first: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Drop columns at the end that have neither a name nor a cell: lines may end in a delimiter."""
    n_columns = len(first)
    while n_columns > 1 and not first[n_columns - 1].strip():
        if any(len(row) >= n_columns and row[n_columns - 1].strip() for row in rows):
            break
        n_columns -= 1
    return first[:n_columns]
