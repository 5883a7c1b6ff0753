"""Typed columns of Parquet and Arrow: names of classes, nested fields, lists, categories."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables import open_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples
from tests.data.table_files import Tables

N = 24
TEXTS = [f"the {i}th text of all" for i in range(N)]
KINDS = ["parquet", "arrow", "stream", "feather"]


def write(kind: str, table: pa.Table) -> tuple[str, bytes]:
    """Name and bytes of a file in a format."""
    buffer = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, buffer, row_group_size=7)
    elif kind == "stream":
        with pa.ipc.new_stream(buffer, table.schema) as writer:
            writer.write_table(table, max_chunksize=5)
    else:
        options = pa.ipc.IpcWriteOptions(compression="lz4" if kind == "feather" else None)
        with pa.ipc.new_file(buffer, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=5)
    suffix = "arrow" if kind == "stream" else kind
    return f"t.{suffix}", buffer.getvalue()


def described(columns: Mapping[str, Any], features: Mapping[str, Any]) -> pa.Table:
    """A table whose schema says what the library ``datasets`` says in it."""
    table = pa.table(dict(columns))
    described = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    return table.replace_schema_metadata(described)


def load(table: pa.Table, kind: str = "parquet", **reading: Any) -> Samples:
    """Samples of a table in a format."""
    return Tables.load(*write(kind, table), **reading)


def label(*names: str) -> dict[str, Any]:
    """The description of a column of classes."""
    return {"_type": "ClassLabel", "names": list(names)}


@pytest.mark.parametrize("kind", KINDS)
def test_classes_have_the_names_of_the_schema(kind: str) -> None:
    """Numbers become the names that the schema has; -1 and null say that there is no label."""
    numbers = [-1, None, *[i % 3 for i in range(N - 2)]]
    table = described({"text": TEXTS, "label": numbers}, {"label": label("neg", "neutral", "pos")})
    samples = load(table, kind)
    assert samples.class_names == ("neg", "neutral", "pos")
    assert [(one.name.rpartition(":")[2], one.reason) for one in samples.left_out] == [
        ("1", "no label"),
        ("2", "no label"),
    ]
    assert samples.n_samples == N - 2


def test_more_than_twenty_numbered_classes_are_classes() -> None:
    """Where the schema says that a column names classes, digits as names are no question."""
    names = [str(i) for i in range(30)]
    texts = [f"{i} in words" for i in range(60)]
    table = described({"text": texts, "label": [i % 30 for i in range(60)]}, {"label": label(*names)})
    samples = load(table)
    assert (samples.target_kind, len(samples.class_names)) == ("classification", 30)


def test_a_number_without_a_name_keeps_it() -> None:
    """A class beyond the names of the schema is not lost."""
    table = described({"text": TEXTS, "label": [i % 3 for i in range(N)]}, {"label": label("a", "b")})
    assert load(table).class_names == ("2", "a", "b")


@pytest.mark.parametrize("type_name", ["Sequence", "List", "LargeList"])
def test_lists_of_classes_have_their_names(type_name: str) -> None:
    """A list of numbers of classes is a list of their names, in each spelling of the schema."""
    feature = {"labels": {"_type": type_name, "feature": label("joy", "fear")}}
    labels = [[i % 2] if i % 3 else [0, 1] for i in range(N)]
    samples = load(described({"text": TEXTS, "labels": labels}, feature))
    assert (samples.target_kind, samples.class_names) == ("multilabel", ("fear", "joy"))


def test_tags_of_words_have_their_names() -> None:
    """Tags of words are named; -100 still marks words to be ignored."""
    features = {"ner_tags": [label("O", "PER")]}  # a list, as earlier versions wrote it
    tokens = [[f"w{i}", "and", "so"] for i in range(N)]
    samples = load(described({"tokens": tokens, "ner_tags": [[1, 0, -100]] * N}, features))
    assert samples.class_names == ("O", "PER")
    assert samples.n_samples == 2 * N


@pytest.mark.parametrize("categories", [["neg", "pos"], [0, 1]])
@pytest.mark.parametrize("kind", KINDS)
def test_categories_are_their_values(kind: str, categories: list[Any]) -> None:
    """A categorical column of pandas is read as its values, and is a class as label."""
    frame = pd.DataFrame({"text": TEXTS, "label": pd.Categorical([categories[i % 2] for i in range(N)])})
    samples = load(pa.Table.from_pandas(frame), kind)
    assert (samples.target_kind, samples.class_names) == ("classification", tuple(map(str, categories)))


@pytest.mark.parametrize(
    "type_", [pa.list_(pa.float32(), 3), pa.list_(pa.float64()), pa.large_list(pa.int8())]
)
def test_equally_long_lists_are_features(type_: pa.DataType) -> None:
    """An embedding in one column is a feature for each of its numbers; rows without one are left out."""
    rows = [None if i == 5 else [i, i % 7, -i] for i in range(N)]
    table = pa.table({"embedding": pa.array(rows, type=type_), "label": ["a", "b"] * (N // 2)})
    # Earlier versions of pyarrow cannot write missing lists of a fixed size as Parquet.
    kind = "arrow" if pa.types.is_fixed_size_list(type_) else "parquet"
    samples = load(table, kind, columns_as_is=True)
    assert samples.modality == "tabular"
    assert samples.items[1].decode().tolist() == [1, 1, -1]
    assert samples.columns is not None
    assert samples.columns.features == ("embedding.0", "embedding.1", "embedding.2")
    assert any("Column 'embedding' holds lists of 3 numbers" in note for note in samples.notes)
    assert [one.name for one in samples.left_out] == [f"t.{kind}:6"]


def test_matrices_are_features() -> None:
    """Lists of equally long lists are one block of features."""
    values = np.random.default_rng(0).integers(0, 9, (N, 2, 2))
    table = pa.table({"pixels": values.tolist(), "label": ["a", "b"] * (N // 2)})
    assert load(table).items[3].decode().tolist() == values[3].ravel().tolist()


def test_token_ids_are_no_features() -> None:
    """Numbers of some other model's tokenizer are not read, and it is said."""
    table = pa.table({"text": TEXTS, "input_ids": [[1, i] for i in range(N)], "label": ["a", "b"] * (N // 2)})
    assert "Column 'input_ids' holds numbers of a tokenizer and is not read." in load(table).notes


def test_zeros_and_ones_for_each_label_are_labels() -> None:
    """Lists that say of each label whether it is there are sets of labels, not of zeros and ones."""
    rows = [[i % 2, (i // 2) % 2, 1 - i % 2] for i in range(N)]
    samples = load(pa.table({"text": TEXTS, "labels": rows}))
    assert (samples.target_kind, samples.class_names) == ("multilabel", ("0", "1", "2"))
    assert np.array_equal(samples.labels, np.array(rows, dtype=float))
    assert "Column 'labels' holds zeros and ones for 3 labels, which are numbered from 0." in samples.notes


def test_two_labels_that_are_listed_stay_a_list() -> None:
    """Of two labels named 0 and 1 none is there twice: such lists are what they look like."""
    rows = [[0, 1] if i % 2 else [1, 0] for i in range(N)]
    table = open_table(Tables.entry(*write("parquet", pa.table({"labels": rows}))), DEFAULT_LIMITS)
    assert table.words["labels"][:2] == ["[1, 0]", "[0, 1]"]
    assert not table.notes


@pytest.mark.parametrize("kind", KINDS)
def test_fields_of_objects_are_columns(kind: str) -> None:
    """Objects become a column for each field, at any depth; a missing object has missing fields."""
    objects = [None if i == 3 else {"text": text, "meta": {"length": i}} for i, text in enumerate(TEXTS)]
    table = pa.table({"data": objects, "label": ["a", "b"] * (N // 2)})
    samples = load(table, kind, text_columns=("data.text",))
    assert samples.items[0].decode() == TEXTS[0]
    assert [one.reason for one in samples.left_out] == ["no text"]
    read = open_table(Tables.entry(*write(kind, table)), DEFAULT_LIMITS)
    assert {*read.columns} == {"data.text", "data.meta.length", "label"}
    assert np.isnan(read.numbers["data.meta.length"][3])


@pytest.mark.parametrize("kind", ["arrow", "stream", "parquet"])
def test_a_damaged_file_is_refused(kind: str) -> None:
    """A file that is cut off or holds other bytes is an error with what to do, never a crash."""
    name, data = write(kind, pa.table({"text": TEXTS, "label": ["a", "b"] * (N // 2)}))
    for broken in (data[: len(data) // 2], b"", b"no table at all", data[:50] + b"\xff" * 200 + data[250:]):
        with pytest.raises(SamplesError) as caught:
            Tables.load(name, broken)
        assert caught.value.hint


def test_a_pointer_of_git_lfs_is_named() -> None:
    """A pointer in place of the file says what to run."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n"
    with pytest.raises(SamplesError, match=r"Git LFS pointer in place of the table.*git lfs pull"):
        Tables.load("train-00000-of-00001.parquet", pointer)


def test_too_much_is_refused_before_it_is_unpacked() -> None:
    """The numbers of rows and of bytes are bounded."""
    name, data = write("parquet", pa.table({"text": TEXTS, "label": ["a", "b"] * (N // 2)}))
    for limits in (Limits(max_rows=10), Limits(max_total_bytes=100)):
        with pytest.raises(SamplesError, match=r"are accepted|decodes to more than 100 bytes"):
            open_table(Tables.entry(name, data), limits)


def test_two_columns_of_one_name_are_refused() -> None:
    """Which of them is meant cannot be told."""
    table = pa.table([TEXTS, TEXTS], names=["text", "text"])
    with pytest.raises(SamplesError, match="two columns have the same name"):
        Tables.load(*write("arrow", table))
