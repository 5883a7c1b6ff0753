"""Parquet and Arrow files that decode to more than they are worth, or to what Python has no value for."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError

N_ROWS = 60
TEXTS = pa.array([f"a text of its own number {i}" for i in range(N_ROWS)])
LABELS = pa.array([("cat", "dog")[i % 2] for i in range(N_ROWS)])


def save(path: Path, table: pa.Table) -> Path:
    """Write a table in the format that the suffix says, compressed."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, compression="zstd")
    else:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as file:
            file.write_table(table)
    return path


def one_text(n_rows: int) -> pa.Array:
    """A text of a megabyte that all rows point to."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, np.int32)), pa.array(["x" * 2**20]))


BOMBS = {
    "a text that all rows point to": one_text(400),
    "lists of zeros": pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(4_000_0000, np.int8)), 100_000),
    "lists of one text": pa.ListArray.from_arrays(
        pa.array(np.arange(0, 401, 1, dtype=np.int32)), one_text(400)
    ),
}


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
@pytest.mark.parametrize("column", BOMBS.values(), ids=BOMBS.keys())
def test_what_decodes_to_too_much_is_refused(tmp_path: Path, column: Any, suffix: str) -> None:
    """A few kilobytes are not decoded to gigabytes in the process that asks."""
    labels = [str(i % 2) for i in range(len(column))]
    path = save(tmp_path / f"a{suffix}", pa.table({"text": column, "label": labels}))
    assert path.stat().st_size < 2**20
    with pytest.raises(SamplesError, match="decodes to more than"):
        load_samples(path)


@pytest.mark.parametrize(
    "footer", [b"\x15\x04\x19\xfc\x80\x80\x80\x40" + bytes(500), b"\x15\x04\x19\xf5\xff\xff\xff\xff\x07"]
)
def test_a_footer_that_promises_millions_of_columns_is_refused(tmp_path: Path, footer: bytes) -> None:
    """Its counts are not believed."""
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1")
    with pytest.raises(SamplesError, match="cannot be read"):
        load_samples(path)


ODD = {
    "dates": pa.array(np.arange(2**31 - N_ROWS, 2**31, dtype=np.int32)).view(pa.date32()),
    "times": pa.array([2**62 + i for i in range(N_ROWS)]).view(pa.timestamp("s")),
    "zones": pa.array(range(N_ROWS), pa.int64()).view(pa.timestamp("s", tz="Mars/Phobos")),
    "durations": pa.array([2**62 + i for i in range(N_ROWS)]).view(pa.duration("s")),
    "lists of dates": pa.ListArray.from_arrays(
        pa.array(range(N_ROWS + 1), pa.int32()), pa.array([2**31 - 1] * N_ROWS, pa.int32()).view(pa.date32())
    ),
    "unions": pa.UnionArray.from_sparse(
        pa.array([i % 2 for i in range(N_ROWS)], pa.int8()), [pa.array(range(N_ROWS)), TEXTS]
    ),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([N_ROWS], pa.int32()), pa.array(["x"])),
    "categories of lists": pa.DictionaryArray.from_arrays(
        pa.array([0] * N_ROWS, pa.int32()), pa.array([["a"], ["b"]])
    ),
    "halves": pa.array(np.arange(N_ROWS, dtype=np.float16)),
    "views of lists": pa.array([[1, 2]] * N_ROWS, pa.list_view(pa.int32())),
    "intervals": pa.array([pa.MonthDayNano([1, 2, 3])] * N_ROWS),
    "maps": pa.array([[("a", 1)]] * N_ROWS, pa.map_(pa.string(), pa.int64())),
    "nothing": pa.nulls(N_ROWS),
}


@pytest.mark.parametrize("column", ODD.values(), ids=ODD.keys())
def test_a_column_of_an_odd_type_does_not_lose_the_table(tmp_path: Path, column: Any) -> None:
    """Where its values cannot be written it is not read, and a note says so."""
    path = save(tmp_path / "a.arrow", pa.table({"text": TEXTS, "odd": column, "label": LABELS}))
    samples = load_samples(path)
    assert samples.n_samples == N_ROWS
    assert samples.class_names == ("cat", "dog")


@pytest.mark.parametrize("column", [ODD["durations"], ODD["lists of dates"]])
def test_labels_of_an_odd_type_are_refused_with_the_reason(tmp_path: Path, column: Any) -> None:
    """Never a traceback."""
    path = save(tmp_path / "a.arrow", pa.table({"text": TEXTS, "label": column}))
    with pytest.raises(SamplesError):
        load_samples(path)
