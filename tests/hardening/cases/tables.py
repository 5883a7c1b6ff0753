"""Cases of tables: delimited, JSON, columnar, spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from tests.hardening.cases.case import DONE, REFUSED, Case, copied, samples, written
from tests.hardening.inputs import Call

__all__ = ["CASES"]

TEXTS = [f"a text of number {i}" for i in range(12)]
LABELS = [("cat", "dog")[i % 2] for i in range(12)]


def _parquet(*, store_schema: bool = True, **columns: pa.Array) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        named = {"text": pa.array(TEXTS), "label": pa.array(LABELS)} | columns
        pa.parquet.write_table(pa.table(named), folder / "table.parquet", store_schema=store_schema)

    return write


def _not_utf8(n: int = 12) -> pa.Array:
    return pa.Array.from_buffers(pa.string(), n, pa.array([b"caf\xe9"] * n, pa.binary()).buffers())


def _raw(kind: pa.DataType, number: int) -> pa.Array:
    storage = pa.int32() if kind.bit_width == 32 else pa.int64()
    return pa.array([number] * 12, storage).view(kind)


def _odd_column(name: str, array: pa.Array) -> Case:
    return Case(f"parquet-{name}", _parquet(when=array), samples("table.parquet"), (DONE, REFUSED))


def _wide(n_columns: int) -> Callable[[Path], None]:
    row = ",".join(["1"] * n_columns)
    header = ",".join(f"c{i}" for i in range(n_columns))
    return written({"table.csv": f"{header},label\n" + "".join(f"{row},{label}\n" for label in LABELS[:4])})


def _long_sentence(n_words: int) -> Callable[[Path], None]:
    lines = [f"word{i} O" for i in range(n_words)]
    return written({"train.conll": "\n".join([*lines, "", "a B-X", "b O", "", "c O", "d B-X", ""])})


def _digits(n_digits: int) -> Callable[[Path], None]:
    rows = [f"t{i},{'9' * n_digits if i % 2 else i}" for i in range(10)]
    return written({"digits.csv": "\n".join(["text,label", *rows])})


def _changed_footer(folder: Path) -> None:
    """Let the footer name a type that does not exist, of which the library tells with its raw byte."""
    _parquet()(folder)
    path = folder / "table.parquet"
    data = bytearray(path.read_bytes())
    data[-8 - int.from_bytes(data[-8:-4], "little")] = 0x1E
    path.write_bytes(data)


def _column_not_utf8(folder: Path) -> None:
    _parquet(store_schema=False, wxyz=pa.array(TEXTS))(folder)
    path = folder / "table.parquet"
    path.write_bytes(path.read_bytes().replace(b"wxyz", b"w\xffyz"))


PLAIN = b"".join(b"the mat on red %d,%s\n" % (i, (b"a", b"b")[i % 2]) for i in range(12))
UNCLEAR = b"text,label\n" + PLAIN + b"the sat dog match\xb8\xc6\x14\x80I;3\xcc\xfe \x1b[31m red,a\n"
CASES = (
    Case("label-of-5000-digits", _digits(5_000), samples("digits.csv"), (DONE, REFUSED)),
    Case("label-of-5000-digits-regression", _digits(5_000), samples("digits.csv", "--target", "regression"),
        (DONE, REFUSED)),
    Case("header-of-40000-columns", _wide(40_000), samples("table.csv"), (DONE, REFUSED)),
    Case("sentence-of-200000-words", _long_sentence(200_000), samples("train.conll"), (DONE, REFUSED)),
    Case("parquet-date-of-the-year-10000", copied("far-date.parquet"), samples("far-date.parquet"), (DONE,
        REFUSED)),
    Case("parquet-dictionary-bomb", copied("parquet-dictionary-bomb-6000.parquet"),
        samples("parquet-dictionary-bomb-6000.parquet"), (DONE, REFUSED)),
    Case("parquet-text-not-utf8", _parquet(text=_not_utf8()), samples("table.parquet"), (DONE, REFUSED)),
    Case("parquet-label-not-utf8", _parquet(label=_not_utf8()), samples("table.parquet"), (REFUSED,)),
    _odd_column("date-before-all-years", _raw(pa.date32(), -(2**31))),
    _odd_column("date64-of-no-year", _raw(pa.date64(), 86_400_000 * 10**10)),
    _odd_column("timestamp-of-no-year", _raw(pa.timestamp("us"), 2**62)),
    _odd_column("timestamp-in-no-zone", pa.array([0] * 12, pa.timestamp("us", tz="Nowhere/Land"))),
    _odd_column("duration-of-ages", _raw(pa.duration("s"), 2**63 - 1)),
    _odd_column("time-after-midnight", _raw(pa.time32("s"), 10**6)),
    Case("json-nested-deeply", written({"table.json": "[" * 100_000}), samples("table.json"), (REFUSED,)),
    Case(
        "json-whole-number-too-large",
        written({"table.json": '[{"x": 1, "label": "a"}, {"x": 1' + "0" * 40 + ', "label": "b"}]'}),
        samples("table.json", "--modality", "tabular"), (DONE, REFUSED),
    ),
    Case(
        "json-dates-out-of-range",
        written({"table.json": '[{"x": 1e300, "when": "9999-99-99", "label": "a"},'
                               '{"x": 2, "when": "0000-01-01", "label": "b"}]'}),
        samples("table.json", "--modality", "tabular"), (DONE, REFUSED),
    ),
    Case("json-keys-twice",
        written({"table.json": '[{"text": "a b", "text": "c", "label": "x"}, {"text": "e", "label": "y"}]'}),
         samples("table.json"), (REFUSED,)),
    Case("csv-control-characters-in-an-unclear-encoding", written({"table.csv": UNCLEAR}), (Call(("samples",
        "table.csv")),),
         (REFUSED,)),
    Case("parquet-name-of-a-column-not-utf8", _column_not_utf8, samples("table.parquet"), (DONE, REFUSED)),
    Case("parquet-column-without-a-name", _parquet(**{"": pa.array([b"a"] * 12)}), samples("table.parquet"),
        (DONE,)),
    Case("parquet-label-lists-of-objects", _parquet(label=pa.array([[{"a": i % 2}] for i in range(12)])),
        samples("table.parquet"),
         (DONE, REFUSED)),
    Case("utf16-without-a-mark", written({"table.tsv": "text\tlabel\na b\tx\nc d\ty\n".encode("utf-16-le")}),
         (Call(("samples", "table.tsv", "--label-column", "nothing", "--encoding", "utf-8")),), (REFUSED,)),
    Case("parquet-thrift-of-no-type", _changed_footer, (Call(("samples", "table.parquet")),), (DONE,
        REFUSED)),
    Case("csv-of-five-million-commas", written({"table.csv": b"text,label\n" + PLAIN + b"," * 5_000_000}),
        samples("table.csv", n_items=13), (DONE,)),
    Case("csv-open-quotation-mark", written({"table.csv": b'text,label\n"odd,a\n' + PLAIN * 5}),
        samples("table.csv"), (DONE,), "quotation mark that is not closed"),
    Case("tsv-of-200000-columns", written({"table.tsv": b"\t".join([b"x"] * 200_000) + b"\n"}),
        samples("table.tsv"), (REFUSED,), "more than 100,000 cells"),
    Case("csv-of-nine-million-lines", written({"table.csv": b"text,label\n" + PLAIN + b"\n" * 9_000_000}),
        samples("table.csv"), (REFUSED,), "at most 8,000,000 are read"),
    Case("csv-a-million-odd-rows", written({"table.csv": b"text,label\n" + PLAIN + b"a\n" * 1_000_000}),
        samples("table.csv"), (REFUSED,), "more than the 1,000,000 rows"),
    Case("csv-zero-bytes", written({"table.csv": b"text,label\na\x00b,x\nc,y\n"}), samples("table.csv"),
        (REFUSED,)),
    Case("csv-column-named-by-escapes", written({"table.csv": "text,lab\x1b[2Jel\na b,x\nc d,y\n"}),
        (Call(("samples", "table.csv")),), (REFUSED,)),
    Case("preview-of-a-damaged-parquet", written({"table.parquet": b"PAR1" + b"\0" * 100 + b"PAR1"}),
        (Call(("table.parquet",), "preview"),), (REFUSED,)),
)  # fmt: skip
