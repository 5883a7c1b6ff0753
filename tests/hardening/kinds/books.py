"""Spreadsheets written by hand: the XML of .xlsx and .ods with odd references, types, merges and names."""

from __future__ import annotations

import random
from pathlib import Path
from xml.sax.saxutils import escape

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.archives import RawEntry, raw_zip
from tests.hardening.kinds.delimited import given
from tests.hardening.kinds.rows import Rows, make_rows
from tests.hardening.mutate import mutate

__all__ = ["KINDS"]

ODD = (0.0, 0.0, 0.01, 0.01, 0.2)
"""Share of odd cells in a sheet."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
EIGHT_TIMES = '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{EIGHT_TIMES}]>'
PLACES = ("A0", "XFD1048576", "ZZZZ9", "1A", "", "A99999999999", "$A$1")
MERGES = ("A2:A9", "A1:XFD1048576", "B:A", "x")
REPEATS = ("3", "1000000000", "-1", "x")


def _plain(text: object) -> str:
    """Escape a text for XML; what XML cannot hold stays out, mostly."""
    told = str(text).encode("utf-8", "replace").decode()
    return escape("".join(c for c in told if c in "\t\n" or ord(c) >= 32)[:2000], {'"': "&quot;"})


def _tag(kind: str, inner: str = "", /, **attributes: object) -> str:
    """Write an element; in the name of an attribute ``__`` stands for a colon, ``_`` for a hyphen."""
    names = {key: key.replace("__", ":").replace("_", "-") for key in attributes}
    told = "".join(f' {names[key]}="{value}"' for key, value in attributes.items())
    return f"<{kind}{told}>{inner}</{kind}>"


def _column(number: int) -> str:
    letters = ""
    while number >= 0:
        letters, number = chr(65 + number % 26) + letters, number // 26 - 1
    return letters


def _cell(place: str, value: object, rng: random.Random, odd: float) -> str:
    told = _plain(value)
    if rng.random() >= odd:
        return _tag("c", _tag("is", _tag("t", told)), r=place, t="inlineStr")
    return rng.choice([
        _tag("c", _tag("v", told), r=place), _tag("c", _tag("v", told), r=place, t="b"), _tag("c", _tag("v",
            "#N/A"), r=place, t="e"),
        _tag("c", _tag("v", rng.choice(["0", "1", "-1", "999999", "x"])), r=place, t="s"), _tag("c",
            _tag("v", told), r=place, t="d"),
        _tag("c", _tag("v", _plain(junk.number(rng))), r=place, s=99), _tag("c", _tag("v", told), t="str"),
        _tag("c", _tag("f", "1/0"), r=place), _tag("c", _tag("v", "1"), r=rng.choice(PLACES)),
    ])  # fmt: skip


def _sheet(rows: Rows, rng: random.Random) -> str:
    lines, odd = [], rng.choice(ODD)
    for number, cells in enumerate([rows.columns, *rows.cells], start=1):
        own = "".join(_cell(f"{_column(i)}{number}", value, rng, odd) for i, value in enumerate(cells))
        place = number if rng.random() >= odd / 5 else rng.choice([0, -1, 1_048_576, 10**12, 1])
        lines.append(_tag("row", own, r=place))
    merges = _tag("mergeCells", _tag("mergeCell", ref=rng.choice(MERGES))) if rng.random() < 0.3 else ""
    size = _tag("dimension", ref=rng.choice(["A1:B9", "A1:XFD1048576", "x"])) if rng.random() < 0.5 else ""
    return HEAD + _tag("worksheet", size + _tag("sheetData", "".join(lines)) + merges, xmlns=MAIN)


def _xlsx(rng: random.Random, folder: Path) -> Call:
    n_sheets = rng.choice([1, 1, 1, 2, 3])
    sheets = targets = ""
    for i in range(n_sheets):
        name = _plain(rng.choice([f"Sheet{i}", junk.text(rng)]))
        state = rng.choice(["visible"] * 5 + ["hidden", "veryHidden", "x"])
        sheets += _tag("sheet", name=name, sheetId=i + 1, state=state, r__id=f"rId{i + 1}")
        target = f"{rng.choice(['', '', '', '/xl/', '../../'])}worksheets/s{i}.xml"
        targets += _tag("Relationship", Id=f"rId{i + 1}", Type=f"{RELATIONS}/worksheet", Target=target)
    strings = _tag("si", _tag("t", "cat")) + _tag("si", _tag("r", _tag("t", "&amp;")))
    types = _tag("Override", PartName="/xl/workbook.xml", ContentType=WORKBOOK)
    first = _tag("Relationship", Id="rId1", Type=f"{RELATIONS}/officeDocument", Target="xl/workbook.xml")
    parts = {
        "[Content_Types].xml": HEAD + _tag("Types", types, xmlns=f"{PACKAGE}/content-types"),
        "_rels/.rels": HEAD + _tag("Relationships", first, xmlns=f"{PACKAGE}/relationships"),
        "xl/workbook.xml": HEAD + _tag("workbook", _tag("sheets", sheets), xmlns=MAIN, xmlns__r=RELATIONS),
        "xl/_rels/workbook.xml.rels": HEAD + _tag("Relationships", targets, xmlns=f"{PACKAGE}/relationships"),
        "xl/sharedStrings.xml": HEAD + rng.choice(["", "", BOMB]) + _tag("sst", strings, xmlns=MAIN, count=2),
        **{f"xl/worksheets/s{i}.xml": _sheet(make_rows(rng), rng) for i in range(n_sheets)},
    }
    return _packed(parts, ".xlsx", rng, folder)


def _open_row(cells: list[object], rng: random.Random, odd: float) -> str:
    """Write a row of an OpenDocument sheet; a cell or the whole row may say that it stands for many."""
    own = ""
    for value in cells:
        kind = rng.choice(["float", "date", "boolean", "percentage", "x"]) if rng.random() < odd else "string"
        more = {} if kind == "string" else {"office__value": _plain(value)}
        if rng.random() < odd:
            more["table__number_columns_repeated"] = rng.choice(REPEATS)
        own += _tag("table:table-cell", _tag("text:p", _plain(value)), office__value_type=kind, **more)
    more = {"table__number_rows_repeated": rng.choice(["2", "1048576"])} if rng.random() < odd / 2 else {}
    return _tag("table:table-row", own, **more)


def _ods(rng: random.Random, folder: Path) -> Call:
    rows, odd = make_rows(rng), rng.choice(ODD)
    lines = "".join(_open_row(cells, rng, odd) for cells in [rows.columns, *rows.cells])
    sheet = _tag("table:table", lines, table__name=_plain(rng.choice(["Sheet", junk.text(rng)])))
    spaces = {f"xmlns__{name}": f"{OPEN}:{name}:1.0" for name in ("office", "table", "text")}
    body = _tag("office:body", _tag("office:spreadsheet", sheet))
    content = _tag("office:document-content", body, **spaces)
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": HEAD + rng.choice(["", "", "", BOMB]) + content,
        "META-INF/manifest.xml": HEAD + _tag("manifest:manifest", xmlns__manifest=f"{OPEN}:manifest:1.0"),
    }
    return _packed(parts, ".ods", rng, folder)


def _packed(parts: dict[str, str], suffix: str, rng: random.Random, folder: Path) -> Call:
    """Zip the parts of a book, some of them changed or missing."""
    contents = {name: text.encode() for name, text in parts.items()}
    if rng.random() < 0.3:
        name = rng.choice(list(contents))
        contents[name] = mutate(contents[name], rng)
    if rng.random() < 0.05:
        del contents[rng.choice(list(contents))]
    data = raw_zip([RawEntry(name.encode(), own, rng.choice([0, 8])) for name, own in contents.items()])
    if rng.random() < 0.2:
        data = mutate(data, rng)
    name = f"book{suffix if rng.random() < 0.9 else rng.choice(['.xls', '.xlsb', '.xlsm', '.xlsx', '.ods'])}"
    (folder / name).write_bytes(data)
    return given(name, rng)


KINDS = (Kind("xlsx", _xlsx, 1.5), Kind("ods", _ods))
