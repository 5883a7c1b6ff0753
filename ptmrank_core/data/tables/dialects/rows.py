"""The rows of a delimited text, past odd quotation marks."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ptmrank_core.data.sources.limits import DEFAULT_LIMITS

__all__ = ["Dialect", "line_mark", "long_cells", "read_rows"]

FIELD_LIMIT_LOCK = threading.Lock()
READ_AGAIN = 20_000
"""Lines that may be read once more than there are lines, to find rows after an open quotation mark."""
ODD_QUOTES = "a quotation mark that is not closed, or that text follows"

TOO_LONG = "a cell that is too long, or a quotation mark that is not closed"
MAX_CELLS = DEFAULT_LIMITS.max_columns


class TooWideError(csv.Error):
    """The lines of one row hold more delimiters than a table may have columns."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is cut into cells.

    Parameters
    ----------
    delimiter
        What separates the cells.
    has_quotes
        Whether quotation marks enclose cells, instead of being part of the text.
    has_escapes
        Whether a quotation mark inside a cell follows a backslash, instead of being doubled.
    skips_blanks
        Whether cells in quotation marks follow a blank after the delimiter.
    """

    delimiter: str
    has_quotes: bool = True
    has_escapes: bool = False
    skips_blanks: bool = False

    def reader(self, lines: Iterator[str], *, strict: bool) -> Iterator[list[str]]:
        """Return a reader of lines, as ``csv.reader``."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.has_quotes else csv.QUOTE_NONE,
            escapechar="\\" if self.has_escapes else None,
            skipinitialspace=self.skips_blanks,
            strict=strict,
        )


def line_mark(text: str) -> str:
    """Return what ends the lines of a text: a line feed, or a carriage return where these are more."""
    n_feeds = text.count("\n")
    return "\r" if text.count("\r") - text.count("\r\n") > n_feeds else "\n"


@contextmanager
def long_cells(max_chars: int) -> Iterator[None]:
    """Let the csv module read cells of over 131,072 characters; its limit holds for the whole process."""
    with FIELD_LIMIT_LOCK:
        before = csv.field_size_limit(max_chars)
        try:
            yield
        finally:
            csv.field_size_limit(before)


class Lines:
    """The lines of a text with their ends, of which some can be put back.

    A ``StringIO`` would take four bytes for each character.

    Parameters
    ----------
    text
        The text.
    delimiter
        What separates its cells; a row of more than ``max_cells`` raises ``TooWideError`` before it is cut.
    max_cells
        Bound on the cells of a row.
    """

    def __init__(self, text: str, delimiter: str = "", max_cells: int = MAX_CELLS) -> None:
        self.text = text
        self.delimiter = delimiter
        self.max_cells = max_cells
        self.n_cells = 0
        self.mark = line_mark(text)
        # Some lines of a text may end in a carriage return alone.
        self.has_both = self.mark == "\n" and text.count("\r") > text.count("\r\n")
        self.next_return = -1
        self.place = 0
        self.number = 0
        self.taken: list[int] = []
        self.farthest = 0
        self.n_again = READ_AGAIN

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        start = self.place
        if start >= len(self.text):
            raise StopIteration
        end = self.text.find(self.mark, start) + 1 or len(self.text)
        if self.has_both:
            end = self._cut(start, end)
        self.taken.append(start)
        self.place = end
        self.number += 1
        if end > self.farthest:
            self.farthest = end
            self.n_again += 1
        line = self.text[start:end]
        if self.delimiter:
            self.n_cells += line.count(self.delimiter)
            if self.n_cells >= self.max_cells:
                raise TooWideError(f"more than {self.max_cells:,} cells")
        return line

    def _cut(self, start: int, end: int) -> int:
        """End a line after a carriage return that no line feed follows."""
        if self.next_return < start:
            found = self.text.find("\r", start)
            self.next_return = found if found >= 0 else len(self.text)
        cut = self.next_return + 1
        return cut if cut < end - 1 else end

    def begin(self) -> int:
        """Begin a row, and return the number of its line."""
        self.taken.clear()
        self.n_cells = 0
        return self.number + 1

    def put_back(self) -> bool:
        """Put back all lines of the row but the first; not where that was done too often."""
        n_back = len(self.taken) - 1
        if n_back < 1 or n_back > self.n_again:
            return n_back < 1
        self.n_again -= n_back
        self.place = self.taken[1]
        self.next_return = -1
        self.number -= n_back
        del self.taken[1:]
        return True


def read_rows(
    text: str, dialect: Dialect, max_cells: int = MAX_CELLS
) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row that is not blank, with the line that it begins on.

    Parameters
    ----------
    text
        The text.
    dialect
        How it is cut.
    max_cells
        Bound on the cells of a row.

    Yields
    ------
    line, cells
        The cells of the row, or why it cannot be read; the lines after one with an odd quotation mark are
        rows again.
    """
    lines = Lines(text, dialect.delimiter, max_cells)
    reader = dialect.reader(lines, strict=True)
    while True:
        line = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = lines.number
            reason = _reason(error, is_one_line=last == line)
            yield line, reason if lines.put_back() else f"{reason}; lines {line} to {last}"
            reader = dialect.reader(lines, strict=True)
            continue
        if len(cells) > 1 or any(map(str.strip, cells)):
            yield line, cells


def _reason(error: csv.Error, *, is_one_line: bool) -> str:
    """Say why a row cannot be read."""
    if isinstance(error, TooWideError) and is_one_line:
        return str(error)
    return f"{TOO_LONG if 'field larger' in str(error) else ODD_QUOTES} ({error})"
