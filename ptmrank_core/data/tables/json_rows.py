"""Tables of JSON objects: one object per line, or an array of objects."""

from __future__ import annotations

import json
from collections import Counter
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
from ptmrank_core.records.names import printable

__all__ = ["minimal_table", "read_json", "write_cell"]

MANY_COLUMNS, SPARSE = 1_000, 10
"""A table of so many columns is refused where its objects have less than a tenth of them."""


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
    repeated = Repeated()
    whole = _parse_whole(text, name, repeated)
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
        if rows is None:
            repeated.n_objects = 0  # a table may be built twice
        for line, value in _parse_lines(text, repeated) if rows is None else rows:
            _add_row(builder, line, value)

    table = build_table(name, limits, fill, notes)
    return replace(table, notes=(*table.notes, *repeated.notes(name)))


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
    if isinstance(cells, str):
        builder.leave_out(line, cells)
    elif cells is not None:
        builder.add(line, cells)
    elif isinstance(value, ValueError | RecursionError):
        builder.leave_out(line, f"not JSON: {value}")
    else:
        builder.leave_out(line, "not a JSON object")


def _parse_whole(text: str, name: str, repeated: Repeated) -> Any:
    """Parse a file that is one array or one object; ``None`` for one object on each line."""
    start = text.lstrip()[:1]
    first, _, rest = text.strip().partition("\n")
    if start not in {"[", "{"} or (start == "{" and rest.strip() and _is_json(first)):
        return None
    try:
        return repeated.parse(text)
    except (ValueError, RecursionError) as error:
        repeated.n_objects = 0
        if start == "{":
            return None  # lines, the first of them damaged
        raise SamplesError(
            f"{name!r} cannot be read as JSON: {error}.",
            hint="Expected an array of objects, or one object on each line.",
        ) from error


class Repeated:
    """Counts the objects in which a key occurs twice: JSON keeps the last value, and says nothing."""

    def __init__(self) -> None:
        self.n_objects = 0
        self.key = ""

    def parse(self, text: str) -> Any:
        """Parse a text."""
        return json.loads(text, object_pairs_hook=self._make)

    def _make(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            self.n_objects += 1
            counts = Counter(key for key, _ in pairs)
            self.key = self.key or next(key for key, count in counts.items() if count > 1)
        return made

    def notes(self, name: str) -> tuple[str, ...]:
        """Say how many objects there were."""
        if not self.n_objects:
            return ()
        said = f"{self.n_objects:,} objects of {name} have a key twice, such as {printable(self.key)!r}"
        return (f"{said}; the last value of each was read. Check which one is meant.",)


def _is_json(line: str) -> bool:
    """Whether a line is a whole JSON value."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _parse_lines(text: str, repeated: Repeated | None = None) -> Iterator[tuple[int, Any]]:
    """Yield the value of each line that is not blank, or the error that it gives."""
    parse = (repeated or Repeated()).parse
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, parse(line)
        except (ValueError, RecursionError) as error:
            yield number, error


def _cells(row: dict[str, Any], builder: TableBuilder) -> list[str] | str:
    """Return the cells of an object in column order, new columns last; or why it is not read."""
    written = {key.strip(): write_cell(value) for key, value in row.items()}
    longest = max(map(len, written.values()), default=0)
    if longest > 2 * builder.limits.max_text_chars:
        return f"a cell that is too long: {longest:,} characters"
    try:
        "".join([*written, *written.values()]).encode()
    except UnicodeEncodeError:
        return "not Unicode: half of a surrogate pair"
    new = [key for key in written if key not in builder.columns]
    n_columns = len(builder.columns) + len(new)
    if new and n_columns > MANY_COLUMNS and n_columns > SPARSE * len(written):
        raise SamplesError(
            f"The objects of {builder.name!r} have more than {MANY_COLUMNS:,} different keys, "
            "and each of them few of these; expected objects with the same keys.",
            hint="Write what the keys number or name as values, in a list or in columns of its own.",
        )
    for key in new:
        builder.add_column(key)
    return [written.get(key, "") for key in builder.columns]
