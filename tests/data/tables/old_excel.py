"""Writes a spreadsheet of Excel 97 to 2003 (.xls), as little of one as can be read."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["write_xls"]

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
N_SECTORS = 8
"""Of the stream: shorter ones are stored in another way."""


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return _record(0x0204, place + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
    return _record(0x0203, place + struct.pack("<d", value))


def _stream(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write the records of a workbook with one sheet."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    end = _record(0x000A, b"")
    name = struct.pack("<BB", 1, 0) + b"s"
    place = len(begin) + 4 + 6 + len(name) + len(end)
    book = begin + _record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + end
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    cells = b"".join(_cell(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row))
    return (book + sheet + cells + end).ljust(N_SECTORS * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    """Write an entry of the directory of a compound file."""
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def write_xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write rows of texts and numbers on one sheet.

    Parameters
    ----------
    rows
        Little enough for four kilobytes.
    """
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    chain = [*range(3, 2 + N_SECTORS), END]
    table = struct.pack("<128I", FAT, END, *chain, *[FREE] * (126 - N_SECTORS))
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, N_SECTORS * SECTOR)
    return head + table + directory.ljust(SECTOR, b"\0") + _stream(rows)
