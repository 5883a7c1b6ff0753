"""Files that others made: only regular files are opened.

A named pipe, a socket or a device in the place of a file would be waited for without an end.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

__all__ = ["IrregularFileError", "kind_of_file", "open_regular"]

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)
# Without O_NONBLOCK, opening a named pipe waits for someone to write into it.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class IrregularFileError(OSError):
    """What stands in the place of a file is none."""


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file to read it, following links.

    Raises
    ------
    OSError
        If it is missing, may not be read, or is no regular file.
    """
    _refuse_kind(path, path.stat().st_mode)  # a device is not even opened
    descriptor = os.open(path, _FLAGS)
    try:
        _refuse_kind(path, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def _refuse_kind(path: Path, mode: int) -> None:
    if kind := kind_of_file(mode):
        raise IrregularFileError(f"{path.name} is {kind}, no file")


def kind_of_file(mode: int) -> str:
    """Say what stands in the place of a file; empty for a regular file."""
    return next(
        (words for is_kind, words in _KINDS if is_kind(mode)), "" if stat.S_ISREG(mode) else "no file"
    )
