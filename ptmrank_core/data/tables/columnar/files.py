"""Parquet and Arrow files, read group by group: a file is never in memory as a whole where it has a path."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ptmrank_core.data.sources.entries import suffix_of, unreadable
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.data.sources.signatures import HEAD_BYTES, read_head, refuse_lfs_pointer
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob
from ptmrank_core.records.names import reason_of

__all__ = ["COLUMNAR_SUFFIXES", "CellBlob", "ColumnarFile", "damage_errors", "open_columnar"]

COLUMNAR_SUFFIXES = frozenset({".parquet", ".arrow", ".feather"})
# A cell that is read again needs its file open and its row group unpacked: the last ones are kept.
FILES_KEPT, GROUPS_KEPT = 4, 2
MAX_UNPACKED_BYTES = 2**33  # of an Arrow file; without compression it stays on the disk


class ColumnarFile(Protocol):
    """An open file whose rows come in groups."""

    @property
    def schema(self) -> Any:
        """Its Arrow schema."""
        ...

    @property
    def group_sizes(self) -> Sequence[int]:
        """Number of rows of each group."""
        ...

    def read(self, group: int, column: str) -> Any:
        """Return one column of one group, as an Arrow array in chunks."""
        ...

    def read_some(self, group: int, columns: Sequence[str]) -> Any:
        """Return some columns of one group, as an Arrow table."""
        ...


class ParquetTable:
    """An open Parquet file; its groups are the row groups."""

    def __init__(self, place: Any) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and most tables are no Parquet

        self._file = pq.ParquetFile(place)
        self._metadata = self._file.metadata
        self.schema = self._file.schema_arrow
        self.group_sizes = [self._metadata.row_group(i).num_rows for i in range(self._file.num_row_groups)]

    def read(self, group: int, column: str) -> Any:
        """Return one column of one row group."""
        return self.read_some(group, [column]).column(0)

    def read_some(self, group: int, columns: Sequence[str]) -> Any:
        """Return some columns of one row group; finding one among many takes time for each call."""
        return self._file.read_row_group(group, columns=list(columns))


class ArrowTable:
    """An open Arrow file, in the file format (as Feather is) or the stream format; its groups are batches."""

    def __init__(self, place: Any) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are no Arrow files

        source = pa.memory_map(place) if isinstance(place, str) else place
        try:
            reader = pa.ipc.open_file(source)
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
        except pa.ArrowInvalid:
            source.seek(0)
            reader = batches = pa.ipc.open_stream(source)
        self._batches: list[Any] = []
        n_bytes = 0
        for batch in batches:
            batch.validate(full=True)  # a damaged file would be read beyond its end
            self._batches.append(batch)
            n_bytes += batch.nbytes
            if n_bytes > MAX_UNPACKED_BYTES:
                raise OSError(f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
        self.schema = reader.schema
        self.group_sizes = [batch.num_rows for batch in self._batches]

    def read(self, group: int, column: str) -> Any:
        """Return one column of one batch."""
        return self.read_some(group, [column]).column(0)

    def read_some(self, group: int, columns: Sequence[str]) -> Any:
        """Return some columns of one batch."""
        import pyarrow as pa  # noqa: PLC0415 - the same

        return pa.Table.from_batches([self._batches[group].select(list(columns))])


def damage_errors() -> tuple[type[Exception], ...]:
    """Return what pyarrow raises on damaged files."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    return (pa.ArrowException, OSError, UnicodeDecodeError)


def open_columnar(blob: Blob, name: str) -> ColumnarFile:
    """Open a file.

    Parameters
    ----------
    blob
        Its bytes. One that has a ``path`` is read from there, piece by piece.
    name
        Its name; the suffix tells the format.

    Raises
    ------
    SamplesError
        If it is damaged.
    """
    import pyarrow as pa  # noqa: PLC0415 - the same

    path = blob.path if isinstance(blob, FileBlob) else None
    place: Any = str(path) if path else pa.BufferReader(blob.read())
    is_parquet = suffix_of(name) == ".parquet"
    head = bytes(place.read(HEAD_BYTES)) if path is None else read_head(path)
    refuse_lfs_pointer(name, head)
    if path is None:
        place.seek(0)
    try:
        return ParquetTable(place) if is_parquet else ArrowTable(place)
    except damage_errors() as error:
        kind, again = ("Parquet", ".parquet or .csv") if is_parquet else ("Arrow", ".arrow or .parquet")
        raise SamplesError(
            f"{name!r} cannot be read as {kind}: {reason_of(error)}.",
            hint=f"Save the table again as {again}.",
        ) from error


class _Kept:
    """What was opened or unpacked last, for threads that read cells one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: OrderedDict[tuple[Any, ...], ColumnarFile] = OrderedDict()
        self._groups: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

    def group(self, cell: CellBlob) -> Any:
        """Return the cells of the group of rows that a cell is in."""
        with self._lock:
            key = (cell.file, _stamp(cell.file), cell.group, cell.column)
            return _recent(self._groups, key, GROUPS_KEPT, lambda: self._read(cell))

    def _read(self, cell: CellBlob) -> Any:
        opened = _recent(
            self._files,
            (cell.file, _stamp(cell.file)),
            FILES_KEPT,
            lambda: open_columnar(cell.file, cell.name),
        )
        return opened.read(cell.group, cell.column)


def _stamp(blob: Blob) -> tuple[int, int]:
    """Return when a file was changed, and its size: one that was written again is opened again."""
    try:
        status = blob.path.stat() if isinstance(blob, FileBlob) else None
    except OSError:
        status = None
    return (status.st_mtime_ns, status.st_size) if status else (0, 0)


def _recent(kept: OrderedDict[Any, Any], key: Any, most: int, make: Callable[[], Any]) -> Any:
    """Return what is kept under a key, made if need be, and forget the oldest."""
    if key not in kept:
        kept[key] = make()
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return kept[key]


_KEPT = _Kept()


@dataclass(frozen=True, slots=True)
class CellBlob:
    """The bytes in one cell of a Parquet or Arrow file, read again from the file when they are needed.

    Parameters
    ----------
    file, name
        The file, and its name.
    column
        The column, which holds bytes or objects with a field of bytes.
    group, row
        The group of rows, and the row within it.
    """

    file: Blob
    name: str
    column: str
    group: int
    row: int

    def read(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        SamplesError
            If the file can no longer be read, or the cell is empty now.
        """
        gone: tuple[type[Exception], ...] = (*damage_errors(), KeyError, IndexError)
        try:
            value = _KEPT.group(self)[self.row].as_py()
        except gone as error:
            raise unreadable(self.name, error) from error
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes):
            raise unreadable(self.name, f"row {self.row + 1} of column {self.column!r} is empty")
        return data
