"""Whether the first row of a table names its columns."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.data.labels.numbers import is_missing, read_numbers
from ptmrank_core.data.tables.column_names import is_usual, plain
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records.names import printable

__all__ = ["Header", "choose_header", "lacks_first_name"]

LONGEST_COLUMN_NAME = 200
LONG_TEXT_CHARS = 20
CELL_CHARS = 40
SHOWN_COLUMNS = 4
FEW_ROWS = 3
CLEAR = 2
"""What speaks for one reading, while nothing speaks for the other, for it to be taken."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns.

    Parameters
    ----------
    columns
        The names, all different.
    is_data
        Whether the first row is a row of data, so that the names are positions.
    cells
        The cells of the row that names the columns, some of which may be blank.
    notes
        What was found, one sentence each.
    """

    columns: tuple[str, ...]
    is_data: bool = False
    cells: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose_header(
    first: Sequence[str], rows: Sequence[Sequence[str]], name: str, *, has_header: bool | None
) -> Header:
    """Decide whether the first row of a table names its columns.

    It does not where a cell of it is a number like all others of its column, or recurs in its column, or is a
    long text among others, and nothing speaks for a header: a usual name, or a word above numbers.

    Parameters
    ----------
    first
        The cells of the first row.
    rows
        The rows after it; the first ones are enough.
    name
        Name of the file.
    has_header
        What the user said.

    Raises
    ------
    UnclearReadingError
        If some of it speaks for a header and some for data.
    SamplesError
        If two columns have the same name.
    """
    if has_header is None:
        for_data, for_header = _weigh(first, [row for row in rows if len(row) == len(first)])
        if for_data >= CLEAR and 2 * for_data >= for_header > 0:
            raise _ask(first, rows, name)
        has_header = for_header > 0 or for_data < CLEAR
        said = f"The first line of {name} is a row of data; its columns are named by their positions."
        notes = () if has_header else (said,)
    else:
        notes = ()
    if not has_header:
        return Header(_positions(len(first)), is_data=True, notes=notes)
    columns = [cell.strip() or f"column {i}" for i, cell in enumerate(first, start=1)]
    twice = next((column for column, count in Counter(columns).items() if count > 1), None)
    if twice is not None:
        raise SamplesError(
            f"{name!r} has two columns named {twice!r}; expected different names.", hint="Rename one of them."
        )
    return Header(tuple(columns), cells=tuple(first))


def lacks_first_name(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column names the rows and has no name itself, as R writes a table.

    Parameters
    ----------
    first
        The names of the other columns.
    rows
        The rows below them. A text with an unquoted delimiter also has a cell too many.
    """
    names = [row[0] for row in rows if row]
    if len(rows) < FEW_ROWS or {len(row) for row in rows} != {len(first) + 1} or len({*names}) < len(names):
        return False
    if all(map(str.isdecimal, names)):
        return any(row[-1].strip() for row in rows)
    columns = [*zip(*rows, strict=True)][1:]
    n_numbers = sum(any(map(str.strip, cells)) and read_numbers(cells) is not None for cells in columns)
    has_texts = any(len("".join(cells)) > LONG_TEXT_CHARS * len(cells) for cells in columns)
    return 2 * n_numbers > len(columns) and n_numbers > 1 and not has_texts and bool(columns[-1][0].strip())


def _positions(n_columns: int) -> tuple[str, ...]:
    return tuple(f"column {i}" for i in range(1, n_columns + 1))


def _weigh(first: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Weigh what speaks for the first row being data, and for its being names."""
    others = [row for row in rows if list(row) != list(first)]
    columns = [[row[i].strip() for row in others] for i in range(len(first))]
    for_data = for_header = 0
    for cell, cells in zip(map(str.strip, first), columns, strict=True):
        if is_usual(plain(cell)) and not _recurs(cell, cells):  # 'pos' may be a class, or name tags
            for_header += 2
        elif len(cell) > LONGEST_COLUMN_NAME:
            for_data += CLEAR
        elif cell and cells:
            data, header = _weigh_column(cell, cells)
            for_data += data
            for_header += header
    return for_data + CLEAR * _hold_numbers(first), for_header


def _recurs(cell: str, cells: Sequence[str]) -> bool:
    """Whether a cell of the first row is one of few values of its column."""
    values = set(cells)
    return cell in values and 2 * len(values) <= len(cells)


def _weigh_column(cell: str, cells: Sequence[str]) -> tuple[int, int]:
    """Weigh one cell of the first row against the others of its column."""
    there = [other for other in cells if not is_missing(other)]
    if read_numbers([cell]) is not None:
        return 0, 0  # weighed together
    if there and read_numbers(there) is not None:
        return 0, 2
    values = set(there)
    if cell in values:
        return (2 if _recurs(cell, there) else 1), 0
    is_long = len(cell) >= LONG_TEXT_CHARS and " " in cell
    mean = sum(map(len, there)) / max(1, len(there))
    if is_long and mean >= LONG_TEXT_CHARS and len(values) > len(there) / 2:
        return 1, 0
    if len(there) >= 6 and 3 * len(values) <= len(there):
        return 0, 1  # a class that no row has
    return 0, 0


def _hold_numbers(first: Sequence[str]) -> bool:
    """Whether numbers among the names are data rather than numbered columns or years."""
    parsed = [read_numbers([cell]) for cell in first if not is_missing(cell)]
    numbers = [float(number[0]) for number in parsed if number is not None]
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    return len(numbers) == 1 or any(step != 1 for step in steps)


def _ask(first: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> UnclearReadingError:
    """Make the question whether the first row names the columns."""
    names = [cell.strip() or f"column {i}" for i, cell in enumerate(first, start=1)]
    following = [_line(row) for row in rows[:2]]
    return UnclearReadingError(
        f"The first line of {name!r} may name the columns or be a row of data: {_line(first)}.",
        [
            ReadingOption(
                f"The first line names the columns: {', '.join(map(repr, names[:SHOWN_COLUMNS]))}.",
                {"has_header": True},
                (_line(names), *following),
            ),
            ReadingOption(
                "The first line is a row of data, and the columns are named by their positions.",
                {"has_header": False},
                (_line(_positions(len(first))), _line(first), *following),
            ),
        ],
        fields=[InputField.HAS_HEADER],
    )


def _line(cells: Sequence[str]) -> str:
    """Show the cells of a row."""
    more = " | ..." if len(cells) > SHOWN_COLUMNS else ""
    return " | ".join(printable(cell.strip()[:CELL_CHARS]) for cell in cells[:SHOWN_COLUMNS]) + more
