"""Every format gives the same table, and damage is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.deduplication import count_reasons
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.table import ROWS_AT_ONCE
from ptmrank_core.errors import SamplesError

KINDS = ("csv", "scsv", "psv", "tsv", "json", "jsonl", "parquet")
SUFFIX = {"scsv": "csv", "psv": "csv"}
TEXTS = ["plain", 'a "quoted" one', "two\nlines", "semi;colon|bar, comma\ttab", "ünï 日本", " blank "]

TABLES: dict[str, dict[str, list[Any]]] = {
    "classes": {"text": [*TEXTS, "", "plain"], "label": ["p", "n"] * 4, "user": ["u", "v", "", "u"] * 2},
    "pairs": {"premise": TEXTS, "hypothesis": ["a", "b"] * 3, "label": [0, 1, 1, 0, 2, 2]},
    "regression": {"text": TEXTS, "score": [0.1, 1e-7, 3.0, 2.5, -1.0, 1e22]},
    "multilabel": {"text": TEXTS, "label": ["u|v", "v", "u", "u|v", "w", ""]},
    "numbers": {"f1": [0.1, 2.0, -3.5, 1e-9], "f2": [1, 2, 5, 9], "label": ["x", "y", "x", "y"]},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", TABLES)
def test_every_format_gives_the_same_samples(tables: Any, kind: str, what: str) -> None:
    """A table has one fingerprint, whatever file it is written to."""
    columns = TABLES[what]
    ours = tables.load(f"a.{SUFFIX.get(kind, kind)}", tables.write(kind, columns))
    other = tables.load("a.jsonl", tables.write("jsonl", columns))
    assert ours.fingerprint == other.fingerprint
    np.testing.assert_equal([item.decode() for item in ours.items], [item.decode() for item in other.items])
    assert count_reasons(ours.left_out) == count_reasons(other.left_out)
    assert ours.notes == other.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_encoding_changes_notes_only(tables: Any, kind: str, encoding: str) -> None:
    """Texts are the same in each encoding; a note says what is not UTF-8."""
    columns = {"text": ["née à Paris", "b", "ça va", "d"], "label": ["x", "y"] * 2}
    text = tables.write(kind, columns).decode()
    text = text.replace("\\u00e9", "é").replace("\\u00e7", "ç").replace("\\u00e0", "à")
    samples = tables.load(f"a.{kind}", text.encode(encoding))
    assert [item.decode() for item in samples.items] == columns["text"]
    said = {
        "utf-16": "a.{} was read as UTF-16.",
        "latin-1": "a.{} is not UTF-8 and was read as Windows-1252 (cp1252); if letters are wrong, name "
        "another encoding.",
    }
    assert samples.notes[:-1] == ((said[encoding].format(kind),) if encoding in said else ())


def test_lines_are_those_that_an_editor_shows(tables: Any) -> None:
    """A row is named by the line that it begins on, past blank lines and quoted line breaks."""
    samples = tables.load("a.csv", 'text,label\n"one\ntwo",p\n\nthree,n\r\n"four ""4""",p\nfive,n')
    assert samples.names == ("a.csv:2", "a.csv:5", "a.csv:6", "a.csv:7")
    assert [item.decode() for item in samples.items] == ["one\ntwo", "three", 'four "4"', "five"]
    samples = tables.load("a.csv", "text,label\ra,p\rb,n\rc,p\rd,n")
    assert samples.names == ("a.csv:2", "a.csv:3", "a.csv:4", "a.csv:5")


def test_quotation_marks_in_a_table_with_tabs(tables: Any) -> None:
    """Where they delimit cells they go; where they do not pair up they are letters, which is said."""
    paired = tables.load("a.tsv", 'text\tlabel\n"a\nb"\tp\nc\tn\nd\tp\ne\tn\n')
    assert paired.items[0].decode() == "a\nb"
    loose = tables.load("a.tsv", 'text\tlabel\n"a\tp\nb"\tn\nc\tp\nd\tn\n')
    assert [item.decode() for item in loose.items] == ['"a', 'b"', "c", "d"]
    assert "quotation marks of a.tsv do not pair up" in loose.notes[0]
    assert tables.load("a.tsv", 'text\tlabel\n"a" b\tp\nb\tn\nc\tp\nd\tn\n').items[0].decode() == '"a" b'


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", "", "holds no row that can be read"),
        ("a.csv", "text,label\n", "holds no row that can be read"),
        ("a.csv", "text,label\na,b,c\n", "a.csv:2: wrong number of cells: 3 cells for 2 columns"),
        (
            "a.csv",
            'text,label\n"a" b,p\n',
            "a.csv:2: a quotation mark that is not closed",
        ),
        ("a.csv", 'text,"label\nb,p\nc,n', "The first row of 'a.csv', in line 1, cannot be read"),
        ("a.csv", "text,label,text\na,b,c\n", "two columns named 'text'"),
        ("a.csv", "3,Wall St. falls\n4,Rain\n", "recognised as the label; it has 'column 1', 'column 2'"),
        ("a.csv", b"PK\x03\x04\x00", "'a.csv' contains zero bytes"),
        ("a.json", "[1,", "cannot be read as JSON"),
        ("a.json", "[" * 100_000, "cannot be read as JSON"),
        ("a.json", "[]", "holds no row that can be read"),
        ("a.jsonl", "text,label\nx,y\n", "a.jsonl:1: not JSON"),
        ("a.jsonl", "1\n2\n", "a.jsonl:1: not a JSON object"),
        ("a.json", '{\n"text": "x"\n', "not JSON"),
        ("a.parquet", b"PAR1 nothing", "cannot be read as Parquet"),
        ("a.txt", "A story.\nIt has some lines.\nOf words.\nThat is all.\n", "has lines of varying length"),
        ("a.txt", "word\n", "lines of a single word"),
        ("a.docx", "", "is not a table that can be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tables: Any, name: str, data: str | bytes, said: str) -> None:
    """An error names the file and the line, and says what was expected."""
    with pytest.raises(SamplesError) as caught:
        tables.load(name, data)
    assert said in str(caught.value)


def test_damaged_rows_are_left_out(tables: Any) -> None:
    """A line that is no object, no JSON or no Unicode costs that line alone."""
    rows = [json.dumps({"text": f"t{i}", "label": "pn"[i % 2]}) for i in range(4)]
    lines = [*rows, '{"text": ', "[1]", '{"text": "\\ud800", "label": "p"}', '{"text": "x"}', ""]
    samples = tables.load("a.jsonl", "\n".join(lines))
    assert samples.n_samples == 4
    reasons = {item.name: item.reason for item in samples.left_out}
    assert reasons.pop("a.jsonl:5").startswith("not JSON: ")
    assert reasons == {
        "a.jsonl:6": "not a JSON object",
        "a.jsonl:7": "not Unicode: half of a surrogate pair",
        "a.jsonl:8": "no label",
    }


def test_a_key_may_come_late(tables: Any) -> None:
    """A key that some rows lack is an empty cell there, however many rows came before."""
    n = ROWS_AT_ONCE + 3
    rows = [{"text": f"t{i}", "label": "p"} for i in range(n)] + [
        {"label": "n", "text": "x", "user": "u", "f": 1}
    ]
    table = open_table(tables.entry("a.jsonl", "\n".join(map(json.dumps, rows))), DEFAULT_LIMITS)
    assert table.columns == ("text", "label", "user", "f")
    assert list(table.cells("user")) == [*[""] * n, "u"]
    assert list(table.cells("f")) == [*[""] * n, "1"]


def test_a_column_of_numbers_may_turn_into_words(tables: Any) -> None:
    """Cells keep their own text where words come after thousands of numbers."""
    cells = ["1.50"] * (ROWS_AT_ONCE + 1) + ["word"]
    marks = ["NA"] * len(cells)
    text = "a,b,c,d\n" + "".join(f"{cell},{mark},1.50,\n" for cell, mark in zip(cells, marks, strict=True))
    table = open_table(tables.entry("a.csv", text), DEFAULT_LIMITS)
    assert list(table.words["a"]) == cells
    assert list(table.words["b"]) == marks
    assert set(table.words["d"]) == {""}
    assert table.numbers.keys() == {"c"}
    assert np.all(table.numbers["c"] == 1.5)


def test_identifiers_keep_their_digits(tables: Any) -> None:
    """Long integers and codes are words in every format: as numbers some would become equal."""
    for kind, ids in (
        ("csv", ["1234567890123456789", "1234567890123456788"]),
        ("parquet", [2**60, 2**60 + 1]),
    ):
        table = open_table(
            tables.entry(f"a.{kind}", tables.write(kind, {"user": ids, "b": [1, 2]})), DEFAULT_LIMITS
        )
        assert list(table.words["user"]) == [str(value) for value in ids]


def test_columns_of_bytes_are_not_read(tables: Any) -> None:
    """A Parquet column of bytes is named, not turned into text."""
    columns = {"text": ["a", "b", "c", "d"], "label": [0, 1, 0, 1], "image": [b"x"] * 4}
    assert (
        "Columns of binary data are not read: 'image'."
        in tables.load("a.parquet", tables.write("parquet", columns)).notes
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_may_have_too_many_rows(tables: Any, kind: str) -> None:
    """More rows than the limit are an error that says how many are accepted."""
    data = tables.write(kind, {"text": list("abcdef"), "label": ["p", "n"] * 3})
    limits = replace(DEFAULT_LIMITS, max_rows=6)
    assert tables.load(f"a.{kind}", data, limits).n_samples == 6
    with pytest.raises(SamplesError, match=r"more than the 5 rows|at most 5 rows"):
        tables.load(f"a.{kind}", data, replace(limits, max_rows=5))


def test_a_long_cell_is_read(tables: Any) -> None:
    """A document longer than the csv module's own bound is read; one beyond the limit is left out."""
    text = "text,label\n" + "".join(f"{letter * 200_000},{'pn'[i % 2]}\n" for i, letter in enumerate("abcd"))
    text += f"{'e' * 200_001},p\n"
    samples = tables.load("a.csv", text, replace(DEFAULT_LIMITS, max_text_chars=200_000))
    assert samples.n_samples == 4
    assert samples.left_out[0].reason == "text too long: 200,001 characters; at most 200,000 are read"
