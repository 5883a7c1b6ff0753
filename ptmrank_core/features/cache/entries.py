"""The entries of a cache, read and written many at a time; none of its faults is raised."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from typing import Any

from ptmrank_core.features.cache.database import is_sound
from ptmrank_core.features.cache.safe_database import SafeDatabase

__all__ = ["OURS", "Entries"]

KEYS_AT_ONCE = 500  # parameters of one SQL query
OURS = "raw = 1 AND TYPEOF(key) = 'text'"  # rows that this class has written


class Entries(SafeDatabase):
    """Bytes by name; parameters and attributes as those of :class:`SafeDatabase`."""

    def read_many(self, names: Sequence[str]) -> dict[str, object]:
        """Read hundreds of entries with each query: one query for each would take longer than decoding them.

        diskcache keeps small values in its table and large ones in files, which it reads itself.
        """

        def read(cache: Any) -> dict[str, object]:
            stored: dict[str, object] = {}
            in_files = []
            with closing(self._connect()) as database:
                for start in range(0, len(names), KEYS_AT_ONCE):
                    chunk = names[start : start + KEYS_AT_ONCE]
                    query = f"""
                        SELECT key, filename IS NOT NULL, value FROM Cache
                        WHERE raw = 1 AND key IN ({",".join("?" * len(chunk))})"""  # noqa: S608 - question marks
                    for name, is_file, value in database.execute(query, chunk):
                        in_files += [name] if is_file else []
                        stored[name] = value
            for name in in_files:
                stored[name] = cache.get(name, default=b"")
            return stored

        return self.use(read, {})

    def write_many(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Store entries in one transaction; where the disk is full, none of them."""
        rows = list(rows)

        def write(cache: Any) -> None:
            with cache.transact():
                for name, value in rows:
                    cache.set(name, value)

        self.use(write, None)

    def delete_many(self, names: Collection[str]) -> None:
        """Delete entries in one transaction."""

        def delete(cache: Any) -> None:
            with cache.transact():
                for name in names:
                    cache.delete(name)

        self.use(delete, None)

    def query(self, query: str) -> list[Any]:
        """Read rows of the table ``Cache``; none if it cannot be read."""

        def read(_: Any) -> list[Any]:
            with closing(self._connect()) as database:
                return database.execute(query).fetchall()

        return self.use(read, [])

    def names(self) -> list[str]:
        """List the names of all entries, as they were stored."""
        return [str(row[0]) for row in self.query(f"SELECT key FROM Cache WHERE {OURS} ORDER BY rowid")]  # noqa: S608

    def size(self) -> tuple[int, int]:
        """Count the entries and the bytes on disk."""
        return self.use(lambda cache: (len(cache), int(cache.volume())), (0, 0))

    def remove_damaged(self, is_intact: Callable[[str, object], bool]) -> int:
        """Read every entry, and remove those that are damaged; a damaged database is moved aside.

        Parameters
        ----------
        is_intact
            Name and value of an entry -> whether it can be read.

        Returns
        -------
        int
            How many were removed.
        """

        def check_pages(_: Any) -> None:
            if not is_sound(self.path):
                self.start_over(ValueError("its pages do not fit together"))

        self.use(check_pages, None)
        damaged = [name for name in self.names() if not is_intact(name, self.read_many([name]).get(name))]
        self.delete_many(damaged)
        return len(damaged) + self.use(_check_files, 0)

    def clear(self) -> None:
        """Remove everything."""
        self.use(lambda cache: cache.clear(), 0)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)


def _check_files(cache: Any) -> int:
    """Remove entries without their file and files without their entry; return how many there were."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "always"
        )  # it counts its own warnings, which a filter must not turn into errors
        return len(cache.check(fix=True))
