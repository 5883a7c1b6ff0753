"""The shapes in which one JSON value holds a table: rows in parts, under a key, or columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ptmrank_core.data.media.kinds import names_media
from ptmrank_core.data.parts import part_of
from ptmrank_core.data.tables.column_names import FILE_NAMES, plain

__all__ = ["JsonRows", "rows_of_object"]

PART_COLUMN = "split"


class JsonRows(NamedTuple):
    """The rows that one JSON object holds, numbered from one, and how they were found."""

    rows: list[tuple[int, Any]]
    note: str


def rows_of_object(value: Mapping[str, Any], name: str) -> JsonRows | None:
    """Find the rows in an object that is a whole file.

    Parameters
    ----------
    value
        The object.
    name
        Name of the file, for the note.

    Returns
    -------
    JsonRows or None
        Rows that a key for each part holds (``{"train": [...], "test": [...]}``), with the part in the column
        ``"split"``; rows under a single key (``{"data": [...]}``); labels by the names of files, or the files
        of each class; or columns, as pandas writes them.
        ``None`` where it is none of these, so that the object itself is a row.
    """
    found = _parts(value) or _one_key(value) or _split_frame(value) or _files(value) or _columns(value)
    if found is None:
        return None
    rows, how = found
    return JsonRows(list(enumerate(rows, start=1)), f"The rows of {name} are read from {how}.")


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _parts(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    if not value or not all(part_of(key) and isinstance(rows, list) for key, rows in value.items()):
        return None
    rows = [
        {PART_COLUMN: key, **row} if isinstance(row, dict) else row for key in value for row in value[key]
    ]
    return rows, f"the parts {', '.join(map(repr, value))}"


def _one_key(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    """Find the only key that holds objects, beside keys that describe the file."""
    keys = [key for key, rows in value.items() if _are_objects(rows)]
    if len(keys) > 1 and "rows" in keys:
        keys = ["rows"]  # beside the description of each column
    if len(keys) != 1:
        return None
    rows = value[keys[0]]
    if all(isinstance(row.get("row"), dict) for row in rows):
        rows = [row["row"] for row in rows]
    return rows, repr(keys[0])


def _split_frame(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    """Find the columns and rows of a data frame that pandas writes with ``orient="split"``."""
    columns, rows = value.get("columns"), value.get("data")
    if not isinstance(columns, list) or not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    return [dict(zip(map(str, columns), row, strict=True)) for row in rows], "'columns' and 'data'"


def _files(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    """Find labels by file (``{"1.png": "cat"}``, ``{"1.png": {"label": "cat"}}``), or files by class."""
    if len(value) < 2:
        return None
    if names_media([*value]):
        rows = [
            {"file": k, **v} if isinstance(v, dict) else {"file": k, "label": v} for k, v in value.items()
        ]
        return rows, "its keys, which are names of files"
    lists = [(key, listed) for key, listed in value.items() if isinstance(listed, list)]
    files = [(key, one) for key, listed in lists for one in listed if isinstance(one, str)]
    if len(lists) < len(value) or sum(len(listed) for _, listed in lists) > len({one for _, one in files}):
        return None
    in_folders = all(one.startswith(f"{key}/") for key, one in files)
    columns = {plain(key) for key in value} & {*FILE_NAMES}
    if not files or columns or not (in_folders or names_media([one for _, one in files])):
        return None
    return [{"file": one, "label": key} for key, one in files], "the lists of files of each class"


def _columns(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    """Find columns: lists of one length, or objects with the same keys."""
    cells: list[Sequence[Any]]
    if len(value) < 2:
        return None
    if all(isinstance(column, list) for column in value.values()):
        cells = list(value.values())
    elif all(isinstance(column, dict) for column in value.values()):
        keys = [list(column) for column in value.values()]
        cells = (
            [list(column.values()) for column in value.values()] if all(k == keys[0] for k in keys) else []
        )
    else:
        return None
    if len({len(column) for column in cells}) != 1 or len(cells[0]) == 0:
        return None
    rows = [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)]
    return rows, "its columns"
