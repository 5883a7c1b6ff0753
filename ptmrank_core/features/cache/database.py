"""The database of the feature cache: how it is opened, and whether it is one of ours.

diskcache serialises other types with pickle, so that whoever can write to the folder could run code here
(CVE-2025-69872). The ``Disk`` below reads and writes ``str -> bytes`` and refuses everything else.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path, PurePath
from typing import Any

import diskcache
from diskcache.core import DBNAME, MODE_BINARY, MODE_RAW

__all__ = ["FAULTS", "BytesDisk", "database_of", "find_fault", "is_sound", "open_database"]

# How long a process waits for another one to let go of the database.
LOCK_SECONDS = 10.0
COLUMNS = {"key", "raw", "store_time", "size", "mode", "filename", "value"}
# What a database that is damaged, locked, full or out of reach raises.
FAULTS = (OSError, sqlite3.Error, diskcache.Timeout)


def _is_inside(name: str | None) -> bool:
    """Whether the name of a value's file stays in the folder; ``None`` is the name of no file."""
    parts = PurePath(name or "").parts
    return not PurePath(name or "").is_absolute() and ".." not in parts


class BytesDisk(diskcache.Disk):  # type: ignore[misc] # diskcache carries no types
    """Stores text keys and bytes; can neither write nor read a pickle."""

    def put(self, key: Any) -> tuple[Any, bool]:
        """Turn a key into what the database holds."""
        if not isinstance(key, str):
            raise TypeError(f"Expected a text key, got {type(key).__name__}.")
        return key, True

    def get(self, key: Any, raw: bool) -> Any:  # noqa: FBT001 - the library's own signature
        """Turn what the database holds into a key."""
        if not raw:
            raise ValueError("A key of this cache is stored as a pickle; it is not ours.")
        return key

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:  # noqa: FBT001
        """Write a value."""
        if not isinstance(value, bytes):
            raise TypeError(f"Expected bytes, got {type(value).__name__}.")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:  # noqa: FBT001
        """Read a value; ``None`` where it is not bytes, or not in the folder of the cache."""
        if mode not in {MODE_RAW, MODE_BINARY} or not _is_inside(filename):
            return None
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        """Delete the file of a value, which is never one outside of the folder of the cache."""
        if _is_inside(file_path):
            super().remove(file_path)


def database_of(folder: Path) -> Path:
    """Return the file of the database in the folder of a cache."""
    return folder / str(DBNAME)


def open_database(folder: Path, limit_bytes: int) -> Any:
    """Open the database in a folder, which is created if it is missing.

    Raises
    ------
    OSError, sqlite3.Error
        If it is damaged, locked, or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if os.name == "posix":
        folder.chmod(0o700)
    _try_to_write(database_of(folder))
    try:
        cache = diskcache.Cache(
            directory=str(folder),
            timeout=LOCK_SECONDS,
            disk=BytesDisk,
            size_limit=limit_bytes,
            eviction_policy="least-recently-stored",
        )
        int(cache.volume()), len(cache)
    except (TypeError, ValueError, AttributeError, LookupError) as error:  # odd rows among its settings
        raise sqlite3.OperationalError(f"no such settings: {error}") from error
    return cache


def find_fault(path: Path, error: BaseException) -> BaseException:
    """Find out what is wrong with a database where diskcache says only that it took too long."""
    if not isinstance(error, diskcache.Timeout):
        return error
    try:
        _try_to_write(path)
    except (OSError, sqlite3.Error) as cause:
        return cause
    return sqlite3.OperationalError("database is locked")


def is_sound(path: Path) -> bool:
    """Whether SQLite finds every page of the database in order."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _try_to_write(path: Path) -> None:
    """Take the lock of a writer, and look at the table: diskcache would wait for a minute, or say less."""
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        columns = {str(row[1]) for row in database.execute("PRAGMA table_info(Cache)")}
        database.execute("ROLLBACK")
    if columns and not columns >= COLUMNS:
        raise sqlite3.OperationalError(f"no such column: {min(COLUMNS - columns)}")
