"""The one table of the page, the report and all files: typed columns, full-precision values, their format.

The page, the HTML report and every file take their numbers from here, so they cannot differ.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from ptmrank_core.results.phrases import abbreviate

__all__ = [
    "COMPACT",
    "SIGNIFICANT",
    "Column",
    "Table",
    "Value",
    "fixed",
    "shared_format",
    "shown",
]

Value: TypeAlias = str | int | float | None
Kind: TypeAlias = Literal["text", "integer", "number"]

# How numbers are shown, as printf writes it, which Streamlit understands too.
PLAIN = "%d"
COMPACT = "compact"
SIGNIFICANT = "%.4g"
# Fixed decimals are easier to compare down a column; these show them well.
SMALLEST, LARGEST = 1e-3, 1e4
MAX_COLUMNS = 11  # of a group on one page


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    key
        Its name in files.
    title
        Its heading for people.
    kind
        What its values are.
    format
        How its numbers are shown: ``"%d"``, ``"%.2f"``, ``"%.4g"``, or ``"compact"`` for ``230 k``.
    group
        Wide tables are shown in parts, with this title; empty for the columns that identify rows.
    """

    key: str
    title: str
    kind: Kind = "text"
    format: str = PLAIN
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of typed values; what is unknown is ``None``.

    Parameters
    ----------
    name
        Name of its file, without an ending.
    title
        Its caption for people.
    columns
        At least one; keys differ.
    rows
        One value for each column.

    Raises
    ------
    ValueError
        If a row does not fit the columns, or a number is not finite: a failure has no value.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) < len(keys):
            raise ValueError(f"Expected columns of different names in {self.name!r}, got {keys}.")
        for row in self.rows:
            if len(row) != len(keys):
                raise ValueError(f"Expected {len(keys)} values in a row of {self.name!r}, got {len(row)}.")
            for column, value in zip(self.columns, row, strict=True):
                if not _fits(value, column.kind):
                    raise ValueError(
                        f"Expected {column.kind} or None in {self.name}.{column.key}, got {value!r}."
                    )

    @classmethod
    def of(cls, name: str, title: str, columns: Sequence[Column], records: Iterable[dict[str, Any]]) -> Table:
        """Make a table of records by the columns' keys; a key that is missing is unknown."""
        rows = tuple(tuple(record.get(column.key) for column in columns) for record in records)
        return cls(name, title, tuple(columns), rows)

    def values(self, key: str) -> list[Value]:
        """Values of one column."""
        index = [column.key for column in self.columns].index(key)
        return [row[index] for row in self.rows]

    def records(self) -> list[dict[str, Value]]:
        """Rows by the columns' keys."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def select(self, keys: Collection[str], *, title: str = "") -> Table:
        """Keep some columns, in the table's order."""
        indices = [index for index, column in enumerate(self.columns) if column.key in keys]
        return replace(
            self,
            title=title or self.title,
            columns=tuple(self.columns[index] for index in indices),
            rows=tuple(tuple(row[index] for index in indices) for row in self.rows),
        )

    def known(self) -> Table:
        """Leave out columns of which nothing is known."""
        if not self.rows:
            return self
        has_any = {column.key for column in self.columns if set(self.values(column.key)) - {None}}
        return self.select(has_any)

    def part(self, group: str) -> list[Table]:
        """Keep one group of columns beside those that identify rows, in tables that fit on a page.

        Columns of which nothing is known are left out; where none is left there is no table.
        """
        key_columns = {column.key for column in self.columns if not column.group}
        wanted = self.select({column.key for column in self.columns if column.group in {"", group}}).known()
        keys = [column.key for column in wanted.columns if column.group]
        n_tables = -(-len(keys) // MAX_COLUMNS)
        tables = []
        for i in range(n_tables):
            chosen = keys[i * len(keys) // n_tables : (i + 1) * len(keys) // n_tables]
            title = f"{group} ({i + 1} of {n_tables})" if n_tables > 1 else group
            tables.append(wanted.select(key_columns | set(chosen), title=title))
        return tables

    def parts(self) -> list[Table]:
        """Split into tables that fit on a page, those of each group by themselves."""
        groups = dict.fromkeys(column.group for column in self.columns if column.group)
        return [part for group in groups for part in self.part(group)] if groups else [self.known()]


def _fits(value: Value, kind: Kind) -> bool:
    if value is None:
        return True
    if kind == "text":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if kind == "number" else isinstance(value, int)


def fixed(digits: int) -> str:
    """Format of a number with so many decimals."""
    return f"%.{digits}f"


def shared_format(values: Iterable[float | None]) -> str:
    """Choose how the numbers of one column are shown: four decimals, or four digits where they are uneven."""
    sizes = [abs(value) for value in values if value]
    return fixed(4) if all(SMALLEST <= size < LARGEST for size in sizes) else SIGNIFICANT


def shown(value: Value, column: Column) -> str:
    """Write a value as people see it; what is unknown is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.format == COMPACT:
        return abbreviate(value)
    return _significant(value) if column.format == SIGNIFICANT else column.format % value


def _significant(value: float) -> str:
    """Four digits, with an exponent for the very small and the very large alone, as a browser writes it."""
    rounded = float(f"{value:.4g}")
    if rounded and not 1e-6 <= abs(rounded) < 1e21:
        mantissa, exponent = f"{rounded:.3e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent):+d}"
    text = format(Decimal(repr(rounded)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
