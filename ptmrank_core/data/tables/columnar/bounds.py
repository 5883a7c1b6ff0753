"""What a Parquet or Arrow file decodes to, found out in a process that may fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError

__all__ = ["PARQUET", "check_decoded"]

PARQUET = ".parquet"
CHILD = Path(__file__).with_name("child.py")
IN_MEMORY = "-"
FEWER = "Keep a random part of the rows: a ranking needs a few thousand. Write them in row groups of 1,000."
CHECKED_KEPT = 256

_CHECKED: OrderedDict[tuple[Any, ...], None] = OrderedDict()


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
        _CHECKED[key] = None
        while len(_CHECKED) > CHECKED_KEPT:
            _CHECKED.popitem(last=False)


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
    numbers = (2 * (most + size), most, seconds)
    is_parquet = suffix_of(entry.name) == PARQUET
    command = [sys.executable, "-P", str(CHILD), str(path or IN_MEMORY), str(int(is_parquet))]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [*command, *map(str, numbers)], input=data, capture_output=True, timeout=4 * seconds, check=False
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


CPU_SIGNAL = 24  # what the system sends to a process that has used up its seconds


def _too_slow(name: str, seconds: int) -> SamplesError:
    return SamplesError(
        f"{name!r} takes more than the {seconds} seconds that decoding a table of its size may take.",
        hint="Save the table again, with fewer columns and larger row groups.",
    )
