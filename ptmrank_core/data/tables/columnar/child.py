"""Decodes a Parquet or Arrow file in a process of its own; run as a script, not imported.

A file of a few kilobytes can hold a value that thousands of rows point to, a page that unpacks to gigabytes,
or a footer that promises millions of columns: the decoder takes the memory before anybody can count it.

The arguments are a path (``-`` for the standard input), whether it is Parquet, and the bound on what columns
decode to. What the file decodes to goes out as one line of JSON: the bytes of all
columns together, and those of the largest group of a column of bytes; or an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

IN_MEMORY = "-"
COLUMNS_AT_ONCE = 256
OBJECT_BYTES, NUMBER_BYTES = 48, 8
"""Of a text, and of a number, once it is no longer in Arrow's memory."""


def row_bytes(cells: Any) -> Any:
    """Return what each value of an array takes once it is written out, as an array of int64."""
    import numpy as np  # noqa: PLC0415 - after the memory is bounded
    import pyarrow as pa  # noqa: PLC0415 - the same
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    kind, types = cells.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        sizes = row_bytes(cells.storage)
    elif types.is_dictionary(kind):
        values = row_bytes(cells.dictionary)
        places = integers(cells.indices, missing=-1)
        sizes = np.where(places >= 0, np.append(values, 0)[places], NUMBER_BYTES)
    elif types.is_struct(kind):
        fields = [row_bytes(cells.field(i)) for i in range(kind.num_fields)]
        sizes = np.sum([NUMBER_BYTES * np.ones(len(cells), np.int64), *fields], axis=0, dtype=np.int64)
    elif has_items(kind):
        sizes = list_bytes(cells)
    elif types.is_fixed_size_binary(kind):
        sizes = np.full(len(cells), OBJECT_BYTES + kind.byte_width, np.int64)
    elif is_text(kind):
        view = types.is_string_view(kind) or types.is_binary_view(kind)
        lengths = pc.binary_length(cells.cast(pa.large_binary()) if view else cells)
        sizes = integers(lengths, missing=0) + OBJECT_BYTES
    else:
        is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
        each = NUMBER_BYTES if is_number or types.is_null(kind) else OBJECT_BYTES
        sizes = np.full(len(cells), each, np.int64)
    return sizes


def integers(cells: Any, missing: int = 0) -> Any:
    """Return integers as an array of int64; ``to_numpy`` imports pandas, which takes longer than the rest."""
    import numpy as np  # noqa: PLC0415 - the same
    import pyarrow as pa  # noqa: PLC0415 - the same

    found = np.full(len(cells), missing, np.int64)
    there = np.from_dlpack(cells.is_valid().cast(pa.int8())) == 1
    found[there] = np.from_dlpack(cells.drop_null())
    return found


def has_items(kind: Any) -> bool:
    """Whether the values of a type are lists or maps."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    types = pa.types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
        or types.is_map(kind)
    )


def is_text(kind: Any) -> bool:
    """Whether the values of a type are texts or bytes of any length."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_string_view(kind)
        or types.is_binary_view(kind)
    )


def list_bytes(cells: Any) -> Any:
    """Return what each list of an array takes; lists may share their items."""
    import numpy as np  # noqa: PLC0415 - the same
    import pyarrow as pa  # noqa: PLC0415 - the same

    kind = cells.type
    if pa.types.is_fixed_size_list(kind):
        size = kind.list_size
        starts = (np.arange(len(cells), dtype=np.int64) + cells.offset) * size
        ends = starts + size
    else:
        offsets = integers(cells.offsets)
        if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
            starts = offsets[: len(cells)]
            ends = starts + integers(cells.sizes)
        else:
            starts, ends = offsets[:-1], offsets[1:]
    items = cells.values
    sizes = row_bytes(items)
    sums = np.concatenate([[0], np.cumsum(sizes)])
    return NUMBER_BYTES + sums[np.minimum(ends, len(sizes))] - sums[np.minimum(starts, len(sizes))]


def column_bytes(cells: Any) -> int:
    """Return what a column takes once it is written out."""
    chunks = cells.chunks if hasattr(cells, "chunks") else [cells]
    return sum(int(row_bytes(chunk).sum()) for chunk in chunks)


def read_parquet(place: Any) -> Iterator[Any]:
    """Yield each column of each row group."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    file = pq.ParquetFile(place, pre_buffer=False)
    names = list(dict.fromkeys(file.schema_arrow.names))
    for group in range(file.num_row_groups):
        for start in range(0, len(names), COLUMNS_AT_ONCE):
            some = names[start : start + COLUMNS_AT_ONCE]
            yield from file.read_row_group(group, columns=some, use_threads=False).columns


def read_arrow(place: Any) -> Iterator[Any]:
    """Yield each column of each batch."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    options = pa.ipc.IpcReadOptions(use_threads=False)
    source = pa.memory_map(place) if isinstance(place, str) else place
    try:
        reader = pa.ipc.open_file(source, options=options)
        batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
    except pa.ArrowInvalid:
        source.seek(0)
        reader = batches = pa.ipc.open_stream(source, options=options)
    for batch in batches:
        batch.validate(full=True)
        yield from batch.columns


def is_media(kind: Any) -> bool:
    """Whether cells are bytes, or objects of bytes: they stay in the file until they are needed."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    types = pa.types
    if types.is_struct(kind):
        return any(is_media(kind.field(i).type) for i in range(kind.num_fields))
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )


def measure(place: Any, *, is_parquet: bool, most: int) -> dict[str, Any]:
    """Decode a file once, group by group, and count."""
    total = largest = 0
    for column in (read_parquet if is_parquet else read_arrow)(place):
        n_bytes = column_bytes(column)
        if is_media(column.type):
            largest = max(largest, n_bytes)
        else:
            total += n_bytes
        if max(total, largest) > most:
            break
    return {"total": total, "largest": largest}


def main() -> None:
    """Read the arguments, and write one line."""
    path, is_parquet, most = sys.argv[1], sys.argv[2] == "1", int(sys.argv[3])
    import pyarrow as pa  # noqa: PLC0415 - after the memory is bounded

    pa.set_memory_pool(pa.system_memory_pool())  # what others reserve would count
    pa.set_cpu_count(1)
    try:
        place = path if path != IN_MEMORY else pa.BufferReader(sys.stdin.buffer.read())
        found = measure(place, is_parquet=is_parquet, most=most)
    except (pa.ArrowMemoryError, MemoryError):
        found = {"memory": True}
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
