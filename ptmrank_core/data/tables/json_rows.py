"""Tables of JSON objects: one object per line, or an array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.nested import write_cell
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError

__all__ = ["read_json"]


def read_json(text: str, name: str, limits: Limits) -> InputTable:
    """Read JSON objects whose keys are the columns.

    Parameters
    ----------
    text
        The whole file: an array of objects, or one object per line.
    name
        Its name.
    limits
        Bounds on the number of rows.

    Returns
    -------
    InputTable
        Keys that a row lacks are empty cells; lines that are not objects are left out.

    Raises
    ------
    SamplesError
        If nothing in it is an object, or there are too many rows.
    """
    is_array = text.lstrip()[:1] == "["

    def fill(builder: TableBuilder) -> None:
        for line, value in _parse_array(text, name) if is_array else _parse_lines(text):
            cells = _cells(value, builder) if isinstance(value, dict) else None
            if cells is not None:
                builder.add(line, cells)
            elif isinstance(value, ValueError | RecursionError):
                builder.leave_out(line, f"not JSON: {value}")
            elif isinstance(value, dict):
                builder.leave_out(line, "not Unicode: half of a surrogate pair")
            else:
                builder.leave_out(line, "not a JSON object")

    table = build_table(name, limits, fill)
    if table.n_rows == 1 and all(table.cells(column)[0].startswith("{") for column in table.columns):
        raise SamplesError(
            f"{name!r} is one object of columns; expected an object for each row.",
            hint="Write it with DataFrame.to_json(..., orient='records'), or as .csv.",
        )
    return table


def _parse_array(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """Yield the elements of one array, counted from one."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SamplesError(
            f"{name!r} cannot be read as JSON: {error}.",
            hint="Expected an array of objects, or one object on each line.",
        ) from error
    yield from enumerate(rows, start=1)


def _parse_lines(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the value of each line that is not blank, or the error that it gives."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, error


def _cells(row: dict[str, Any], builder: TableBuilder) -> list[str] | None:
    """Return the cells of an object in column order, new columns last; ``None`` if it is not Unicode."""
    written = {key.strip(): write_cell(value) for key, value in row.items()}
    try:
        "".join([*written, *written.values()]).encode()
    except UnicodeEncodeError:
        return None
    for key in written:
        if key not in builder.columns:
            builder.add_column(key)
    return [written.get(key, "") for key in builder.columns]
