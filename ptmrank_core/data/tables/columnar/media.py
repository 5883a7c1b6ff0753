"""Columns of pictures, recordings and videos: bytes, or objects of bytes and a path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.tables.columnar.files import CellBlob, ColumnarFile
from ptmrank_core.data.tables.columnar.schema import Feature, media_modality
from ptmrank_core.data.tables.table import MediaColumn
from ptmrank_core.records import Blob, Modality

__all__ = ["holds_bytes", "read_media", "recognise_media"]

SEEN = 20
SIGNATURES: tuple[tuple[int, bytes, Modality], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"BM", "image"),
    (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"),
    (8, b"WEBP", "image"),
    *((0, b"P%d" % kind, "image") for kind in range(1, 7)),
    (8, b"WAVE", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    *((0, bytes([0xFF, second]), "audio") for second in (0xFB, 0xFA, 0xF3, 0xF2)),
    (8, b"AIFF", "audio"),
    (8, b"AIFC", "audio"),
    (0, b".snd", "audio"),
    (8, b"AVI ", "video"),
    (4, b"ftyp", "video"),
    (0, b"\x1aE\xdf\xa3", "video"),
)
# Decoders tell formats by the bytes; the suffix only words the reason where they cannot.
SUFFIXES: dict[Modality, str] = {"image": ".png", "audio": ".wav", "video": ".mp4"}


def holds_bytes(kind: Any) -> bool:
    """Whether cells of a type are bytes, or objects whose field ``bytes`` is."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are no Parquet

    if pa.types.is_struct(kind):
        names = {kind.field(i).name for i in range(kind.num_fields)}
        return "bytes" in names and names <= {"bytes", "path"} and _is_binary(kind.field("bytes").type)
    return _is_binary(kind)


def _is_binary(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - the same

    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def recognise_media(file: ColumnarFile, column: str, feature: Feature | None) -> Modality | None:
    """Tell what a column of bytes holds: by the schema, or else by the first bytes of its first cells.

    Returns
    -------
    Modality or None
        ``None`` where most cells begin like no picture, recording or video.
    """
    declared = media_modality(feature)
    if declared is not None:
        return declared
    heads = [data[:16] for data in islice(_bytes_of(file, column), SEEN)]
    found = [modality for modality in map(_by_signature, heads) if modality]
    if not found or 2 * len(found) <= len(heads):
        return None
    return max(set(found), key=found.count)


def _by_signature(head: bytes) -> Modality | None:
    return next((m for at, mark, m in SIGNATURES if head[at : at + len(mark)] == mark), None)


def _bytes_of(file: ColumnarFile, column: str) -> Iterator[bytes]:
    """Yield the cells of a column that are not empty."""
    for group in range(len(file.group_sizes)):
        for cell in file.read(group, column):
            value = cell.as_py()
            data = value.get("bytes") if isinstance(value, dict) else value
            if data:
                yield data


def read_media(file: ColumnarFile, blob: Blob, name: str, column: str, modality: Modality) -> MediaColumn:
    """Read where each cell of a column lies; the bytes stay in the file.

    Parameters
    ----------
    file
        The open file.
    blob, name
        The same file as the cells will open it again, and its name.
    column, modality
        The column, and what it holds.
    """
    entries: list[Entry | str] = []
    for group, size in enumerate(file.group_sizes):
        cells = file.read(group, column)
        sizes, paths = _facts(cells)
        for row in range(size):
            path, n_bytes = paths[row] or "", sizes[row]
            if n_bytes is None:
                entries.append(
                    f"its bytes are not in the table but in another file: {path!r}" if path else "empty cell"
                )
                continue
            named = path if suffix_of(path) else f"{column}{SUFFIXES[modality]}"
            entries.append(Entry(named, n_bytes, CellBlob(blob, name, column, group, row)))
    return MediaColumn(modality, tuple(entries))


def _facts(cells: Any) -> tuple[list[int | None], list[str | None]]:
    """Return the number of bytes of each cell (``None`` for an empty one), and its path."""
    import pyarrow as pa  # noqa: PLC0415 - the same
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    paths: list[str | None] = [None] * len(cells)
    if pa.types.is_struct(cells.type):
        names = [cells.type.field(i).name for i in range(cells.type.num_fields)]
        fields = dict(zip(names, cells.flatten(), strict=True))
        paths = fields["path"].to_pylist() if "path" in fields else paths
        cells = fields["bytes"]
    if pa.types.is_binary_view(cells.type):
        cells = cells.cast(pa.large_binary())
    sizes = pc.binary_length(cells).to_pylist()
    return [n_bytes or None for n_bytes in sizes], paths
