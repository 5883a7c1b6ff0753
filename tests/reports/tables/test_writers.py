"""Files say what the table says, to the last digit, and run nothing that somebody wrote into a name."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ptmrank_core.reports.exports import FORMATS, Export, resolve_formats, zip_files
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.reports.tables.table import Column, Table, fixed, shown
from ptmrank_core.reports.tables.writers import csv_text, json_text, latex_text, markdown_text, parquet_bytes
from tests.reports.results import HOSTILE, certain, hostile_result

NAMES = Table(
    "names",
    "Names",
    (Column("name", "name"), Column("value", "value", "number", fixed(2)), Column("n", "n", "integer")),
    tuple((name, -1 / 3, None) for name in HOSTILE),
)


@pytest.fixture
def tables() -> tuple[Table, ...]:
    """Every table of a hostile run."""
    result = hostile_result()
    return run_tables(result, certain(result))


def test_csv_reads_back_with_every_digit(tables: tuple[Table, ...]) -> None:
    """There are the same floats, whole numbers and gaps; there is no 0 or NaN for what is unknown."""
    for table in tables:
        # As text: pandas 3.0 rounds a float that it reads in the last digit.
        frame = pd.read_csv(io.StringIO(csv_text(table)), dtype=str, keep_default_na=False)
        for column in table.columns:
            if column.kind != "text":
                read = [float(text) if text else None for text in frame[column.key]]
                assert read == table.values(column.key), (table.name, column.key)


def test_no_csv_cell_begins_a_formula(tables: tuple[Table, ...]) -> None:
    """A text that begins like a formula gets an apostrophe; a negative number stays a number."""
    for table in tables:
        for row in csv.reader(io.StringIO(csv_text(table), newline="")):
            for cell in row:
                assert not cell or cell[0] not in "=+-@\t\r\n" or float(cell) <= 0
    [_, *rows] = csv.reader(io.StringIO(csv_text(NAMES), newline=""))
    assert [row[0] for row in rows] == [f"'{name}" if name[0] in "=-@" else name for name in HOSTILE]
    assert {row[1] for row in rows} == {repr(-1 / 3)}
    assert {row[2] for row in rows} == {""}


def test_other_starts_of_formulas_are_known() -> None:
    """Tabs, line breaks and full-width signs, which some spreadsheets take for the plain ones, count too."""
    names = ("\t=1", "\r=1", "\n=1", "\uff1d1", "+1", "@x", "'=1", "a=1")
    table = Table("t", "t", (Column("name", "name"),), tuple((name,) for name in names))
    [_, *rows] = csv.reader(io.StringIO(csv_text(table), newline=""))
    assert [row[0].startswith("'") for row in rows] == [True] * 7 + [False]


def test_json_reads_back_exactly(tables: tuple[Table, ...]) -> None:
    """Every value of every table is there as it was, texts included; unknown is null."""
    payload = json.loads(json_text(tables, {"run": "r"}))
    assert payload["run"] == "r"
    for table in tables:
        assert payload["tables"][table.name]["rows"] == table.records()


def test_parquet_reads_back_exactly(tables: tuple[Table, ...]) -> None:
    """Types are string, int64 and float64, also where nothing is known; values and nulls are the same."""
    types = {"text": "string", "integer": "int64", "number": "double"}
    for table in tables:
        read = pq.read_table(io.BytesIO(parquet_bytes(table, {"run": "r"})))
        assert read.to_pylist() == table.records()
        assert [str(field.type) for field in read.schema] == [types[c.kind] for c in table.columns]
        assert read.schema.metadata[b"run"] == b"r"


def unescaped(line: str) -> list[str]:
    """Cells of a Markdown row, read as a Markdown reader does: by pipes without a backslash."""
    cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
    return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in cells]


def test_markdown_says_what_is_shown() -> None:
    """Each row has its cells, on one line; marks, tags and links are plain text; numbers are as shown."""
    lines = markdown_text([NAMES]).splitlines()
    assert lines[:4] == ["### Names", "", "| name | value |", "| --- | ---: |"]
    rows = [unescaped(line) for line in lines[4:] if line]
    assert [row[0] for row in rows] == [" ".join(name.split()) for name in HOSTILE]
    assert {row[1] for row in rows} == {"-0.33"}
    text = "\n".join(lines[4:])
    for mark in "<>*$`&":
        assert not re.search(rf"(?<!\\)(?:\\\\)*{re.escape(mark)}", text), mark
    assert "http://" not in text


def test_latex_is_balanced_and_runs_nothing(tables: tuple[Table, ...]) -> None:
    """Braces and environments close; no dollar, per cent, ampersand or command comes from a name."""
    text = latex_text(tables)
    without = re.sub(r"\\[{}%$&#_]", "", text)  # escaped marks
    assert without.count("{") == without.count("}")
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == text.count(r"\toprule")
    assert r"\frac" not in text
    assert r"\textbackslash{}frac\{1\}\{2\}" in text
    allowed = {
        *("begin", "end", "caption", "centering", "small", "toprule", "midrule", "bottomrule", "tau"),
        *("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar"),
        *("textquotedbl", "textasciigrave", "textsuperscript", "usepackage", "linewidth"),
    }
    assert set(re.findall(r"(?<!\\)\\([a-zA-Z]+)", text)) <= allowed
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert all(not re.search(r"(?<!\\)[%#_^~]", line) for line in body)


def test_every_latex_row_has_its_columns(tables: tuple[Table, ...]) -> None:
    """The ampersands of a row are those between its columns."""
    for block in latex_text(tables).split(r"\begin{tabular}{")[1:]:
        n_columns = len(re.sub(r"p\{[^}]*\}", "p", block.splitlines()[0]).rstrip("}"))
        rows = [line for line in block.splitlines() if line.endswith(r"\\")]
        assert rows
        for row in rows:
            assert len(re.findall(r"(?<!\\)&", row)) == n_columns - 1


def test_markdown_and_latex_show_the_same_numbers(tables: tuple[Table, ...]) -> None:
    """Every number of every known column is in both as the page shows it."""
    markdown, latex = markdown_text(tables), latex_text(tables)
    ranking = tables[0]
    for column in ranking.columns:
        for value in ranking.values(column.key):
            if column.kind != "text" and value is not None:
                text = shown(value, column)
                assert f" {text} |" in markdown
                assert text.replace("-", "$-$") in latex


def test_formats_are_found_by_name() -> None:
    """All by default, in their order; an unknown one is told with the nearest."""
    assert resolve_formats(None) == resolve_formats("all") == tuple(FORMATS)
    assert resolve_formats("csv, html,csv") == ("csv", "html")
    with pytest.raises(Exception, match="Did you mean 'latex'"):
        resolve_formats("latx")


def test_the_same_run_gives_the_same_files() -> None:
    """No clock and no order of chance: two exports are equal, also as a zip."""
    result = hostile_result()
    export = Export(result, certain(result))
    for format_ in FORMATS.values():
        assert format_.write(export) == format_.write(export)
    files = FORMATS["csv"].write(export)
    assert zip_files(files) == zip_files(files)
    assert set(files) >= {"ranking.csv", "votes.csv", "agreement.csv", "probe.csv", "missing.csv"}


def test_sentences_have_lines_in_latex() -> None:
    """A column of sentences wraps, one of names does not."""
    columns = (Column("a", "a"), Column("b", "b"), Column("n", "n", "integer"))
    table = Table("t", "t", columns, (("short", "word " * 20, 1), (None, None, None)))
    assert r"\begin{tabular}{lp{0.4\linewidth}r}" in latex_text([table])
