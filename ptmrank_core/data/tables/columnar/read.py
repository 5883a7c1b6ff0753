"""A Parquet or Arrow file -> a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.columnar.bounds import check_decoded
from ptmrank_core.data.tables.columnar.columns import ColumnReader
from ptmrank_core.data.tables.columnar.files import ColumnarFile, damage_errors, open_columnar
from ptmrank_core.data.tables.columnar.media import holds_bytes, read_media, recognise_media
from ptmrank_core.data.tables.columnar.schema import Feature, schema_features
from ptmrank_core.data.tables.nested import describe_objects
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.data.tables.table import InputTable, MediaColumn
from ptmrank_core.errors import SamplesError
from ptmrank_core.records.names import reason_of

__all__ = ["read_columnar"]

COLUMNS_AT_ONCE = 256
FEWER_ROWS = "Keep a random part of the rows: a ranking needs a few thousand."


def read_columnar(entry: Entry, limits: Limits) -> InputTable:
    """Read a Parquet or Arrow table.

    Numbers of classes are read as their names where the schema has them, objects as a column for each of
    their fields, equally long lists of numbers as a column for each place. Pictures, recordings and videos,
    as bytes or as objects of ``bytes`` and ``path``, are columns of media: their bytes stay in the file.

    Parameters
    ----------
    entry
        The file; its suffix tells the format.
    limits
        Bounds on the number of rows and on the unpacked size.

    Returns
    -------
    InputTable
        Rows counted from one. A note names the columns of bytes that are neither.

    Raises
    ------
    SamplesError
        If the file is damaged or empty, or holds too much.
    """
    check_decoded(entry, limits)
    file = open_columnar(entry.blob, entry.name)
    try:
        return _read(file, entry, limits)
    except damage_errors() as error:
        raise SamplesError(
            f"{entry.name!r} cannot be read: {reason_of(error)}.",
            hint="Save the table again as .parquet or .csv.",
        ) from error


def _read(file: ColumnarFile, entry: Entry, limits: Limits) -> InputTable:
    names = _column_names(file, entry.name)
    features = schema_features(file.schema)
    binary = [field.name for field in file.schema if holds_bytes(field.type)]
    _check_size(file, entry.name, limits)
    has_words = any(_lists_words(field.type) for field in file.schema)
    reader, media = ColumnReader(has_words=has_words), dict[str, MediaColumn]()
    unread = [field.name for field in file.schema if field.name not in binary and _holds_binary(field.type)]
    plain = _read_plain(file, [name for name in names if name not in {*binary, *unread}])
    for name in names:
        feature = features.get(name)
        if name in binary:
            column = _read_bytes(file, entry, name, feature)
            if column is None:
                unread.append(name)
            elif isinstance(column, MediaColumn):
                media[name] = column
                reader.order.append(name)
            else:
                reader.add(name, column, None)
        elif name not in unread:
            reader.add(name, next(plain), feature)
    _note(reader, sorted({*unread} & {*names}, key=names.index), n_unnamed=file.schema.names.count(""))
    return InputTable(
        entry.name,
        tuple(reader.order),
        reader.numbers,
        reader.words,
        range(1, sum(file.group_sizes) + 1),
        notes=tuple(reader.notes),
        media=media,
        classes=frozenset(reader.classes),
    )


def _column_names(file: ColumnarFile, name: str) -> list[str]:
    """Return the names of the columns that have one: each is named once."""
    names = [column for column in file.schema.names if column]
    if len(set(names)) < len(names):
        raise SamplesError(
            f"{name!r} cannot be read: two columns have the same name.", hint="Rename one of them."
        )
    return names


def _note(reader: ColumnReader, unread: Sequence[str], n_unnamed: int) -> None:
    """Say which columns hold objects, and which are not read."""
    if n_unnamed:
        reader.notes.append("A column without a name is not read.")
    if reader.objects:
        reader.notes.insert(0, describe_objects(reader.objects))
    if unread:
        reader.notes.append(f"Columns of binary data are not read: {list_columns(unread)}.")


def _lists_words(kind: Any) -> bool:
    return "list" in str(kind) and "string" in str(kind)


def _read_plain(file: ColumnarFile, names: Sequence[str]) -> Iterator[Any]:
    """Yield each of some columns, of all groups."""
    for start in range(0, len(names), COLUMNS_AT_ONCE):
        some = names[start : start + COLUMNS_AT_ONCE]
        groups = [file.read_some(group, some) for group in range(len(file.group_sizes))]
        for place in range(len(some)):
            yield _join([group.column(place) for group in groups])


def _join(parts: Sequence[Any]) -> Any:
    """Return the parts of a column as one."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are no Parquet

    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], type=parts[0].type)


def _read_bytes(file: ColumnarFile, entry: Entry, name: str, feature: Feature | None) -> Any:
    """Read a column of bytes: as media; as paths where the bytes of all rows are elsewhere; else ``None``."""
    modality = recognise_media(file, name, feature)
    if modality is None and "path" not in _fields(file, name):
        return None
    column = read_media(file, entry.blob, entry.name, name, modality or "image")
    if any(not isinstance(cell, str) for cell in column.entries):
        return column if modality else None
    if "path" in _fields(file, name):
        whole = _join([file.read(group, name) for group in range(len(file.group_sizes))])
        paths = whole.flatten()[_fields(file, name).index("path")]
        if paths.null_count < len(paths):
            return paths
    return None


def _fields(file: ColumnarFile, name: str) -> list[str]:
    kind = file.schema.field(name).type
    return [kind.field(i).name for i in range(kind.num_fields)] if str(kind).startswith("struct") else []


def _holds_binary(kind: Any) -> bool:
    """Whether bytes stand somewhere in lists or objects, such as several pictures in one cell."""
    return holds_bytes(kind) or any(_holds_binary(kind.field(i).type) for i in range(kind.num_fields))


def _check_size(file: ColumnarFile, name: str, limits: Limits) -> None:
    """Refuse a table with too many rows or columns, or with no row."""
    n_rows, n_columns = sum(file.group_sizes), len(file.schema.names)
    if n_rows == 0:
        raise SamplesError(f"{name!r} holds no row that can be read.", hint="Expected a row for each sample.")
    if n_rows > limits.max_rows or n_columns > limits.max_columns:
        raise SamplesError(
            f"{name!r} holds {n_rows:,} rows and {n_columns:,} columns; at most {limits.max_rows:,} rows and "
            f"{limits.max_columns:,} columns are accepted.",
            hint=FEWER_ROWS,
        )
