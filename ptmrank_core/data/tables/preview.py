"""What a table holds, for a reader who says which column is what."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables.column_roles import Roles, find_roles
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.errors import InputError
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = ["TableDescription", "describe_table"]

N_SHOWN = 5
CELL_CHARS = 200


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table at a glance.

    Parameters
    ----------
    columns
        Names of its columns.
    guesses
        For each column what it is taken for: ``"text"``, ``"label"``, ``"group"``, ``"feature"`` or nothing.
    n_rows
        Number of rows that can be read.
    first_rows
        Cells of the first five rows, cut after 200 characters.
    problem
        What keeps the columns from being recognised, and what to do; empty where nothing does.
    """

    columns: tuple[str, ...]
    guesses: tuple[str, ...]
    n_rows: int
    first_rows: tuple[tuple[str, ...], ...]
    problem: str = ""


def describe_table(
    entry: Entry, reading: Reading = AS_RECOGNISED, limits: Limits = DEFAULT_LIMITS
) -> TableDescription:
    """Describe a table without making samples of it.

    Parameters
    ----------
    entry
        The file, as ``load_table`` takes it.
    reading
        What is known about its columns.
    limits
        Bounds on what the table may hold.

    Returns
    -------
    TableDescription
        With guesses, or the problem that there are none.

    Raises
    ------
    SamplesError
        If the file cannot be read.
    """
    table = open_table(entry, limits)
    roles, problem = None, ""
    try:
        roles = find_roles(table, reading)
    except InputError as error:
        problem = str(error)
    shown = [table.cells(column, N_SHOWN) for column in table.columns]
    return TableDescription(
        table.columns,
        tuple(_guess(column, roles) for column in table.columns),
        table.n_rows,
        tuple(tuple(cell[:CELL_CHARS] for cell in row) for row in zip(*shown, strict=True)),
        problem,
    )


def _guess(column: str, roles: Roles | None) -> str:
    """Role of a column."""
    if roles is None:
        return ""
    places = {"text": roles.text, "label": roles.labels, "group": (roles.group,), "feature": roles.features}
    return next((role for role, columns in places.items() if column in columns), "")
