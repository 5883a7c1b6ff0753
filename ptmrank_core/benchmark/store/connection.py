"""Connections to the file of the run store.

SQLite in WAL mode, synced: a committed transaction survives a crash of the worker, of the dashboard and of
the machine.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.store.schema import prepare_tables
from ptmrank_core.faults import store_errors

__all__ = ["Database"]

SECONDS_TO_WAIT = 30.0
WHAT = "The run store"


def decode_column(content: bytes) -> str:
    """Decode a text of the file; one that is no UTF-8 too: damage, or what SQLite makes of half a pair."""
    for errors in ("strict", "surrogatepass"):
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8", errors)
    return content.decode("utf-8", "surrogateescape")


class Database:
    """One SQLite file, created if it is missing. Threads may share it: each use opens its own connection.

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
        if is_read_only:
            return
        with store_errors(WHAT, path.parent, is_folder=True):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self._open() as db:
            prepare_tables(db)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction."""
        with self._connection() as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
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
        with (
            store_errors(WHAT, self._path),
            closing(self._connect()) as db,
        ):
            db.text_factory = decode_column
            yield db

    def _connect(self) -> sqlite3.Connection:
        if self._is_read_only:  # immutable: no journal and no lock, in a folder that nobody may write to
            return sqlite3.connect(f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True)
        return sqlite3.connect(self._path, timeout=SECONDS_TO_WAIT)

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the file open within the block, for a process that writes to it again and again.

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
            yield

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
