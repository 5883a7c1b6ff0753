"""Tables as spreadsheets and programs write them: delimiters, quotation marks, headers, odd rows."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading

TEXTS = ["a film, and a good one", "a dull film", "great; really", "two hours lost", "fine", "not again"]


def _texts(samples: Any) -> list[str]:
    return [item.decode() for item in samples.items]


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
@pytest.mark.parametrize("line", ["sep={}\n", "SEP={}\r\n", '"sep={}"\n'])
def test_excels_own_line_names_the_delimiter(tables: Any, mark: str, line: str) -> None:
    """The line is neither the header nor a row, and lines keep their numbers."""
    rows = "".join(f'"{text}"{mark}{"pn"[i % 2]}\n' for i, text in enumerate(TEXTS))
    samples = tables.load("a.csv", f"{line.format(mark)}text{mark}label\n{rows}")
    assert _texts(samples) == TEXTS
    assert samples.names[0] == "a.csv:3"


@pytest.mark.parametrize(
    "row", ['"He said" hello,p', '"never closed,p', '"closed by the next" row",p', 'x,"p', '"a""b" c,p']
)
def test_an_odd_quotation_mark_costs_its_row(tables: Any, row: str) -> None:
    """The row is left out under its line; every row after it is read, with its own line."""
    good = "".join(f'"{text}",{"pn"[i % 2]}\n' for i, text in enumerate(TEXTS))
    samples = tables.load("a.csv", f"text,label\n{row}\n{good}")
    assert _texts(samples) == TEXTS
    assert samples.names == tuple(f"a.csv:{i}" for i in range(3, 9))
    (item,) = samples.left_out
    assert item.name == "a.csv:2"
    assert item.reason.startswith("a quotation mark that is not closed, or that text follows")


def test_an_odd_quotation_mark_in_the_last_row(tables: Any) -> None:
    """Nothing comes after it, and nothing before it is lost."""
    good = "".join(f'"{text}",{"pn"[i % 2]}\n' for i, text in enumerate(TEXTS))
    samples = tables.load("a.csv", f'text,label\n{good}"open,p')
    assert samples.n_samples == 6
    assert [item.name for item in samples.left_out] == ["a.csv:8"]


def test_quotation_marks_after_a_backslash(tables: Any) -> None:
    """Programs that do not double a quotation mark write a backslash before it."""
    rows = "".join(f'"he said \\"{text}\\"",{"pn"[i % 2]}\n' for i, text in enumerate(TEXTS))
    assert _texts(tables.load("a.csv", f"text,label\n{rows}")) == [f'he said "{text}"' for text in TEXTS]
    paths = "".join(f'"C:\\{i}\\",{"pn"[i % 2]}\n' for i in range(4))
    assert _texts(tables.load("a.csv", f"text,label\n{paths}"))[0] == "C:\\0\\"


@pytest.mark.parametrize("n_open", [1, 300])
def test_many_open_quotation_marks_take_linear_time(tables: Any, n_open: int) -> None:
    """Each row is read a bounded number of times, however many rows never close their quotation mark."""
    n_rows = 40_000
    every = n_rows // n_open
    rows = [f'"open {i},p' if i % every == 0 else f"text {i},{'pn'[i % 2]}" for i in range(n_rows)]
    start = time.perf_counter()
    table = open_table(tables.entry("a.csv", "text,label\n" + "\n".join(rows)), DEFAULT_LIMITS)
    assert time.perf_counter() - start < 60
    assert len(table.left_out) >= 1
    assert n_open > 1 or table.n_rows == n_rows - 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("text;label\na, b;p\nc, d;n\ne, f;p\ng, h;n\n", "a, b"),
        ("text|label\na, b; x|p\nc, d; y|n\ne;p|p\ng, h|n\n", "a, b; x"),
        ("text\tlabel\na, b\tp\nc\tn\ne\tp\ng, h\tn\n", "a, b"),
        ("text,label\na;b,p\nc;d,n\ne;f,p\ng,n\n", "a;b"),
        ("text;score\na;0,5\nb;1,0\nc;1,5\nd;2,0\n", "a"),
        ("text,label,\na,p,\nb,n,\nc,p,\nd,n,\n", "a"),
        ("text,label\na,p,\nb,n,,\nc,p\nd,n,\n", "a"),
        ("text,label\ra,p\rb,n\rc,p\rd,n", "a"),
        ("text,label\r\n\r\na,p\r\n,\r\nb,n\r\nc,p\r\nd,n\r\n", "a"),
        ("# made by a program\n# on a day\ntext,label\na,p\nb,n\nc,p\nd,n\n", "a"),
        ("# a line\n" * 3 + "text,label\na,p\nb,n\nc,p\nd,n\n", "a"),
        ("Reviews of May\n\ntext;label\na;p\nb;n\nc;p\nd;n\n", "a"),
        ("text,label\0\na,p\nb,n\0\nc,p\nd,n\n", "a"),
    ],
)
def test_a_delimiter_is_found_by_the_rows(tables: Any, text: str, first: str) -> None:
    """Commas in texts and decimals, empty ends of lines, comments and titles do not mislead."""
    samples = tables.load("a.csv", text)
    assert samples.n_samples == 4
    assert _texts(samples)[0] == first
    assert samples.columns is not None
    assert samples.columns.text == ("text",)
    assert set(samples.columns.ignored) == set()


def test_odd_rows_are_left_out_with_their_reasons(tables: Any) -> None:
    """A row that is too long or too short, a comment, and a header in the middle cost themselves alone."""
    text = "text,label\na,p\nb,n,x\n# a comment\nc\ntext,label\nd,n\ne,p\n#tag,n\n"
    samples = tables.load("a.csv", text)
    assert _texts(samples) == ["a", "d", "e", "#tag"]
    assert {item.name: item.reason for item in samples.left_out} == {
        "a.csv:3": "wrong number of cells: 3 cells for 2 columns",
        "a.csv:4": "a comment",
        "a.csv:5": "wrong number of cells: 1 cells for 2 columns",
        "a.csv:6": "names the columns once more",
    }


HEADERLESS = [
    "".join(f"a text of some length, number {i}|{'pos' if i % 2 else 'neg'}\n" for i in range(12)),
    "".join(f"{5 + i / 10},{3 + i / 7:.2f},{'setosa' if i < 6 else 'virginica'}\n" for i in range(12)),
    "".join(f"{i % 2},word{i} and some more words\n" for i in range(12)),
]


@pytest.mark.parametrize("text", HEADERLESS)
def test_a_table_without_a_header_is_noticed(tables: Any, text: str) -> None:
    """The first row is a sample like the others, columns are named by position, and a note says so."""
    entry = tables.entry("a.csv", text)
    table = open_table(entry, DEFAULT_LIMITS)
    assert table.n_rows == 12
    assert table.columns == tuple(f"column {i + 1}" for i in range(len(table.columns)))
    assert table.notes == (
        "The first line of a.csv is a row of data; its columns are named by their positions.",
    )
    named = open_table(entry, DEFAULT_LIMITS, Reading(has_header=True))
    assert named.n_rows == 11


def test_samples_of_a_table_without_a_header(tables: Any) -> None:
    """Text and label are recognised by what they hold."""
    samples = tables.load("a.csv", HEADERLESS[0])
    assert samples.n_samples == 12
    assert samples.class_names == ("neg", "pos")
    assert samples.names[0] == "a.csv:1"


@pytest.mark.parametrize(
    "text",
    [
        "text,comedy\nfunny film,comedy\nsad film,drama\nlong film,drama\nbad film,comedy\n",
        "text,2019\na,1\nb,3\nc,5\nd,7\n",
        "name,2018,2022\na,1,2\nb,3,4\nc,5,6\nd,7,8\n",
    ],
)
def test_an_unclear_header_is_asked_about(tables: Any, text: str) -> None:
    """Where something speaks for either, both readings are offered, and each answer gives what it shows."""
    entry = tables.entry("a.csv", text)
    with pytest.raises(UnclearReadingError) as caught:
        open_table(entry, DEFAULT_LIMITS)
    assert caught.value.fields == (InputField.HAS_HEADER,)
    readings = [Reading(**option.changes) for option in caught.value.options]
    read = [open_table(entry, DEFAULT_LIMITS, reading) for reading in readings]
    assert [table.n_rows for table in read] == [4, 5]
    for option, table in zip(caught.value.options, read, strict=True):
        assert option.preview[0] == " | ".join(table.columns)
        assert option.preview[1].split(" | ")[0] == table.cells(table.columns[0])[0]


@pytest.mark.parametrize(
    "header", ["text,label", "0,1", "Unnamed: 0,species", "sepal length,species", "1995,1996"]
)
def test_names_are_not_data(tables: Any, header: str) -> None:
    """Words above numbers, numbered columns, years in order and usual names are headers."""
    last = [str(i) if header[0] in "01" else "ab"[i % 2] for i in range(12)]
    rows = "".join(f"{i + 0.5},{cell}\n" for i, cell in enumerate(last))
    table = open_table(tables.entry("a.csv", f"{header}\n{rows}"), DEFAULT_LIMITS)
    assert table.columns == tuple(header.split(","))
    assert table.n_rows == 12


def test_two_columns_of_one_name_are_refused(tables: Any) -> None:
    """Which of them is meant cannot be told."""
    with pytest.raises(SamplesError, match="two columns named 'text'"):
        tables.load("a.csv", "text,label,text\na,p,b\nc,n,d\n")


def test_a_cell_without_end_is_named(tables: Any) -> None:
    """A line of millions of letters is no row, and said to be too long."""
    long = "x" * (2 * DEFAULT_LIMITS.max_text_chars + 1)
    samples = tables.load("a.csv", f"text,label\na,p\n{long},n\nb,n\nc,p\nd,n\n")
    assert samples.n_samples == 4
    assert samples.left_out[0].reason.startswith("a cell that is too long, or a quotation mark")
