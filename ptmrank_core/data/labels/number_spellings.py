"""Numbers as people write them: decimal commas, separated thousands, percent and currency signs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.multilabel import find_joint
from ptmrank_core.data.labels.numbers import is_missing, read_numbers, write_number
from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError
from ptmrank_core.records import DecimalMark

__all__ = ["Spelled", "ask_about_mark", "read_spelled", "respell"]

BLANKS = " \u00a0\u2009\u202f"
MINUS = "-\u2212\u2013"
CURRENCY = (
    "(?:[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9\u20ba\u20b4]|US\\$|R\\$|EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK"
    "|DKK|PLN|CZK|HUF|RUB|TRY|BRL|MXN|KRW|ZAR|kr|z\u0142|K\u010d|Ft)"
)
NEGATIVE = re.compile(r"\((?P<inner>[^()]+)\)|(?P<before>[^-]*[0-9][.,][0-9]+)-")
"""As accountants write them: ``(1,234)``, ``12.50-``."""
APOSTROPHES = "'\u2019"
LONGEST_NUMBER = 48
SHOWN = 3


def _pattern(mark: str, groups: str) -> re.Pattern[str]:
    """Make the pattern of a number; leading zeros belong to codes, and all marks of groups are the same."""
    return re.compile(
        rf"(?P<sign>[{MINUS}+]?)[{BLANKS}]?(?P<before>{CURRENCY}?)[{BLANKS}]?"
        rf"(?P<whole>[1-9][0-9]{{0,2}}(?P<group>[{groups}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|0|[1-9][0-9]{{0,14}})"
        rf"(?:{mark}(?P<decimals>[0-9]+))?(?P<exponent>[eE][+-]?[0-9]{{1,3}})?"
        rf"[{BLANKS}]?(?P<after>(?:{CURRENCY}|%)?)"
    )


PATTERNS: Mapping[DecimalMark, re.Pattern[str]] = {
    "point": _pattern(r"\.", f",{APOSTROPHES}{BLANKS}"),
    "comma": _pattern(",", rf"\.{APOSTROPHES}{BLANKS}"),
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A column of numbers, read with each decimal mark with which all of its cells are numbers.

    Parameters
    ----------
    numbers
        The n numbers by the decimal mark, NaN where a cell is missing.
    how
        What is special about their spelling, by the decimal mark: ``("decimal commas", "percent signs")``.
    likely
        The mark that is meant, as far as this column tells; ``None`` where it does not.
    may_be_sets
        Whether a comma may also stand between two labels: only some cells have one.
    """

    numbers: Mapping[DecimalMark, NDArray[np.float64]]
    how: Mapping[DecimalMark, tuple[str, ...]]
    likely: DecimalMark | None
    may_be_sets: bool


def read_spelled(cells: Sequence[str]) -> Spelled | None:
    """Read a column of numbers that are not spelled as ``1234.5``.

    Parameters
    ----------
    cells
        n cells.

    Returns
    -------
    Spelled or None
        ``None`` where a cell is no number in any spelling, or where currencies are mixed, or not all cells or
        none are in percent.
    """
    first = next((cell.strip() for cell in cells if not is_missing(cell)), None)
    if first is None or not _is_number(first):
        return None
    there = [(row, cell.strip()) for row, cell in enumerate(cells) if not is_missing(cell)]
    numbers: dict[DecimalMark, NDArray[np.float64]] = {}
    how: dict[DecimalMark, tuple[str, ...]] = {}
    for mark in PATTERNS:
        found = _read_as(there, len(cells), mark)
        if found is not None:
            numbers[mark], how[mark] = found
    if not numbers:
        return None
    with_comma = sum("," in cell for _, cell in there)
    may_be_sets = "comma" in numbers and "point" not in numbers and 0 < with_comma < len(there)
    return Spelled(numbers, how, _likely([cell for _, cell in there], numbers), may_be_sets)


def _is_number(cell: str) -> bool:
    """Whether a cell by itself is a number in any spelling."""
    odd = NEGATIVE.fullmatch(cell) if len(cell) <= LONGEST_NUMBER + 2 else None
    texts = [cell, f"-{odd['inner'] or odd['before']}"] if odd else [cell]
    return any(
        len(text) <= LONGEST_NUMBER and pattern.fullmatch(text) is not None
        for text in texts
        for pattern in PATTERNS.values()
    )


def _read_as(
    there: Sequence[tuple[int, str]], n_cells: int, mark: DecimalMark
) -> tuple[NDArray[np.float64], tuple[str, ...]] | None:
    """Read numbers with one decimal mark."""
    pattern = PATTERNS[mark]
    numbers = np.full(n_cells, np.nan)
    groups, currencies, percents = set(), set(), set()
    n_decimals = n_odd = 0
    are_negative = not all(NEGATIVE.fullmatch(cell) for _, cell in there)
    for row, cell in there:
        odd = NEGATIVE.fullmatch(cell) if are_negative else None
        n_odd += odd is not None
        text = f"-{odd['inner'] or odd['before']}" if odd else cell
        match = pattern.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
        if match is None:
            return None
        sign, before, whole, group, decimals, exponent, after = match.groups(default="")
        groups.add(group)
        n_decimals += bool(decimals)
        digits = whole.replace(group, "") if group else whole
        numbers[row] = float(f"{'-' * (sign in MINUS and bool(sign))}{digits}.{decimals or '0'}{exponent}")
        if before and after:
            return None
        if before or after or numbers[row]:  # a zero may go without
            currencies.add(before or after.strip("%"))
            percents.add(after == "%")
    if len(groups - {""}) > 1 or len(percents) > 1 or len(currencies) > 1:
        return None
    currency = max(currencies, default="")
    parts = {
        "decimal commas": mark == "comma" and n_decimals > 0,
        "separated thousands": bool(groups - {""}),
        "percent signs": True in percents,
        "brackets or a minus at the end for negative numbers": n_odd > 0,
        f"the sign {currency}": bool(currency),
    }
    return numbers, tuple(part for part, is_there in parts.items() if is_there)


def _likely(cells: Sequence[str], numbers: Mapping[DecimalMark, NDArray[np.float64]]) -> DecimalMark | None:
    """Tell which decimal mark is meant."""
    if len(numbers) == 1:
        return next(iter(numbers))
    if np.array_equal(numbers["point"], numbers["comma"], equal_nan=True):
        return "point"
    others: Mapping[DecimalMark, str] = {"point": ",", "comma": "."}
    for mark, other in others.items():
        plain = [cell for cell in cells if other not in cell]
        # 12, 950, 1,234: decimals would not come in threes only where the number is large.
        if plain and all(len(re.sub("[^0-9]", "", cell)) <= 3 for cell in plain):
            return mark
    return None


def respell(
    name: str, cells: list[str], decimal_mark: DecimalMark | None
) -> tuple[list[str], tuple[str, ...]]:
    """Write the numbers of a label column as numbers are read.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells.
    decimal_mark
        What the user said.

    Returns
    -------
    cells, notes
        The same cells where they are no numbers in a spelling of their own.

    Raises
    ------
    UnclearReadingError
        If a comma may separate decimals, thousands or labels.
    """
    spelled = read_spelled(cells) if read_numbers(cells) is None else None
    if spelled is None:
        return cells, ()
    mark = decimal_mark or (None if spelled.may_be_sets else spelled.likely)
    if mark is None:
        raise ask_about_mark(name, cells, spelled, is_label=True)
    if mark not in spelled.numbers:
        return cells, ()
    notes = (describe_spelling([name], spelled.how[mark]),) if spelled.how[mark] else ()
    return [write_number(number) for number in spelled.numbers[mark].tolist()], notes


def describe_spelling(columns: Sequence[str], how: Sequence[str]) -> str:
    """Write the note on columns whose numbers are spelled in a way of their own."""
    return f"Read as numbers, written with {' and '.join(how)}: {', '.join(map(repr, columns))}."


def ask_about_mark(
    name: str, cells: Sequence[str], spelled: Spelled, *, is_label: bool = False
) -> UnclearReadingError:
    """Make the question what a comma or a point in the numbers of a column is.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells.
    spelled
        How they can be read.
    is_label
        Whether they are labels, and so classes where they are no numbers.
    """
    rows = [row for row, cell in enumerate(cells) if "," in cell or "." in cell][:SHOWN]
    options = []
    said_marks: Mapping[DecimalMark, str] = {"comma": "a decimal comma", "point": "a decimal point"}
    for mark, said in said_marks.items():
        changes: dict[str, str] = {"decimal_mark": mark}
        if mark in spelled.numbers:
            read = [write_number(number) for number in spelled.numbers[mark][rows].tolist()]
            text = f"Numbers with {said}: {', '.join(read)}."
        else:
            read = [repr(cells[row]) for row in rows]
            text = f"No numbers but words: {', '.join(read)}."
            changes |= {"target_kind": "classification"} if is_label else {}
            if is_label and find_joint(cell.strip() for cell in cells):
                text = f"Several labels, joined by commas: {', '.join(read)}."
                changes["target_kind"] = "multilabel"
        preview = tuple(f"{cells[row]} -> {value}" for row, value in zip(rows, read, strict=True))
        options.append(ReadingOption(text, changes, preview))
    shown = ", ".join(repr(cells[row]) for row in rows)
    return UnclearReadingError(
        f"The cells of column {name!r}, such as {shown}, can be read in two ways.",
        options,
        fields=[InputField.DECIMAL_MARK],
    )
