"""Files of a model's folder, which others made: only regular files are opened.

A named pipe, a socket or a device in the place of a file would be waited for without an end, by the libraries
that load a model too.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records.foreign import kind_of_file, open_regular, parse_json

__all__ = ["digest_of", "load_json", "read_start", "refuse_odd_files"]

# Far above those of any model: a config with the names of 20,000 classes has 1 MB.
MOST_JSON_BYTES = 16 * 2**20
# Files of these are read under names of their own, so that no folder is called like one.
_SUFFIXES = (".json", ".txt", ".model", ".jinja")


def digest_of(path: Path, name: str) -> str:
    """Return the SHA-256 (hex) of a regular file.

    Parameters
    ----------
    path
        The file.
    name
        What messages call it.

    Raises
    ------
    UnsupportedModelError
        If it cannot be read.
    """
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnsupportedModelError(
            f"{name} cannot be read: {error.strerror or error}.",
            hint="Make the file readable, or copy it again.",
        ) from error


def read_start(path: Path, n_bytes: int) -> bytes:
    """Read the first bytes of a regular file; none of anything else."""
    try:
        with open_regular(path) as file:
            return file.read(n_bytes)
    except OSError:
        return b""


def load_json(path: Path, *, most_bytes: int = MOST_JSON_BYTES) -> Any:
    """Read a file of JSON in UTF-8 without a byte order mark, which other libraries refuse.

    Raises
    ------
    OSError
        If it is no regular file, or cannot be read.
    ValueError
        If it holds no JSON, is nested too deeply, or larger than ``most_bytes``.
    """
    with open_regular(path) as file:
        raw = file.read(most_bytes + 1)
    if len(raw) > most_bytes:
        raise ValueError(f"is larger than {most_bytes // 2**20} MB")
    return parse_json(raw, marks=False).value


def refuse_odd_files(folder: Path, name: str, paths: Iterable[Path] | None = None) -> None:
    """Refuse a model's folder in which something other than files and folders stands.

    Parameters
    ----------
    folder
        The folder; it is searched two levels deep, as far as loading reads.
    name
        The model in messages.
    paths
        What to look at, where that is known already.

    Raises
    ------
    UnsupportedModelError
        With the name of it, and what it is.
    """
    for path in (*folder.glob("*"), *folder.glob("*/*")) if paths is None else paths:
        what = _oddness(path)
        if what:
            raise UnsupportedModelError(
                f"{path.relative_to(folder).as_posix()} of {name} is {what}: it is not opened.",
                hint="Copy the file itself in its place, or delete it.",
            )


def _oddness(path: Path) -> str:
    """Say what is wrong with what stands in a folder; empty for a file or a folder, links followed."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return ""  # a link that leads nowhere is a file that is missing
    except OSError as error:  # a loop of links
        return f"a link that cannot be followed ({error.strerror})"
    is_fit = stat.S_ISDIR(mode) and path.suffix not in _SUFFIXES
    return "" if is_fit else kind_of_file(mode)
