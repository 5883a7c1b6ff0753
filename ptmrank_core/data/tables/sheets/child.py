"""Reads a spreadsheet in a process of its own, with bounded memory; run as a script, not imported.

A file of a few kilobytes can name a cell so far from the others that the reader would take hundreds of
gigabytes for what lies between them, and abort its process.

The spreadsheet comes on the standard input, and goes out as lines of JSON: an object for each visible sheet,
and below it a list of cells for each row; or an object with an error.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

LARGEST_INTEGER = 10**15
LARGEST_MERGE = 100_000


def write_cell(value: Any) -> str:
    """Write the value of a cell as text: whole numbers without a point, dates in the order of ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < LARGEST_INTEGER else repr(value)
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(" ")
    return "" if value is None else str(value)


def read_rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of a sheet without empty cells at their ends; cells merged downwards repeat."""
    merged: dict[int, list[tuple[int, int]]] = {}
    first_column = sheet.start[1] if sheet.start else 0  # rows begin there, and with the first row of all
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right and bottom - top < LARGEST_MERGE:
            merged.setdefault(top, []).append((left - first_column, bottom))
    open_merges: dict[int, tuple[int, str]] = {}
    for number, values in enumerate(sheet.iter_rows()):
        cells = [write_cell(value) for value in values]
        for column, (bottom, text) in list(open_merges.items()):
            if number > bottom:
                del open_merges[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = text
        for column, bottom in merged.get(number, ()):
            if column < len(cells):
                open_merges[column] = (bottom, cells[column])
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def read_book(data: bytes) -> Iterator[Any]:
    """Yield what is written, line by line."""
    import python_calamine  # noqa: PLC0415 - after the memory is bounded

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            is_visible = about.visible == python_calamine.SheetVisibleEnum.Visible
            if is_visible and about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                yield {"sheet": about.name}
                yield from read_rows(sheet)
    except python_calamine.PasswordError:
        yield {"error": "it is protected by a password"}
    except python_calamine.CalamineError as error:
        yield {"error": f"it is damaged, or no spreadsheet ({error})"}
    yield {"end": True}


def main() -> None:
    """Read the standard input."""
    former, text = None, ""
    for line in read_book(sys.stdin.buffer.read()):
        if line != former:  # a small file may repeat a row a million times
            former, text = line, json.dumps(line) + "\n"
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
