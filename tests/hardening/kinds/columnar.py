"""Parquet, Arrow and Feather: random schemas of odd types, and changed bytes of pages and footers."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.delimited import given
from tests.hardening.kinds.pictures import picture
from tests.hardening.kinds.rows import sentence
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "make_arrow_table"]

Maker = Callable[[random.Random, int], pa.Array]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _numbers(kind: pa.DataType) -> Maker:
    def make(rng: random.Random, n: int) -> pa.Array:
        if pa.types.is_floating(kind):
            return pa.array(
                [rng.choice([rng.gauss(0, 1), 0.5, None, float("nan"), float("inf")]) for _ in range(n)]
            ).cast(kind)
        bits = kind.bit_width - (not str(kind).startswith("u"))
        least = 0 if str(kind).startswith("u") else -(2**bits)
        return pa.array([rng.choice([0, 1, 2, 2**bits - 1, least, None]) for _ in range(n)], kind)

    return make


def _raw(kind: pa.DataType) -> Maker:
    """Make dates, times and durations from whole numbers of any size, which pyarrow does not check."""

    def make(rng: random.Random, n: int) -> pa.Array:
        width = kind.bit_width
        numbers = [
            rng.choice([0, 1, 86_400, -1, 2 ** (width - 1) - 1, -(2 ** (width - 1)), rng.randrange(2**31)])
            for _ in range(n)
        ]
        return pa.array(numbers, pa.int32() if width == 32 else pa.int64()).view(kind)

    return make


def _texts(rng: random.Random, n: int) -> pa.Array:
    kind = rng.choice([pa.string(), pa.string(), pa.large_string(), pa.string_view()])
    return pa.array(
        [rng.choice([sentence(rng), sentence(rng), _clean(junk.text(rng)), None]) for _ in range(n)], kind
    )


def _bad_utf8(rng: random.Random, n: int) -> pa.Array:
    cells = pa.array(
        [rng.choice([b"ok", b"\xff\xfe", b"\x80", b"\xed\xa0\x80"]) for _ in range(n)], pa.binary()
    )
    return pa.Array.from_buffers(pa.string(), n, cells.buffers())


def _binary(rng: random.Random, n: int) -> pa.Array:
    made = picture(rng)
    return pa.array([rng.choice([made, b"", rng.randbytes(9), None]) for _ in range(n)])


def _media(rng: random.Random, n: int) -> pa.Array:
    return pa.array(
        [
            {"bytes": rng.choice([picture(rng), b"x", None]), "path": rng.choice([f"{i}.png", "../x", None])}
            for i in range(n)
        ]
    )


def _lists(rng: random.Random, n: int) -> pa.Array:
    width = rng.choice([0, 1, 4, 4])
    cells = [[rng.gauss(0, 1) for _ in range(width if rng.random() < 0.97 else 2)] for _ in range(n)]
    if rng.random() < 0.3:
        return pa.array(
            [cell[:width] + [0.0] * (width - len(cell)) for cell in cells], pa.list_(pa.float32(), width)
        )
    return pa.array(cells, rng.choice([pa.list_(pa.float64()), pa.large_list(pa.float32())]))


def _nested(rng: random.Random, n: int) -> pa.Array:
    depth = rng.choice([1, 3, 40])
    cell: Any = {"a": 1}
    for _ in range(depth):
        cell = rng.choice([[cell], {"b": cell}])
    return pa.array([rng.choice([cell, cell, None]) for _ in range(n)])


def _maps(rng: random.Random, n: int) -> pa.Array:
    return pa.array(
        [[(f"k{i}", 1)] * rng.choice([0, 1, 2]) for i in range(n)], pa.map_(pa.string(), pa.int64())
    )


def _dictionary(rng: random.Random, n: int) -> pa.Array:
    values = rng.choice(
        [["cat", "dog"], ["a", "a"], [None, "x"], [1, 2], ["x" * rng.choice([1, 100_000]), "y"]]
    )
    return pa.DictionaryArray.from_arrays(
        pa.array([rng.choice([0, 1, None]) for _ in range(n)], pa.int8()), pa.array(values)
    )


def _decimals(rng: random.Random, n: int) -> pa.Array:
    kind = rng.choice(
        [pa.decimal128(38, 0), pa.decimal128(38, -5), pa.decimal256(76, 40), pa.decimal128(5, 5)]
    )
    return pa.array([rng.choice([decimal.Decimal(0), None]) for _ in range(n)], kind)


def _intervals(rng: random.Random, n: int) -> pa.Array:
    return pa.array([(rng.randrange(99), -1, 2**40)] * n, pa.month_day_nano_interval())


def _labels(rng: random.Random, n: int) -> pa.Array:
    values = rng.choice(
        [["cat", "dog"], [0, 1, 2], [0.5, 1.5, 2.5], [True, False], [None, "x", "y"], [["a"], ["a", "b"]]]
    )
    return pa.array([values[i % len(values)] for i in range(n)])


def _unions(rng: random.Random, n: int) -> pa.Array:
    types = pa.array([rng.choice([0, 1]) for _ in range(n)], pa.int8())
    return pa.UnionArray.from_sparse(types, [pa.array(range(n)), pa.array([str(i) for i in range(n)])])


def _runs(rng: random.Random, n: int) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays([max(1, n)], [rng.choice([1, 2])]).slice(0, n)


NUMBERS = (pa.int8(), pa.int64(), pa.uint8(), pa.uint64(), pa.float16(), pa.float32(), pa.float64())
TIMES = (
    pa.date32(), pa.date64(), pa.time32("s"), pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ns",
        tz="UTC"),
    pa.timestamp("us", tz="Nowhere/Land"), pa.duration("s"), pa.duration("ns"), pa.timestamp("ms",
        tz="+25:00"),
)  # fmt: skip
MAKERS: tuple[Maker, ...] = (
    *map(_numbers, NUMBERS), *map(_raw, TIMES), _texts, _texts, _texts, _bad_utf8, _binary, _media, _lists,
        _lists, _nested, _maps,
    _dictionary, _decimals, _intervals, _unions, _runs, lambda _, n: pa.nulls(n), lambda r,
        n: pa.array([r.random() < 0.5] * n),
)  # fmt: skip
NAMES = (
    "text",
    "image",
    "audio",
    "embedding",
    "id",
    "split",
    "value",
    "tokens",
    "ner_tags",
    "when",
    "meta",
    "",
)


def make_arrow_table(rng: random.Random) -> pa.Table:
    """Return a table of random columns with a column of labels."""
    n = rng.choice([0, 1, 12, 12, 40])
    columns = [(rng.choice(NAMES) if rng.random() < 0.9 else _clean(junk.text(rng)), rng.choice(MAKERS)(rng,
        n))
               for _ in range(rng.choice([1, 1, 2, 4]))]  # fmt: skip
    if rng.random() < 0.6:  # what is recognised is read further
        columns.insert(0, ("text", pa.array([f"{sentence(rng)} {i}" for i in range(n)])))
        columns.append(("label", _labels(rng, n)))
        columns = list(dict(columns).items())
    else:
        columns.append(("label", rng.choice([_labels, rng.choice(MAKERS)])(rng, n)))
    table = pa.Table.from_arrays([own for _, own in columns], names=[name for name, _ in columns])
    if rng.random() < 0.3:
        told = rng.choice([
            b'{"info": {"features": {"label": {"names": ["a", "b"], "_type": "ClassLabel"}}}}', b"{", b"[]",
                b"null", b"\xff",
            b'{"info": {"features": {"label": {"names": "ab", "_type": "ClassLabel"}}}}', b'{"info": 1}',
                b'{"info": {"features": []}}',
            b'{"info": {"features": {"label": {"names": [1, null, []], "_type": "ClassLabel"}, "x": [[]]}}}',
        ])  # fmt: skip
        table = table.replace_schema_metadata({rng.choice([b"huggingface", b"huggingface", b"pandas"]): told})
    return table


def _written(table: pa.Table, form: str, rng: random.Random) -> bytes:
    buffer = io.BytesIO()
    if form == "parquet":
        options = {
            "compression": rng.choice(["snappy", "none", "gzip", "zstd", "lz4", "brotli"]),
            "use_dictionary": rng.random() < 0.6,
            "version": rng.choice(["1.0", "2.6"]), "data_page_version": rng.choice(["1.0", "2.0"]),
            "row_group_size": rng.choice([1, 5, 1000]), "write_page_checksum": rng.random() < 0.3,
            "write_statistics": rng.random() < 0.7,
        }  # fmt: skip
        pa.parquet.write_table(table, buffer, **options)
    elif form == "feather":
        pa.feather.write_feather(table, buffer, compression=rng.choice(["lz4", "zstd", "uncompressed"]))
    else:
        opened = pa.ipc.new_file if rng.random() < 0.5 else pa.ipc.new_stream
        with opened(buffer, table.schema) as writer:
            writer.write_table(table, max_chunksize=rng.choice([None, 5]))
    return buffer.getvalue()


def _make(form: str, rng: random.Random, folder: Path) -> Call:
    data = b""
    while not data:
        try:
            data = _written(make_arrow_table(rng), form, rng)
        except (pa.ArrowException, OSError, NotImplementedError, ValueError, OverflowError, TypeError):
            continue  # the format has no such type
    if rng.random() < 0.4:
        data = _footer(data, rng) if form == "parquet" and rng.random() < 0.5 else mutate(data, rng)
    name = f"table.{form}"
    (folder / name).write_bytes(data)
    return given(name, rng)


def _footer(data: bytes, rng: random.Random) -> bytes:
    """Change bytes of the footer alone, with its length repaired."""
    length = int.from_bytes(data[-8:-4], "little")
    footer = mutate(data[-8 - length : -8], rng)
    return data[: -8 - length] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def _bomb(rng: random.Random, folder: Path) -> Call:
    """Write a small file that is large when it is decoded: a dictionary of one long text, runs, zeros."""
    n = rng.choice([1_000, 20_000, 300_000])
    value = rng.choice(["a b c", "x" * 1_000, "x" * 100_000, [0.0] * 10, [0.0] * 1_000])
    n = n if isinstance(value, str) and len(value) < 10 else n // 50
    if isinstance(value, str):
        column: Any = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int8()), pa.array([value]))
    else:
        column = pa.array([value] * n)
    table = pa.table({"text": column, "label": pa.array([("cat", "dog")[i % 2] for i in range(n)])})
    buffer = io.BytesIO()
    pa.parquet.write_table(table, buffer, compression="zstd", store_schema=rng.random() < 0.3)
    (folder / "table.parquet").write_bytes(buffer.getvalue())
    return given("table.parquet", rng)


def _dated(rng: random.Random, folder: Path) -> Call:
    """Write what Python's own dates can hold as the label, which must be read or refused."""
    days = [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2020, 2, 29)]
    table = pa.table({"text": [sentence(rng) for _ in range(12)], "label": [days[i % 3] for i in range(12)]})
    pa.parquet.write_table(table, folder / "table.parquet")
    return given("table.parquet", rng)


def _named(form: str) -> Callable[[random.Random, Path], Call]:
    return lambda rng, folder: _make(form, rng, folder)


KINDS = (
    Kind("parquet", _named("parquet"), 3),
    Kind("arrow", _named("arrow"), 1.5),
    Kind("feather", _named("feather"), 0.5),
    Kind("parquet-bomb", _bomb, 0.3),
    Kind("parquet-dates", _dated, 0.1),
)
