"""A description of a table, for a user who says which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables.column_roles import Roles, find_roles
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputError
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = ["TableDescription", "describe_rows", "describe_table", "preview_table"]

MAX_ROWS_SHOWN = 5
CELL_CHARS = 200


@dataclass(frozen=True, slots=True)
class TableDescription:
    """The columns of a table, what they are taken for, and its first rows.

    Parameters
    ----------
    columns
        Names of its columns.
    guesses
        For each column what it is taken for: ``"text"``, ``"file"``, ``"label"``, ``"group"``,
        ``"feature"`` or nothing.
    n_rows
        Number of rows that can be read.
    first_rows
        Cells of the first five rows, cut after 200 characters.
    problem
        Why the columns are not recognised, and what to do; empty where they are.
    sheets
        Names of the sheets of a spreadsheet that hold anything, where there are several.
    """

    columns: tuple[str, ...]
    guesses: tuple[str, ...]
    n_rows: int
    first_rows: tuple[tuple[str, ...], ...]
    problem: str = ""
    sheets: tuple[str, ...] = ()


def describe_table(
    entry: Entry, reading: Reading = AS_RECOGNISED, limits: Limits = DEFAULT_LIMITS
) -> TableDescription:
    """Describe a table without making samples of it.

    Parameters
    ----------
    entry
        The file, as ``load_table`` takes it.
    reading
        Which columns hold what, where the user said so.
    limits
        Bounds on what the table may hold.

    Returns
    -------
    TableDescription
        With a guess for each column, or with the problem.

    Raises
    ------
    SamplesError
        If the file cannot be read.
    """
    return describe_rows(open_table(entry, limits, reading), reading)


def describe_rows(table: InputTable, reading: Reading = AS_RECOGNISED) -> TableDescription:
    """Describe an open table, as ``describe_table`` does."""
    try:
        roles = find_roles(table, reading)
    except InputError as error:
        return preview_table(table, [""] * len(table.columns), str(error))
    return preview_table(table, [_role_of(column, roles) for column in table.columns])


def preview_table(table: InputTable, guesses: Sequence[str], problem: str = "") -> TableDescription:
    """Describe a table whose columns are recognised, or not.

    Parameters
    ----------
    table
        The table.
    guesses, problem
        As in ``TableDescription``.
    """
    shown = [table.cells(column, MAX_ROWS_SHOWN) for column in table.columns]
    first_rows = tuple(tuple(cell[:CELL_CHARS] for cell in row) for row in zip(*shown, strict=True))
    return TableDescription(table.columns, tuple(guesses), table.n_rows, first_rows, problem, table.sheets)


def _role_of(column: str, roles: Roles) -> str:
    """Name the role of a column; nothing where it has none."""
    places = {
        "text": roles.text,
        "file": (roles.file,),
        "label": roles.labels,
        "group": (roles.group,),
        "feature": roles.features,
    }
    return next((role for role, columns in places.items() if column in columns), "")
