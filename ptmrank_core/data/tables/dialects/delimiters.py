"""What separates the cells of a text, and where its table begins."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ptmrank_core.data.labels.number_spellings import read_spelled
from ptmrank_core.data.labels.numbers import is_missing, read_numbers
from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.data.tables.column_names import is_usual, plain
from ptmrank_core.data.tables.dialects.rows import Dialect, Lines, line_mark, read_rows

__all__ = ["Layout", "count_titles", "find_layout", "title_notes", "without_end"]

DELIMITERS = "\t;|,"
"""In the order of preference where several fit alike: commas also separate decimals."""
HEADER_FITS = 0.1
HEAD_CHARS = 200_000
HEAD_ROWS = 200
MOST_TITLES = 10
HEADER_ROWS = 3
SEP_LINE = re.compile(r'"?sep=(\\t|.)"?[ \t]*\r?\n?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut, and where its table begins.

    Parameters
    ----------
    dialect
        How it is cut.
    n_before
        Rows before the table: the line that names the delimiter, titles, comments.
    notes
        What was found, one sentence each.
    """

    dialect: Dialect
    n_before: int = 0
    notes: tuple[str, ...] = ()


def find_layout(text: str, name: str) -> Layout:
    """Find what separates the cells of a text, and its first row that belongs to the table.

    The delimiter is the one with which most of the first rows have the same number of cells; Excel may name
    it in a first line ``sep=;``.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name.
    """
    head = _head(text)
    named = SEP_LINE.match(head)
    delimiter = named[1].replace("\\t", "\t") if named else _find_delimiter(head, name)
    dialect, note = _find_quoting(text, head, delimiter, name)
    notes: tuple[str, ...] = (note,) if note else ()
    if named:
        return Layout(dialect, 1, notes)
    rows = _rows(head, dialect)
    n_before = count_titles(rows) or _count_filled_titles(rows)
    return Layout(dialect, n_before, (*notes, *title_notes(n_before, name)))


def _count_filled_titles(rows: Sequence[Sequence[str]]) -> int:
    """Count titles that a spreadsheet has filled up with empty cells, and empty rows below them."""
    cut = [without_end(cells) for cells in rows]
    filled = [place for place, cells in enumerate(cut) if cells]
    n_titles = count_titles([cut[place] for place in filled])
    return filled[n_titles] if n_titles else 0


def _head(text: str) -> str:
    """Return whole lines from the beginning of a text."""
    if len(text) <= HEAD_CHARS:
        return text
    mark = line_mark(text[:HEAD_CHARS])
    return text[: text.rfind(mark, 0, HEAD_CHARS) + 1 or HEAD_CHARS]


def _rows(head: str, dialect: Dialect) -> list[list[str]]:
    """Return the first rows, however odd their quotation marks are."""
    reader = dialect.reader(Lines(head), strict=False)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(
            cells for cells in islice(reader, HEAD_ROWS) if len(cells) > 1 or any(map(str.strip, cells))
        )
    return rows


def _find_delimiter(head: str, name: str) -> str:
    """Find the delimiter with which the rows have the same number of cells."""
    first = next((line for line in Lines(head) if line.strip()), "")
    if suffix_of(name) == ".tsv" and "\t" in first:
        return "\t"
    fits = {mark: _fit(_rows(head, Dialect(mark))) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: fits[mark])
    return best if fits[best] else ","


def _fit(rows: Sequence[Sequence[str]]) -> float:
    """Return the share of the rows that have the usual number of cells, if that is two or more.

    A first row that has it too counts as a tenth of all rows.
    """
    counts = Counter(map(len, rows))
    several = {n: count for n, count in counts.items() if n > 1}
    if not several:
        return 0.0
    usual = max(several, key=lambda n: several[n])
    has_header = len(rows[0]) == usual
    return several[usual] / len(rows) + HEADER_FITS * has_header


def _find_quoting(text: str, head: str, delimiter: str, name: str) -> tuple[Dialect, str]:
    """Find what quotation marks mean, with a note where they are part of the text."""
    if delimiter == "\t" and '"' in text and not _are_quotes_paired(text):
        note = f"The quotation marks of {name} do not pair up and were read as part of the text."
        return Dialect(delimiter, has_quotes=False), note
    if _has_blanks_before_quotes(head, delimiter):
        return Dialect(delimiter, skips_blanks=True), ""
    if '\\"' in head:
        plain_rows, escaped = Dialect(delimiter), Dialect(delimiter, has_escapes=True)
        if _count_odd(head, escaped) < _count_odd(head, plain_rows):
            return escaped, ""
    return Dialect(delimiter), ""


def _has_blanks_before_quotes(head: str, delimiter: str) -> bool:
    """Whether a blank stands between delimiters and the quotation marks of cells, in most lines."""
    lines = [line for line in islice(Lines(head), HEAD_ROWS) if line.strip()]
    quoted = re.compile(rf'{re.escape(delimiter)} +"[^"]*"[ \r]*(?:{re.escape(delimiter)}|\n|\Z)')
    return 2 * sum(quoted.search(line) is not None for line in lines) > len(lines)


def _count_odd(head: str, dialect: Dialect) -> int:
    """Count the first rows that cannot be read."""
    return sum(isinstance(cells, str) for _, cells in islice(read_rows(head, dialect), HEAD_ROWS))


def _are_quotes_paired(text: str) -> bool:
    """Whether quotation marks enclose cells: then no quoted cell contains whole rows."""
    lines = Lines(text)
    reader = Dialect("\t").reader(lines, strict=True)
    line = 0
    try:
        for cells in reader:
            if lines.number > line + 1 and any("\t" in cell and "\n" in cell for cell in cells):
                return False
            line = lines.number
            lines.begin()
    except csv.Error:
        return False
    return True


def count_titles(rows: Sequence[Sequence[str]]) -> int:
    """Count titles and comments above the row that names the columns.

    Parameters
    ----------
    rows
        The first rows of a text or a sheet, none of them blank.
    """
    if not rows:
        return 0
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    start = next((i for i, row in enumerate(rows[: MOST_TITLES + 1]) if len(row) == usual), 0)
    above = rows[:start]
    if usual < 2 or not above or any(sum(bool(cell.strip()) for cell in row) > 1 for row in above):
        return 0
    are_comments = all(row[0].lstrip().startswith("#") for row in above)
    return start if are_comments or _names_columns(rows[start:], usual) else 0


def _names_columns(rows: Sequence[Sequence[str]], n_columns: int) -> bool:
    """Whether the first of some rows names columns: by a usual name, or as words above numbers alone."""
    first, *others = rows
    if any(map(is_usual, map(plain, first))):
        return True
    full = [row for row in others if len(row) == n_columns]
    words = [i for i, name in enumerate(first) if not _are_numbers([name])]
    return len(full) > HEADER_ROWS and any(_are_numbers([row[i] for row in full]) for i in words)


def _are_numbers(cells: Sequence[str]) -> bool:
    return not all(map(is_missing, cells)) and (
        read_numbers(cells) is not None or read_spelled(cells) is not None
    )


def without_end(cells: Sequence[str]) -> Sequence[str]:
    """Drop the empty cells at the end."""
    n_cells = len(cells)
    while n_cells and not cells[n_cells - 1].strip():
        n_cells -= 1
    return cells[:n_cells]


def title_notes(n_titles: int, name: str) -> tuple[str, ...]:
    """Write the note on rows above a table; none where there are none."""
    rows = "row" if n_titles == 1 else f"{n_titles} rows"
    return (f"Not part of the table: the first {rows} of {name}.",) if n_titles else ()
