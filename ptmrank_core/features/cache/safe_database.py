"""The database of a cache, no fault of which is raised: a cache only saves time.

A damaged database is moved aside under a name that says so, and an empty one begun. Where the database is
locked, full or out of reach, nothing is found and nothing stored. Either is said once, in the log and to
whoever asks.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from filelock import Timeout as LockTimeout

from ptmrank_core.errors import StoreError
from ptmrank_core.faults import DAMAGED, IN_THE_WAY, kind_of, move_aside, moved_aside, store_error
from ptmrank_core.features.cache.database import (
    FAULTS,
    LOCK_SECONDS,
    database_of,
    find_fault,
    open_database,
)

__all__ = ["WHAT", "SafeDatabase", "set_aside"]

logger = logging.getLogger(__name__)
WHAT = "The feature cache"
T = TypeVar("T")


def set_aside(home: Path) -> list[Path]:
    """List the caches and files of facts that were moved aside because they were damaged."""
    return sorted(path for names in ("features", "results", "*.json") for path in moved_aside(home, names))


class SafeDatabase:
    """The database in a folder, opened at once.

    Parameters
    ----------
    folder
        Folder of the cache.
    limit_bytes
        Size limit of the values.
    what, things
        What the cache is called, and what it keeps: ``"features"``.

    Attributes
    ----------
    fault
        What keeps the cache from being used; ``None`` if nothing does.
    notes
        What was lost since it was opened, in sentences.
    """

    def __init__(self, folder: Path, limit_bytes: int, *, what: str = WHAT, things: str = "features") -> None:
        self._folder, self._limit_bytes = folder, limit_bytes
        self._what, self._things = what, things
        self.path = database_of(folder)
        self.fault: StoreError | None = None
        self.notes: list[str] = []
        self._cache: Any = None
        self._file = _identity(self.path)
        self.use(lambda _: None, None)

    def use(self, action: Callable[[Any], T], nothing: T) -> T:
        """Do something with the open database; return ``nothing`` where that fails.

        Raises
        ------
        sqlite3.Error
            If a query of ours is wrong.
        """
        try:
            result = action(self._opened())
        except FAULTS as error:
            self._meet(error)
            return nothing
        self.fault = None
        return result

    def _opened(self) -> Any:
        cache = self._cache
        if cache is None:
            self._file = _identity(self.path)
            cache = self._cache = open_database(self._folder, self._limit_bytes)
            self._file = _identity(self.path)
        return cache

    def _meet(self, error: BaseException) -> None:
        """Begin anew where the database is damaged; else say what is wrong."""
        error = find_fault(self.path, error)
        kind = kind_of(error, self.path)
        if kind is None:
            raise error
        is_gone = not self.path.exists() and not os.path.lexists(self._folder)
        if kind in {DAMAGED, IN_THE_WAY} or (is_gone and self._cache is not None):
            try:
                self.start_over(error)
            except FAULTS as other:
                error = other
            else:
                return
        told = store_error(error, self._what, self.path)
        self._say(told or StoreError(f"{self._what} cannot be used: {error}."))

    def _say(self, fault: StoreError) -> None:
        """Say a fault once, until the database can be used again."""
        if self.fault is None or self.fault.message != fault.message:
            logger.warning(
                "%s %s are neither found nor kept until then. %s",
                fault.message,
                self._things.capitalize(),
                fault.hint,
            )
        self.fault = fault

    def start_over(self, why: BaseException) -> None:
        """Move the database aside with the files of its values, and begin an empty one.

        Of several processes that find it damaged, one does so, and the others open what it has begun.

        Raises
        ------
        OSError, sqlite3.Error
            If that is not possible either.
        """
        self.close()
        if self._folder.is_symlink() and not self._folder.exists():
            raise why  # where it leads, a disk may be missing that comes back
        lock = FileLock(self._folder.with_name(f"{self._folder.name}.lock"))
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except LockTimeout as error:
            raise TimeoutError(f"{lock.lock_file} is held") from error
        try:
            if os.path.lexists(self._folder) and _identity(self.path) == self._file:
                self._tell(move_aside(self._folder), why)
            self._opened()
        finally:
            lock.release()
        self.fault = None

    def _tell(self, aside: Path, why: BaseException) -> None:
        note = (
            f"{self._what} was damaged ({str(why).rstrip('.')}) and was moved to {aside}. An empty one was "
            f"begun; {self._things} are computed again where they are needed."
        )
        self.notes.append(note)
        logger.warning("%s", note)

    def close(self) -> None:
        """Close the database."""
        if self._cache is not None:
            with suppress(*FAULTS):
                self._cache.close()
        self._cache = None


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell one file from another that took its place; ``None`` if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
