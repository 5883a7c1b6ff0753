"""Tables whose cells are separated by commas, semicolons, tabs or vertical bars."""

from __future__ import annotations

import csv
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ptmrank_core.data.labels.numbers import is_missing, read_numbers
from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError

__all__ = ["read_delimited"]

DELIMITERS = "\t,;|"
LONGEST_COLUMN_NAME = 200
FIELD_LIMIT_LOCK = threading.Lock()


def read_delimited(text: str, name: str, limits: Limits, *, is_manifest: bool = False) -> InputTable:
    """Read a table whose first line names its columns.

    The delimiter is the one that occurs most often in the first line, outside quotation marks. Cells may be
    quoted and contain line breaks; where the quotation marks of a tab-separated table do not pair up within
    cells, they are read as part of the text.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name.
    limits
        Bounds on the number of rows and on the length of a cell.
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
    SamplesError
        If there is no header, a quotation mark is left open, or there are too many rows or none.
    """
    delimiter = _find_delimiter(text, name)
    with _long_cells(limits.max_entry_bytes):
        loose = delimiter == "\t" and '"' in text and not _are_quotes_paired(text)
        quoting = csv.QUOTE_NONE if loose else csv.QUOTE_MINIMAL
        note = (f"The quotation marks of {name} do not pair up and were read as part of the text.",)

        def fill(builder: TableBuilder) -> None:
            rows = _parse(text, name, delimiter, quoting)
            _, header = next(rows, (1, []))
            columns = _name_columns(header, name)
            for column in columns:
                builder.add_column(column, is_words=is_manifest)
            for line, cells in rows:
                if len(cells) == len(columns) or (is_manifest and len(cells) < len(columns)):
                    builder.add(line, cells)
                else:
                    counts = f"{len(cells)} cells for {len(columns)} columns"
                    builder.leave_out(line, f"wrong number of cells: {counts}")

        return build_table(name, limits, fill, note if loose else ())


@contextmanager
def _long_cells(max_chars: int) -> Iterator[None]:
    """Let the csv module read cells of over 131,072 characters; its limit holds for the whole process."""
    with FIELD_LIMIT_LOCK:
        before = csv.field_size_limit(max_chars)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text with their ends; a ``StringIO`` would take four bytes per character."""
    mark = "\n" if "\n" in text else "\r"
    start = 0
    while (end := text.find(mark, start) + 1) > 0:
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _find_delimiter(text: str, name: str) -> str:
    """Find the character that separates the names of the columns."""
    header = next((line for line in _lines(text) if line.strip()), "")
    bare = "".join(header.split('"')[::2])
    counts = {mark: bare.count(mark) for mark in DELIMITERS}
    if suffix_of(name) == ".tsv" and counts["\t"]:
        return "\t"
    best = max(DELIMITERS, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _are_quotes_paired(text: str) -> bool:
    """Whether quotation marks enclose cells: then no quoted cell contains whole rows."""
    reader = csv.reader(_lines(text), delimiter="\t", strict=True)
    line = 0
    try:
        for cells in reader:
            if reader.line_num > line + 1 and any("\t" in cell and "\n" in cell for cell in cells):
                return False
            line = reader.line_num
    except csv.Error:
        return False
    return True


def _parse(text: str, name: str, delimiter: str, quoting: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the line that it begins on."""
    reader = csv.reader(_lines(text), delimiter=delimiter, quoting=quoting, strict=True)  # type: ignore[arg-type]
    line = 1
    try:
        for cells in reader:
            if len(cells) > 1 or "".join(cells).strip():
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise SamplesError(
            f"{name!r} cannot be read as a table at line {line}: {error}.",
            hint="A quotation mark there may not be closed. Save the table again as .csv.",
        ) from error


def _name_columns(header: Sequence[str], name: str) -> list[str]:
    """Name the columns; one without a name (the index that pandas writes) is named by its position."""
    columns = [cell.strip() or f"column {i}" for i, cell in enumerate(header, start=1)]
    if any(len(column) > LONGEST_COLUMN_NAME for column in columns) or _holds_data(columns):
        shown = ", ".join(repr(column[:40]) for column in columns[:4])
        raise SamplesError(
            f"The first line of {name!r} seems to be a row of data ({shown}); expected the names of the "
            "columns.",
            hint="Add a first line with the names of the columns, such as text,label.",
        )
    twice = next((column for i, column in enumerate(columns) if column in columns[:i]), None)
    if twice is not None:
        raise SamplesError(
            f"{name!r} has two columns named {twice!r}; expected different names.", hint="Rename one of them."
        )
    return columns


def _holds_data(columns: Sequence[str]) -> bool:
    """Whether numbers among the names are data rather than numbered columns or years."""
    parsed = [read_numbers([column]) for column in columns if not is_missing(column)]
    numbers = [float(number[0]) for number in parsed if number is not None]
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    return len(numbers) == 1 or any(step != 1 for step in steps)
