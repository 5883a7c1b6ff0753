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
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def _plain(text: object) -> str:
    """Escape a text for XML; what XML cannot hold stays out, mostly."""
    told = str(text).encode("utf-8", "replace").decode()
    return escape("".join(c for c in told if c in "\t\n" or ord(c) >= 32)[:2000])


def _column(number: int) -> str:
    letters = ""
    while number >= 0:
        letters, number = chr(65 + number % 26) + letters, number // 26 - 1
    return letters


def _cell(place: str, value: object, rng: random.Random, odd: float) -> str:
    told = _plain(value)
    if rng.random() >= odd:
        return f'<c r="{place}" t="inlineStr"><is><t>{told}</t></is></c>'
    return rng.choice([
        f'<c r="{place}"><v>{told}</v></c>', f'<c r="{place}" t="b"><v>{told}</v></c>', f'<c r="{place}" t="e"><v>#N/A</v></c>',
        f'<c r="{place}" t="s"><v>{rng.choice(["0", "1", "-1", "999999", "x"])}</v></c>', f'<c r="{place}" t="d"><v>{told}</v></c>',
        f'<c r="{place}" s="99"><v>{_plain(junk.number(rng))}</v></c>', f'<c t="str"><v>{told}</v></c>', f'<c r="{place}"><f>1/0</f></c>',
        f'<c r="{rng.choice(["A0", "XFD1048576", "ZZZZ9", "1A", "", "A99999999999", "$A$1"])}"><v>1</v></c>',
    ])  # fmt: skip


def _sheet(rows: Rows, rng: random.Random) -> str:
    lines, odd = [], rng.choice(ODD)
    for number, cells in enumerate([rows.columns, *rows.cells], start=1):
        own = "".join(_cell(f"{_column(i)}{number}", value, rng, odd) for i, value in enumerate(cells))
        place = number if rng.random() >= odd / 5 else rng.choice([0, -1, 1_048_576, 10**12, 1])
        lines.append(f'<row r="{place}">{own}</row>')
    merges = rng.choice(["", "", "", '<mergeCells><mergeCell ref="A2:A9"/></mergeCells>',
                         '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', '<mergeCells><mergeCell ref="B:A"/></mergeCells>'])  # fmt: skip
    size = rng.choice(["", '<dimension ref="A1:B9"/>', '<dimension ref="A1:XFD1048576"/>', '<dimension ref="x"/>'])
    return f'{HEAD}<worksheet xmlns="{MAIN}">{size}<sheetData>{"".join(lines)}</sheetData>{merges}</worksheet>'


def _xlsx(rng: random.Random, folder: Path) -> Call:
    n_sheets = rng.choice([1, 1, 1, 2, 3])
    names = [_plain(rng.choice([f"Sheet{i}", junk.text(rng)])).replace('"', "") for i in range(n_sheets)]
    states = [rng.choice(["", "", "", ' state="hidden"', ' state="veryHidden"', ' state="x"']) for _ in names]
    sheets = "".join(f'<sheet name="{name}" sheetId="{i + 1}"{state} r:id="rId{i + 1}"/>'
                     for i, (name, state) in enumerate(zip(names, states, strict=True)))  # fmt: skip
    kind = f"{RELATIONS}/worksheet"
    targets = "".join(f'<Relationship Id="rId{i + 1}" Type="{kind}" Target="{rng.choice(["", "", "", "/xl/", "../../"])}worksheets/s{i}.xml"/>'
                      for i in range(n_sheets))  # fmt: skip
    strings = f'{HEAD}{rng.choice(["", "", BOMB])}<sst xmlns="{MAIN}" count="2"><si><t>cat</t></si><si><r><t>&amp;</t></r></si></sst>'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{targets}</Relationships>',
        "xl/sharedStrings.xml": strings,
        **{f"xl/worksheets/s{i}.xml": _sheet(make_rows(rng), rng) for i in range(n_sheets)},
    }
    return _packed(parts, ".xlsx", rng, folder)


def _ods(rng: random.Random, folder: Path) -> Call:
    rows = make_rows(rng)
    lines, odd = [], rng.choice(ODD)
    for cells in [rows.columns, *rows.cells]:
        own = ""
        for value in cells:
            repeat = "" if rng.random() >= odd else rng.choice([' table:number-columns-repeated="3"', ' table:number-columns-repeated="1000000000"',
                                             ' table:number-columns-repeated="-1"', ' table:number-columns-repeated="x"'])  # fmt: skip
            kind = "string" if rng.random() >= odd else rng.choice(["float", "date", "boolean", "percentage", "x"])
            told = _plain(value).replace('"', "")
            own += f'<table:table-cell office:value-type="{kind}" office:value="{told}"{repeat}><text:p>{told}</text:p></table:table-cell>'
        many = "" if rng.random() >= odd / 2 else rng.choice([' table:number-rows-repeated="2"', ' table:number-rows-repeated="1048576"'])
        lines.append(f"<table:table-row{many}>{own}</table:table-row>")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    sheet = f'<table:table table:name="{_plain(rng.choice(["Sheet", junk.text(rng)])).replace(chr(34), "")}">{"".join(lines)}</table:table>'
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"{HEAD}{rng.choice(['', '', '', BOMB])}<office:document-content {spaces}><office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
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
