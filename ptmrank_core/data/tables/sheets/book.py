"""The sheets of a spreadsheet, whatever program wrote it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.children import CPU_SIGNAL, Remembered, bounded_command
from ptmrank_core.errors import SamplesError

__all__ = ["SPREADSHEET_SUFFIXES", "Sheet", "read_book"]

SPREADSHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
CHILD = Path(__file__).with_name("child.py")
MEMORY_BYTES, MEMORY_FOR_EACH_BYTE = 640 * 2**20, 50
"""Memory of the process that reads, for any file and for each of its bytes."""
TEXT_BYTES, TEXT_FOR_EACH_BYTE = 32 * 2**20, 60
"""Bytes of the cells, for any file and for each of its bytes."""
CPU_SECONDS, BYTES_A_SECOND = 8, 2**20
"""Processor time, for any file, and how many of its bytes take one second more."""
WAITING = 4
"""How many times the processor time it may take on a machine that is busy."""
SAVE_HINT = (
    "Save the sheet with the samples as .csv in UTF-8, or as .xlsx without what lies far from the table."
)


_REFUSED = Remembered()
"""Digests of files that took too long: a source is looked through more than once."""


@dataclass(slots=True)
class Sheet:
    """A sheet.

    Parameters
    ----------
    name
        Its name.
    rows
        Its rows, the first one first; empty cells at their ends are left out. Equal neighbours are one list.
    """

    name: str
    rows: list[list[str]] = field(default_factory=list)


def read_book(data: bytes, name: str, limits: Limits) -> list[Sheet]:
    """Read the visible sheets of a spreadsheet, in a process of its own.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name.
    limits
        ``max_rows`` is used: of a longer sheet no more rows than one too many are returned.

    Raises
    ------
    SamplesError
        If it is damaged, protected by a password, or takes more memory or time than its size allows for.
    """
    seconds = CPU_SECONDS + len(data) // BYTES_A_SECOND
    digest = hashlib.sha256(data).digest()
    if digest in _REFUSED:
        raise _too_slow(name, seconds)
    command = bounded_command(CHILD, MEMORY_BYTES + MEMORY_FOR_EACH_BYTE * len(data), seconds)
    with subprocess.Popen(  # noqa: S603 - our own script, with a number
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(WAITING * seconds, process.kill)
        timer.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("The process has no pipes.")
            with suppress(BrokenPipeError):
                process.stdin.write(data)
            with suppress(BrokenPipeError):
                process.stdin.close()
            sheets = _collect(process.stdout, len(data), name, limits)
            if sheets is None and process.wait() == -CPU_SIGNAL:
                _REFUSED.add(digest)
                raise _too_slow(name, seconds)
        finally:
            timer.cancel()
            process.kill()
    if sheets is None:
        raise SamplesError(
            f"{name!r} cannot be read: it is damaged, or takes much more memory than its size suggests, as "
            "where a cell lies far from all others.",
            hint=SAVE_HINT,
        )
    return sheets


def _too_slow(name: str, seconds: int) -> SamplesError:
    return SamplesError(
        f"{name!r} takes more than the {seconds} seconds that reading a spreadsheet of its size may take.",
        hint=SAVE_HINT,
    )


def _collect(stream: IO[bytes], n_bytes: int, name: str, limits: Limits) -> list[Sheet] | None:
    """Collect the sheets that the process writes; ``None`` where it ended before the last one did."""
    sheets: list[Sheet] = []
    former, row = b"", list[str]()
    for line in _lines(stream, TEXT_BYTES + TEXT_FOR_EACH_BYTE * n_bytes, name):
        if line.startswith(b"["):
            rows = sheets[-1].rows
            if len(rows) > limits.max_rows + 1:
                continue
            if line != former:  # a file of a few kilobytes may repeat a row a million times
                former, row = line, json.loads(line)
            rows.append(row)
            continue
        value = json.loads(line)
        if "error" in value:
            raise SamplesError(
                f"{name!r} cannot be read: {value['error']}.",
                hint="Save it again without a password, as .xlsx or as .csv in UTF-8.",
            )
        if "sheet" not in value:
            return sheets
        sheets.append(Sheet(value["sheet"]))
    return None


def _lines(stream: IO[bytes], max_bytes: int, name: str) -> Iterator[bytes]:
    """Yield the lines of the process, of bounded length together; a line that is cut off is the last one."""
    n_left = max_bytes
    while line := stream.readline(n_left + 1):
        n_left -= len(line)
        if n_left < 0:
            raise SamplesError(
                f"{name!r} unpacks to more than {max_bytes:,} bytes of cells, more than its size suggests.",
                hint=SAVE_HINT,
            )
        if not line.endswith(b"\n"):
            return
        yield line
