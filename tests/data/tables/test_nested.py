"""Objects in a column become a column for each field, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data.tables.nested import MAX_FIELDS, flatten
from ptmrank_core.errors import UnclearReadingError

ROWS = [
    {
        "id": i,
        "data": {"text": f"a text of some words, {i}", "meta": {"length": i % 7, "lang": "en"}},
        "y": "uv"[i % 2],
    }
    for i in range(20)
]


def as_jsonl(rows: list[dict[str, Any]]) -> bytes:
    """One object on each line."""
    return "\n".join(map(json.dumps, rows)).encode()


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Objects written as JSON into cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([json.dumps(c) if isinstance(c, dict) else c for c in row.values()] for row in rows)
    return text.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    """Structs."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "write"), [("a.jsonl", as_jsonl), ("a.csv", as_csv), ("a.parquet", as_parquet)]
)
def test_fields_become_columns(tables: Any, name: str, write: Any) -> None:
    """The field that is text is the text; the others are named by their paths."""
    samples = tables.load(name, write(ROWS))
    assert samples.items[3].decode() == "a text of some words, 3"
    assert samples.columns.text == ("data.text",)
    assert samples.columns.label == ("y",)
    assert {*samples.columns.ignored} == {"id", "data.meta.length", "data.meta.lang"}
    if name != "a.parquet":  # there fields are columns of the format
        assert samples.notes[0].startswith("The objects in 'data' were read as a column for each field")


def test_a_field_may_be_named(tables: Any) -> None:
    """By its path, as the label too."""
    rows = as_jsonl(ROWS)
    samples = tables.load("a.jsonl", rows, label_columns=("data.meta.length",), target_kind="classification")
    assert samples.class_names == tuple("0123456")


def test_several_fields_of_text_are_asked(tables: Any) -> None:
    """Neither of two texts of other names is preferred."""
    rows = [
        {
            "data": {"left": f"some words of a text, {i}", "right": f"and some other words, {i}"},
            "label": "uv"[i % 2],
        }
        for i in range(12)
    ]
    with pytest.raises(UnclearReadingError) as caught:
        tables.load("a.jsonl", as_jsonl(rows))
    first = caught.value.options[0]
    assert first.changes == {"text_columns": ("data.left",)}
    assert tables.load("a.jsonl", as_jsonl(rows), **first.changes).columns.text == ("data.left",)


def test_fields_may_be_missing(tables: Any) -> None:
    """In some rows, or all of an object."""
    rows: list[dict[str, Any]] = [{**row} for row in ROWS]
    rows[2] = {"id": 2, "data": None, "y": "u"}
    rows[5] = {"id": 5, "data": {"other": 1}, "y": "u"}
    samples = tables.load("a.jsonl", as_jsonl(rows))
    assert samples.n_samples == 18
    assert [item.reason for item in samples.left_out] == ["no text", "no text"]


def test_numbers_in_objects_are_features(tables: Any) -> None:
    """Beside a label, with gaps."""
    rows = [
        {"m": {"a": i * 0.3, "b": None if i % 5 == 0 else i % 4}, "label": "uv"[i % 2]} for i in range(20)
    ]
    samples = tables.load("a.jsonl", as_jsonl(rows))
    assert samples.columns.features == ("m.a", "m.b")
    assert samples.items[0].size == 3


def test_objects_that_are_no_columns_stay(tables: Any) -> None:
    """Keys that differ from row to row, and texts that begin with a brace."""
    rows = [
        {"text": f"words {i}", "scores": {f"k{i}-{j}": j for j in range(9)}, "label": "uv"[i % 2]}
        for i in range(12)
    ]
    samples = tables.load("a.jsonl", as_jsonl(rows))
    assert samples.columns.ignored.keys() == {"scores"}
    assert MAX_FIELDS < 12 * 9
    texts = "".join(f"{{not json, some words {i}}};{'uv'[i % 2]}\n" for i in range(12))
    assert tables.load("a.csv", f"text;label\n{texts}").items[0].decode() == "{not json, some words 0}"


def test_deep_objects() -> None:
    """Beyond four levels they are written as JSON; lists always are."""
    deep = {"a": {"b": {"c": {"d": {"e": 1}}}}, "l": [1, 2], "n": None, "t": True}
    assert flatten(deep) == {"a.b.c.d": '{"e": 1}', "l": "[1, 2]", "n": "", "t": "true"}
