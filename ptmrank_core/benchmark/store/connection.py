"""Connections to the file of the run store.

SQLite in WAL mode, synced: a committed transaction survives a crash of the worker, of the dashboard and of
the machine. What need not survive the machine (how far a run is) waits for no disk; the next synced
transaction takes it along.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.store.schema import prepare_tables
from ptmrank_core.faults import store_errors

__all__ = ["Database"]

SECONDS_TO_WAIT = 30.0
WHAT = "The run store"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A connection, and what tells its file from another one of the same name."""

    db: sqlite3.Connection
    file_id: tuple[int, int] | None


def _file_id(path: Path) -> tuple[int, int] | None:
    """Return device and number of a file; ``None`` if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def decode_column(content: bytes) -> str:
    """Decode a text of the file; one that is no UTF-8 too: damage, or what SQLite makes of half a pair."""
    for errors in ("strict", "surrogatepass"):
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8", errors)
    return content.decode("utf-8", "surrogateescape")


class Database:
    """One SQLite file, created if it is missing. Threads may share it: each use has a connection of its own.

    Every use goes through a connection of this class, which says what is wrong with the file.

    Parameters
    ----------
    path
        The file.
    is_read_only
        Whether the file is only read: it must be there, and nothing is created beside it.

    Raises
    ------
    StoreError
        If the file cannot be read or written: now, and whenever it is used.
    """

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        self._path, self._is_read_only = path, is_read_only
        self._thread = threading.local()
        self._is_held = False
        self._idle: list[_Opened] = []  # connections that wait for their next use while the file is held open
        if is_read_only:
            return
        with store_errors(WHAT, path.parent, is_folder=True):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self._open() as db:
            prepare_tables(db)

    @contextmanager
    def _open(self, *, is_synced: bool = True) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction; one that is not synced need not survive the machine."""
        with self._connection() as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'NORMAL'}")
            with db:
                yield db

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading, or reuse the connection that this thread shares."""
        shared: sqlite3.Connection | None = getattr(self._thread, "db", None)
        if shared is not None:
            with store_errors(WHAT, self._path):
                yield shared
            return
        with self._connection() as db:
            yield db

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Have a connection for one use; after an error, or unless the file is held open, it is closed."""
        with store_errors(WHAT, self._path):
            opened = self._reused() or _Opened(self._connect(), _file_id(self._path))
            is_sound = False
            try:
                yield opened.db
                is_sound = not opened.db.in_transaction
            finally:
                if is_sound and self._is_held:
                    self._idle.append(opened)
                else:
                    opened.db.close()

    def _reused(self) -> _Opened | None:
        """Take a connection that waits; one to a file that is gone or was replaced is closed."""
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                opened = self._idle.pop()
                if opened.file_id is not None and opened.file_id == _file_id(self._path):
                    return opened
                opened.db.close()
        return None

    def _connect(self) -> sqlite3.Connection:
        if self._is_read_only:  # immutable: no journal and no lock, in a folder that nobody may write to
            db = sqlite3.connect(f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True)
        else:  # one thread after the other may use it, never two at once
            db = sqlite3.connect(self._path, timeout=SECONDS_TO_WAIT, check_same_thread=False)
        db.text_factory = decode_column
        return db

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the file open within the block, for a process that writes to it again and again.

        Opening it takes as long as a transaction does, so connections are used again within the block.

        Whoever closes the file last locks everybody out for a moment, readers too, to tidy up. A process that
        does so after each transaction, and is stopped (Ctrl-Z), is often stopped just then: no page could be
        read until it goes on. Within the block each transaction asks only whether it is the last, which takes
        some microseconds; a process that is stopped within these still keeps readers out.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        with ExitStack() as held:
            with store_errors(WHAT, self._path):
                db = held.enter_context(closing(self._connect()))
                db.execute("PRAGMA schema_version").fetchone()  # it is opened when it is read first
            held.callback(self._let_go)
            self._is_held = True
            yield

    def _let_go(self) -> None:
        """Close the connections that wait."""
        self._is_held = False
        while self._idle:
            self._idle.pop().db.close()

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Run a query without parameters; yield its rows one after another."""
        with self._read() as db:
            yield from db.execute(query)

    @contextmanager
    def shared_connection(self) -> Iterator[None]:
        """Let this thread read through one connection within the block, since opening one is slow."""
        previous = getattr(self._thread, "db", None)
        with self._read() as db:
            self._thread.db = db
            try:
                yield
            finally:
                self._thread.db = previous
