"""Spreadsheets are tables: which sheet, where the table begins in it, and how its cells are spelled."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from ptmrank_core.data import DEFAULT_LIMITS, load_samples
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.uploads import store_upload
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.records import Reading
from tests.data.tables.old_excel import write_xls

Rows = Sequence[Sequence[Any]]
REVIEWS: Rows = [("text", "label"), *((f"film number {i}", "pn"[i % 2]) for i in range(6))]


def _xlsx(**sheets: Rows) -> bytes:
    """Write a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _ods(**sheets: Rows) -> bytes:
    """Write a spreadsheet of OpenDocument."""
    book = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for value in row:
                is_number = isinstance(value, float | int)
                facts: dict[str, Any] = (
                    {"valuetype": "float", "value": value} if is_number else {"valuetype": "string"}
                )
                cell = TableCell(**facts)
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    file = io.BytesIO()
    book.write(file)
    return file.getvalue()


def _xls(**sheets: Rows) -> bytes:
    """Write a spreadsheet of Excel 97."""
    [rows] = sheets.values()
    return write_xls(rows)


WRITERS: Mapping[str, Any] = {"xlsx": _xlsx, "ods": _ods, "xlsm": _xlsx, "xls": _xls}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("place", ["alone", "folder", "zip", "upload"])
def test_a_spreadsheet_is_a_table_wherever_it_lies(tmp_path: Path, suffix: str, place: str) -> None:
    """Alone, in a folder, in a zip archive and uploaded, it gives the samples of the same table as text."""
    data = WRITERS[suffix](Sheet1=REVIEWS)
    source = tmp_path / "data" / f"reviews.{suffix}"
    source.parent.mkdir()
    if place == "zip":
        source = source.with_name("reviews.zip")
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr(f"reviews.{suffix}", data)
    elif place == "upload":
        source = store_upload([(f"reviews.{suffix}", data)], tmp_path / "uploads")
    else:
        source.write_bytes(data)
    samples = load_samples(source.parent if place == "folder" else source)
    assert [item.decode() for item in samples.items] == [text for text, _ in REVIEWS[1:]]
    assert samples.class_names == ("n", "p")
    assert samples.names[0] == f"reviews.{suffix}:2"
    text = "text,label\n" + "".join(f"{text},{label}\n" for text, label in REVIEWS[1:])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert samples.fingerprint == load_samples(tmp_path / "a.csv").fingerprint


def test_cells_are_spelled_as_the_program_shows_them(tables: Any) -> None:
    """Whole numbers have no point, dates no hours, and what is true is true."""
    day = dt.datetime(2024, 1, 2)  # noqa: DTZ001 - spreadsheets know no time zones
    rows = [
        ("text", "n", "mark", "when", "is", "code", "gap"),
        ("a", 1, 0.5, day, True, "007", None),
        ("b", 2.0, 1e-7, day.replace(hour=3), False, "12", None),
        ("c", None, 3, None, True, "x", None),
    ]
    table = open_table(tables.entry("a.xlsx", _xlsx(s=rows)), DEFAULT_LIMITS)
    assert table.columns == ("text", "n", "mark", "when", "is", "code", "gap")
    assert list(table.cells("n")) == ["1", "2", ""]
    assert list(table.cells("mark")) == ["0.5", "1e-07", "3"]
    assert list(table.cells("when")) == ["2024-01-02", "2024-01-02 03:00:00", ""]
    assert list(table.cells("is")) == ["true", "false", "true"]
    assert list(table.cells("code")) == ["007", "12", "x"]


def test_the_table_may_lie_anywhere_on_the_sheet(tables: Any) -> None:
    """Titles, empty rows and empty columns are no part of it; rows keep the numbers that are shown."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C2"] = "Reviews of May"
    for i, row in enumerate([*REVIEWS[:4], (), *REVIEWS[4:]]):
        for j, value in enumerate(row):
            sheet.cell(4 + i, 3 + 2 * j, value)
    file = io.BytesIO()
    book.save(file)
    samples = tables.load("a.xlsx", file.getvalue())
    assert samples.names == tuple(f"a.xlsx:{line}" for line in (5, 6, 7, 9, 10, 11))
    assert "Not part of the table: the first row of a.xlsx." in samples.notes


def test_cells_merged_downwards_hold_for_each_row(tables: Any) -> None:
    """A class that is written once beside its rows is the class of them all."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(("label", "text"))
    for i in range(6):
        sheet.append(("pn"[i // 3] if i % 3 == 0 else None, f"film number {i}"))
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A5:A7")
    file = io.BytesIO()
    book.save(file)
    samples = tables.load("a.xlsx", file.getvalue())
    assert [samples.class_names[label] for label in samples.labels] == ["p"] * 3 + ["n"] * 3


def test_the_only_sheet_with_a_table_is_taken(tables: Any) -> None:
    """Notes and empty sheets beside it are named; hidden sheets are not even looked at."""
    data = _xlsx(notes=[("Made in May",), ("By hand",)], empty=[], reviews=REVIEWS)
    samples = tables.load("a.xlsx", data)
    assert samples.n_samples == 6
    assert "Sheet 'reviews' of a.xlsx is read; not used: 'notes'." in samples.notes
    book = openpyxl.load_workbook(io.BytesIO(_xlsx(old=REVIEWS, reviews=REVIEWS)))
    book["old"].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    assert tables.load("a.xlsx", file.getvalue()).n_samples == 6


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_several_sheets_with_tables_are_asked_about(tables: Any, suffix: str) -> None:
    """Each option shows its first rows, and its answer reads them."""
    other = [("text", "label"), *((f"book number {i}", "xy"[i % 2]) for i in range(4))]
    data = WRITERS[suffix](films=REVIEWS, books=other)
    with pytest.raises(UnclearReadingError) as caught:
        tables.load(f"a.{suffix}", data)
    assert caught.value.fields == (InputField.SHEET,)
    assert [option.changes for option in caught.value.options] == [{"sheet": "films"}, {"sheet": "books"}]
    assert caught.value.options[1].preview[1] == "book number 0 | x"
    read = [tables.load(f"a.{suffix}", data, **option.changes) for option in caught.value.options]
    assert [samples.n_samples for samples in read] == [6, 4]
    assert tables.load(f"a.{suffix}", data, sheet="Books").class_names == ("x", "y")
    with pytest.raises(UnknownNameError, match=r"Unknown sheet 'filmz'\. Did you mean 'films'"):
        tables.load(f"a.{suffix}", data, sheet="filmz")


def test_sheets_named_after_parts_are_parts(tmp_path: Path) -> None:
    """Training and validation are taken, the test sheet is not, unless it is asked for."""
    more = [("text", "label"), *((f"book number {i}", "pn"[i % 2]) for i in range(4))]
    (tmp_path / "a.xlsx").write_bytes(_xlsx(Train=REVIEWS, Test=more, notes=[("by hand",)]))
    samples = load_samples(tmp_path / "a.xlsx")
    assert samples.n_samples == 6
    assert samples.parts == {"train": 6, "test": 4}
    assert samples.names[0] == "a/Train.xlsx:2"
    everything = load_samples(tmp_path / "a.xlsx", Reading(parts=("all",)))
    assert everything.n_samples == 10
    assert load_samples(tmp_path / "a.xlsx", Reading(sheet="test")).n_samples == 4


def test_a_spreadsheet_may_list_files(make: Any, tmp_path: Path) -> None:
    """A manifest of pictures as .xlsx."""
    files = {f"{i}.png": make.picture(i) for i in range(4)}
    rows = [("file", "label"), *((f"{i}.png", "ab"[i % 2]) for i in range(4))]
    folder = make.folder(tmp_path / "a", files | {"labels.xlsx": _xlsx(s=rows)})
    assert load_samples(folder).class_names == ("a", "b")


def _far() -> bytes:
    """A workbook of two cells, in its first and in its last place."""
    book = openpyxl.Workbook()
    book.active["A1"] = "text"
    book.active.cell(1_048_576, 16_384, "far")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _repeated() -> bytes:
    """A spreadsheet of one cell that says to be repeated billions of times."""
    source = io.BytesIO(_ods(s=[("x", "y")]))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            if info.filename == "content.xml":
                data = data.replace(
                    b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16000" '
                ).replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">')
            after.writestr(info, data)
    return target.getvalue()


PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>",
}


def _long_string() -> bytes:
    """A workbook in which many cells share one very long text."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    row = "<row>" + '<c t="s"><v>0</v></c>' * 400 + "</row>"
    parts = PARTS | {
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{row * 400}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}><si><t>{'x' * 32_000}</t></si></sst>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot bound the memory of a process")
@pytest.mark.parametrize("make_book", [_far, _repeated, _long_string])
def test_a_small_file_takes_little_memory(tmp_path: Path, make_book: Any) -> None:
    """What would take gigabytes is refused, and neither this process nor its child takes one."""
    suffix = "ods" if make_book is _repeated else "xlsx"
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(make_book())
    assert path.stat().st_size < 50_000
    script = (
        "import resource, sys\n"
        "from ptmrank_core.data import load_samples\n"
        "from ptmrank_core.errors import SamplesError\n"
        "try:\n    load_samples(sys.argv[1])\n"
        "except SamplesError as error:\n    print(error.message)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "status = open('/proc/self/status').read()\n"  # its own resource usage counts that of its parent
        "print(status.split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, env=os.environ
    )
    said, *kilobytes = done.stdout.strip().splitlines()
    assert "a.xlsx' " in said or "a.ods' " in said
    assert "cannot be read" in said or "unpacks to more than" in said
    assert max(map(int, kilobytes)) < 1_000_000


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"PK\x03\x04", "'a.xlsx' cannot be read: it is damaged, or no spreadsheet"),
        ("a.xlsx", b"", "it is damaged, or no spreadsheet"),
        ("a.ods", b"text,label\n", "it is damaged, or no spreadsheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it is damaged, or no spreadsheet"),
        ("a.xlsx", _xlsx(s=[]), "'a.xlsx' holds no cell"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(tables: Any, name: str, data: bytes, said: str) -> None:
    """A damaged or empty file is named, with what to do."""
    with pytest.raises(SamplesError) as caught:
        tables.load(name, data)
    assert said in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("a.numbers", "a spreadsheet of Numbers", "Export it as .xlsx"),
        ("a.gsheet", "a pointer to Google Sheets", "Download the table"),
    ],
)
def test_other_spreadsheets_say_what_to_do(tmp_path: Path, name: str, what: str, said: str) -> None:
    """A file of Numbers, and one that only points to Google Sheets."""
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(SamplesError, match=f"is {what}, which is not read") as caught:
        load_samples(tmp_path / name)
    assert said in caught.value.hint


def test_a_header_and_numbers_as_in_any_table(tables: Any) -> None:
    """Sheets without a header are noticed, and texts that are numbers are read as such."""
    rows = [(f"a text of some length, number {i}", "pos" if i % 2 else "neg") for i in range(12)]
    samples = tables.load("a.xlsx", _xlsx(s=rows))
    assert samples.n_samples == 12
    commas = [("text", "score"), *((f"film {i}", f"{i % 4},5") for i in range(8))]
    assert tables.load("a.xlsx", _xlsx(s=commas)).target_kind == "regression"
    assert (
        open_table(tables.entry("a.xlsx", _xlsx(s=rows)), DEFAULT_LIMITS, Reading(has_header=True)).n_rows
        == 11
    )
