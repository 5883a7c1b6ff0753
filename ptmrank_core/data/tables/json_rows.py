"""Tables of JSON objects: one object per line, or an array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.annotations import Annotated, annotated_object, annotated_rows
from ptmrank_core.data.tables.annotations.label_studio import is_minimal, read_minimal
from ptmrank_core.data.tables.annotations.recognise import N_LOOKED_AT
from ptmrank_core.data.tables.json_layouts import JsonRows, rows_of_object
from ptmrank_core.data.tables.nested import write_cell
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError

__all__ = ["minimal_table", "read_json", "write_cell"]


def read_json(text: str, name: str, limits: Limits) -> InputTable:
    """Read JSON objects whose keys are the columns, or the export of an annotation tool.

    Parameters
    ----------
    text
        The whole file: one object per line, an array of objects, or an object that holds the rows.
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
        If nothing in it is an object, there are too many rows, or it holds annotations of something else than
        whole samples.
    """
    whole = _parse_whole(text, name)
    notes: tuple[str, ...] = ()
    if isinstance(whole, dict):
        annotated = annotated_object(whole, name)
        if annotated is not None:
            return _annotated_table(annotated, name, limits)
        rows, note = rows_of_object(whole, name) or JsonRows([(1, whole)], "")
        notes = (note,) if note else ()
    elif isinstance(whole, list):
        rows = list(enumerate(whole, start=1))
    else:
        rows = None
    head = [value for _, value in islice(rows or _parse_lines(text), N_LOOKED_AT) if isinstance(value, dict)]
    reader = annotated_rows(head, name)
    if reader is not None:
        return _annotated_table(reader(rows or list(_parse_lines(text))), name, limits)

    def fill(builder: TableBuilder) -> None:
        for line, value in _parse_lines(text) if rows is None else rows:
            _add_row(builder, line, value)

    return build_table(name, limits, fill, notes)


def minimal_table(table: InputTable, limits: Limits) -> InputTable:
    """Read the choices in the cells of a table that Label Studio wrote; any other table stays as it is."""
    if not is_minimal(dict.fromkeys(table.columns)):
        return table
    cells = zip(*(table.cells(column) for column in table.columns), strict=True)
    rows = [
        (line, dict(zip(table.columns, row, strict=True)))
        for line, row in zip(table.lines, cells, strict=True)
    ]
    made = _annotated_table(read_minimal(rows), table.name, limits)
    return replace(made, left_out=(*table.left_out, *made.left_out), notes=(*table.notes, *made.notes))


def _annotated_table(annotated: Annotated, name: str, limits: Limits) -> InputTable:
    """Make a table of what an annotation tool wrote."""

    def fill(builder: TableBuilder) -> None:
        for line, row in annotated.rows:
            _add_row(builder, line, row)
        for line, reason in annotated.left_out:
            builder.leave_out(line, reason)

    notes = (f"{name} is an export of {annotated.layout}.", *annotated.notes)
    return build_table(name, limits, fill, notes)


def _add_row(builder: TableBuilder, line: int, value: Any) -> None:
    """Add the cells of an object, or leave the line out."""
    cells = _cells(value, builder) if isinstance(value, dict) else None
    if cells is not None:
        builder.add(line, cells)
    elif isinstance(value, ValueError | RecursionError):
        builder.leave_out(line, f"not JSON: {value}")
    elif isinstance(value, dict):
        builder.leave_out(line, "not Unicode: half of a surrogate pair")
    else:
        builder.leave_out(line, "not a JSON object")


def _parse_whole(text: str, name: str) -> Any:
    """Parse a file that is one array or one object; ``None`` for one object on each line."""
    start = text.lstrip()[:1]
    first, _, rest = text.strip().partition("\n")
    if start not in {"[", "{"} or (start == "{" and rest.strip() and _is_json(first)):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if start == "{":
            return None  # lines, the first of them damaged
        raise SamplesError(
            f"{name!r} cannot be read as JSON: {error}.",
            hint="Expected an array of objects, or one object on each line.",
        ) from error


def _is_json(line: str) -> bool:
    """Whether a line is a whole JSON value."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


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
