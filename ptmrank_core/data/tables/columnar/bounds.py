"""What a Parquet or Arrow file decodes to, found out in a process that may fail."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.children import CPU_SIGNAL, Remembered, bounded_command
from ptmrank_core.errors import SamplesError

__all__ = ["PARQUET", "check_decoded"]

PARQUET = ".parquet"
CHILD = Path(__file__).with_name("child.py")
IN_MEMORY = "-"
FEWER = "Keep a random part of the rows: a ranking needs a few thousand. Write them in row groups of 1,000."
IMPORT_BYTES = 512 * 2**20
"""What pyarrow itself takes of the address space."""

_CHECKED = Remembered()


def check_decoded(entry: Entry, limits: Limits) -> None:
    """Refuse a file that decodes to much more than its size suggests, or ends the process that decodes it.

    A file on the disk that did not change is decoded here once.

    Parameters
    ----------
    entry
        The file; its suffix tells the format.
    limits
        Bounds on what it decodes to, and on the time that it takes.

    Raises
    ------
    SamplesError
        If it decodes to too much, takes too long, or is damaged so badly that the process ends.
    """
    path = entry.blob.path if isinstance(entry.blob, FileBlob) else None
    key = _stamp(path, limits)
    if key in _CHECKED:
        return
    data = entry.blob.read() if path is None else b""
    found = _measure(path, data, entry, limits)
    size = _size(path, data)
    most = limits.decoded_bytes(size)
    n_bytes = max(found.get("total", 0), found.get("largest", 0))
    if "error" in found:
        return  # opening it tells more
    if "memory" in found or n_bytes > most:
        raise SamplesError(
            f"{entry.name!r} decodes to more than {most:,} bytes, from {size:,}: the table, or a row group "
            "of its media.",
            hint=FEWER,
        )
    if key:
        _CHECKED.add(key)


def _size(path: Path | None, data: bytes) -> int:
    try:
        return path.stat().st_size if path else len(data)
    except OSError:
        return 0


def _stamp(path: Path | None, limits: Limits) -> tuple[Any, ...] | None:
    """Return what tells a file on the disk from the same one with other contents."""
    try:
        status = path.stat() if path else None
    except OSError:
        status = None
    return (path, status.st_mtime_ns, status.st_size, status.st_ino, limits) if status else None


def _measure(path: Path | None, data: bytes, entry: Entry, limits: Limits) -> dict[str, Any]:
    """Decode the file in a process of its own."""
    size = _size(path, data)
    most, seconds = limits.decoded_bytes(size), limits.decode_seconds(size)
    is_parquet = int(suffix_of(entry.name) == PARQUET)
    memory = 2 * (most + size) + IMPORT_BYTES
    command = bounded_command(CHILD, memory, seconds, path or IN_MEMORY, is_parquet, most)
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            command, input=data, capture_output=True, timeout=4 * seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(entry.name, seconds) from error
    if done.returncode == 0 and done.stdout:
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    if done.returncode == -CPU_SIGNAL:
        raise _too_slow(entry.name, seconds)
    raise SamplesError(
        f"{entry.name!r} cannot be read: it is damaged, or takes much more memory than its size suggests.",
        hint="Save the table again as .parquet or .csv.",
    )


def _too_slow(name: str, seconds: int) -> SamplesError:
    return SamplesError(
        f"{name!r} takes more than the {seconds} seconds that decoding a table of its size may take.",
        hint="Save the table again, with fewer columns and larger row groups.",
    )
