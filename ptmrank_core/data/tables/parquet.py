"""Parquet tables, read with pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from ptmrank_core.data.labels.numbers import LARGEST_QUANTITY
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.nested import write_cell
from ptmrank_core.data.tables.table import ColumnBuilder, InputTable
from ptmrank_core.errors import SamplesError

__all__ = ["read_parquet"]


def read_parquet(data: bytes, name: str, limits: Limits) -> InputTable:
    """Read a Parquet table.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name.
    limits
        Bounds on the number of rows and on the unpacked size.

    Returns
    -------
    InputTable
        Rows counted from one. Columns of binary data are not read, and a note says so.

    Raises
    ------
    SamplesError
        If the file is damaged or empty, or holds too much.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are not Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        _check_size(file.metadata, name, limits)
        schema = file.schema_arrow
        if len(set(schema.names)) < len(schema.names):
            raise pa.ArrowInvalid("two columns have the same name")
        binary = [field.name for field in schema if "binary" in str(field.type)]
        columns = [column for column in schema.names if column not in binary]
        table = file.read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise SamplesError(
            f"{name!r} cannot be read as Parquet: {error}.", hint="Save the table again as .parquet or .csv."
        ) from error
    settled = {column: _read_column(table.column(column)) for column in columns}
    notes = (f"Columns of binary data are not read: {', '.join(map(repr, binary))}.",) if binary else ()
    return InputTable(
        name,
        tuple(columns),
        {key: np.concatenate(column.parts) for key, column in settled.items() if not column.is_words},
        {key: column.words for key, column in settled.items() if column.is_words},
        range(1, table.num_rows + 1),
        notes=notes,
    )


def _check_size(metadata: Any, name: str, limits: Limits) -> None:
    """Refuse a table that is too large, before it is unpacked."""
    n_bytes = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_rows == 0:
        raise SamplesError(f"{name!r} holds no row that can be read.", hint="Expected a row for each sample.")
    if metadata.num_rows > limits.max_rows or n_bytes > limits.max_total_bytes:
        raise SamplesError(
            f"{name!r} holds {metadata.num_rows:,} rows and {n_bytes:,} bytes; at most {limits.max_rows:,} "
            f"rows and {limits.max_total_bytes:,} bytes are accepted.",
            hint="Keep a random part of the rows: a ranking needs a few thousand.",
        )


def _read_column(values: Any) -> ColumnBuilder:
    """Read a column of any type; numbers are not converted to text."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are not Parquet

    kind = values.type
    column = ColumnBuilder(0, is_words=False)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = values.to_numpy().astype(np.float64)
        if pa.types.is_floating(kind) or not (np.abs(numbers) >= LARGEST_QUANTITY).any():
            column.parts.append(numbers)
            column.settle()
            return column
    cells = [write_cell(value) for value in values.to_pylist()]
    column.extend(cells)
    column.settle()
    if column.is_broken:  # nothing but marks for missing numbers
        column = ColumnBuilder(0, is_words=True)
        column.extend(cells)
    return column
