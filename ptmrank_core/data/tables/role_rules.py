"""What finding the columns of a table of samples and of a manifest have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ptmrank_core.data.tables.column_names import GROUP_NAMES, order_by_name, plain
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError, UnknownNameError
from ptmrank_core.records import Reading

__all__ = [
    "AS_ASKED",
    "MAX_LISTED",
    "check_ignored",
    "find_group",
    "list_columns",
    "match_reading",
    "unclear_column",
]

MAX_LISTED = 12
AS_ASKED = "is left out, as asked"
"""Why a column is not used that the user named for it."""


def list_columns(columns: Sequence[str]) -> str:
    """Name columns in a message: the first twelve, and how many more there are."""
    n_more = len(columns) - MAX_LISTED
    listed = ", ".join(map(repr, columns[:MAX_LISTED]))
    return f"{listed} and {n_more:,} more" if n_more > 0 else listed


def unclear_column(
    table: InputTable, role: str, candidates: Sequence[str], field: InputField, *, hint: str = ""
) -> SamplesError:
    """Make the error of a role that several columns could have, or none.

    Parameters
    ----------
    table
        The table.
    role
        What is looked for: ``"text"``, ``"label"``.
    candidates
        Columns that could have it.
    field
        The input that says which one is meant.
    hint
        What else can be done.
    """
    several = f"Several columns of {table.name!r} may hold the {role}: {list_columns(candidates)}."
    none = f"No column of {table.name!r} is recognised as the {role}; it has {list_columns(table.columns)}."
    return SamplesError(several if candidates else none, hint=hint, fields=[field])


def match_reading(table: InputTable, reading: Reading) -> Reading:
    """Spell the columns that the user named as the table does.

    Parameters
    ----------
    table
        The table.
    reading
        Names of columns, in any case, with or without blanks and underscores.

    Raises
    ------
    UnknownNameError
        If the table has no such column.
    """
    group = reading.group_column
    return replace(
        reading,
        text_columns=tuple(
            _match_column(table, name, InputField.TEXT_COLUMNS) for name in reading.text_columns
        ),
        label_columns=tuple(
            _match_column(table, name, InputField.LABEL_COLUMNS) for name in reading.label_columns
        ),
        group_column=_match_column(table, group, InputField.GROUP_COLUMN) if group else group,
        ignored_columns=tuple(
            _match_column(table, name, InputField.IGNORED_COLUMNS) for name in reading.ignored_columns
        ),
    )


def check_ignored(reading: Reading) -> None:
    """Refuse a column that is both to be used and not to be used.

    Parameters
    ----------
    reading
        With columns spelled as in the table.

    Raises
    ------
    SamplesError
        If there is one.
    """
    used = (*reading.text_columns, *reading.label_columns, reading.group_column)
    both = [column for column in reading.ignored_columns if column in used]
    if both:
        raise SamplesError(
            f"Column {both[0]!r} is named both to be used and not to be used; expected one of the two.",
            fields=[InputField.IGNORED_COLUMNS],
        )


def _match_column(table: InputTable, name: str, field: InputField) -> str:
    """Return the column of exactly this name, or else the only one with this name in another spelling."""
    if name in table.columns:
        return name
    alike = [column for column in table.columns if plain(column) == plain(name)]
    if len(alike) != 1 or not plain(name):
        raise UnknownNameError("column", name, table.columns, fields=[field])
    return alike[0]


def find_group(table: InputTable, reading: Reading, columns: Sequence[str]) -> str | None:
    """Find the column with the group of each sample.

    Parameters
    ----------
    table
        The table.
    reading
        Its ``group_column`` decides, where it is not ``None``.
    columns
        Columns without another role.

    Returns
    -------
    str or None
        A column with a usual name for groups, at least two groups, and at least two samples in one of them.
    """
    if reading.group_column is not None:
        return reading.group_column or None
    named = order_by_name(columns, GROUP_NAMES)
    return next((name for name in named if 1 < len(set(table.cells(name))) < table.n_rows), None)
