"""A connection to a database that somebody else made."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from ptmrank_core.catalogue.peatmoss import sql
from ptmrank_core.records.names import printable

__all__ = ["Connection", "connect"]

MAX_TEXT_BYTES = 2**20
"""Of one value: no id, tag or licence is longer."""
MAX_SECONDS = 15
"""Of the queries for one answer: one pass through the largest table takes one or two."""
STEPS = 10_000


class Connection(sqlite3.Connection):
    """A connection whose queries end in bounded time, whatever views and triggers they meet."""

    _until = 0.0

    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._until

    def start(self) -> None:
        """Give the next queries together their time; one that takes longer ends with an error of SQLite."""
        self._until = time.monotonic() + MAX_SECONDS


def connect(path: Path) -> Connection:
    """Open a file read-only, even in a folder that is not writable."""
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, factory=Connection)
        try:
            _bound(connection)
            connection.execute(sql.TABLES).fetchone()
        except sqlite3.OperationalError:  # its write-ahead log cannot be opened
            connection.close()
            if mode != "mode=ro":
                raise
        except sqlite3.Error:
            connection.close()
            raise
        except UnicodeDecodeError as error:  # SQLite's message repeats a part of the damaged schema
            connection.close()
            raise sqlite3.DatabaseError("its schema is damaged") from error
        else:
            return connection
    raise AssertionError  # the last attempt returns or raises


def _bound(connection: Connection) -> None:
    """Let a foreign schema do nothing but yield rows, of bounded size; what is no UTF-8 is escaped."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_TEXT_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = lambda data: printable(data.decode("utf-8", "backslashreplace"))
    connection.set_progress_handler(connection.is_late, STEPS)
    connection.start()
