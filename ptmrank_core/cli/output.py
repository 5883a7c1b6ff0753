"""Output and exit status of every command: results go to standard output, all else to standard error.

Every text is made printable: whatever a name or a message of others holds, no terminal obeys it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from ptmrank_core.errors import InputError, StoreError
from ptmrank_core.files import write_file
from ptmrank_core.records.names import printable_lines

__all__ = [
    "BAD_INPUT",
    "DONE",
    "NOTHING_DONE",
    "close_output",
    "flush_output",
    "keep_details",
    "open_output",
    "print_json",
    "print_rows",
    "print_text",
    "say",
    "write_json",
]

DONE, NOTHING_DONE, BAD_INPUT = 0, 1, 2


def open_output() -> None:
    """Make both outputs ready: a character that a terminal cannot show is escaped, and no file takes a place.

    A process that was started with an output closed would give its number to the next file that it opens,
    and whatever prints would print into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process


def say(text: str) -> None:
    """Print a message that is not the result, to standard error, if anybody can read it there."""
    with suppress(OSError):
        sys.stderr.write(f"{printable_lines(text)}\n")
        sys.stderr.flush()


def print_text(text: str) -> None:
    """Print a result.

    Raises
    ------
    StoreError
        If standard output is closed, or cannot be written.
    BrokenPipeError
        If its reader has seen enough.
    """
    _write_output(f"{printable_lines(text)}\n")


def flush_output() -> None:
    """Write what is still held back of the result; errors are those of ``print_text``."""
    _write_output("")


def _write_output(text: str) -> None:
    if sys.stdout is None:
        raise _unwritten("it is closed")
    try:
        sys.stdout.write(text)
        if not text:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        close_output()
        raise _unwritten((error.strerror or str(error)).rstrip(".")) from None


def _unwritten(reason: str) -> StoreError:
    return StoreError(
        f"The result cannot be written to standard output: {reason[0].lower()}{reason[1:]}.",
        hint="A run that was finished is kept: `ptmrank runs show` shows it.",
    )


def close_output() -> None:
    """Let nothing more be written to standard output: at its end Python would complain about the rest."""
    if sys.stdout is not None:
        nothing = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def keep_details(error: BaseException) -> Path | None:
    """Write the traceback of an error to a file of its own; return the file, if it can be written."""
    lines = traceback.format_exception(error)
    with suppress(OSError):
        folder = tempfile.mkdtemp(prefix="ptmrank-")
        path = Path(folder) / "error.txt"
        write_file(path, "".join(lines).encode("utf-8", "backslashreplace"))
        return path
    return None


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells in columns, the names of the columns first."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print_text("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def print_json(payload: Any) -> None:
    """Print a result as JSON."""
    print_text(json.dumps(payload, indent=2))


def write_json(path: Path, payload: Any) -> None:
    """Write a JSON file completely or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        write_file(path, json.dumps(payload, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}.") from error
