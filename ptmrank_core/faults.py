"""What keeps a file or a folder of ours from being read or written, in one sentence.

The only place that knows what the system's errors mean: each becomes a ``StoreError`` that says what is wrong
with which path, and what to do. Errors of our own code, such as wrong SQL, are left as they are.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from ptmrank_core.errors import StoreError

__all__ = [
    "BY_THE_SYSTEM",
    "DAMAGED",
    "FULL",
    "LOCKED",
    "explain",
    "kind_of",
    "moment",
    "move_aside",
    "moved_aside",
    "store_error",
    "store_errors",
    "what_is_in_the_way",
]

# What an entry point says in one sentence though nothing has foreseen it; what else is raised is our fault.
BY_THE_SYSTEM = (OSError, sqlite3.Error, MemoryError, RecursionError, ImportError)
DAMAGED, LOCKED, FULL, READ_ONLY, REFUSED, IN_THE_WAY, UNUSABLE, FAULTY, CROWDED, SHORT = (
    "damaged",
    "locked",
    "full",
    "read-only",
    "refused",
    "in the way",
    "unusable",
    "faulty",
    "crowded",
    "short of memory",
)
ASIDE = "damaged"
# What SQLite needs to write to a database: room for a file of 32 kB beside it, and the files that it opens.
ROOM_BYTES, N_FILES = 65_536, 4
ELSEWHERE = "or set PTMRANK_HOME to another folder."
HINTS: Mapping[str, str] = MappingProxyType(
    {
        DAMAGED: "`ptmrank doctor` says what can still be read, and how to mend it.",
        LOCKED: "Wait until the other process has ended, or end it, and try again; nothing was lost.",
        FULL: "Make room and try again; what was stored before is unchanged.",
        READ_ONLY: f"Make it writable, {ELSEWHERE}",
        REFUSED: f"Ask whoever owns it for the permission, {ELSEWHERE}",
        IN_THE_WAY: "Move it away; `ptmrank doctor` lists everything that is wrong.",
        UNUSABLE: "Set PTMRANK_HOME to another folder.",
        CROWDED: "Close other programs, or allow more open files, and try again; nothing was lost.",
        SHORT: "Free some, and try again; nothing was lost.",
        FAULTY: "Check the disk before anything is written to it; `ptmrank doctor` says what can be read.",
    }
)
BY_NUMBER: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOSPC: FULL,
        errno.EDQUOT: FULL,
        errno.EFBIG: FULL,
        errno.EROFS: READ_ONLY,
        errno.EACCES: REFUSED,
        errno.EPERM: REFUSED,
        errno.EEXIST: IN_THE_WAY,
        errno.ENOTDIR: IN_THE_WAY,
        errno.EISDIR: IN_THE_WAY,
        errno.ENOTEMPTY: IN_THE_WAY,
        errno.ENAMETOOLONG: UNUSABLE,
        errno.ELOOP: UNUSABLE,
        errno.EIO: FAULTY,
        errno.EMFILE: CROWDED,
        errno.ENFILE: CROWDED,
        errno.ENOMEM: SHORT,
    }
)
# The first part of the name of SQLite's code, such as SQLITE_IOERR_WRITE.
BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "NOTADB": DAMAGED,
        "CORRUPT": DAMAGED,
        "BUSY": LOCKED,
        "LOCKED": LOCKED,
        "PROTOCOL": LOCKED,
        "FULL": FULL,
        "READONLY": READ_ONLY,
        "PERM": REFUSED,
        "AUTH": REFUSED,
        "NOMEM": SHORT,
    }
)
LIBRARY_HINT = "If there is enough memory, install PTMRank again."
REASONS: Mapping[str, str] = MappingProxyType(
    {
        LOCKED: "another process keeps it locked",
        FULL: "there is no room left on the disk, or in your share of it",
        READ_ONLY: "it can only be read",
        REFUSED: "permission is denied",
        CROWDED: "no more files can be opened",
        SHORT: "there is not enough memory",
    }
)
# What SQLite says of a file whose tables or texts are not those that we wrote; all else that it calls an
# error of the query is one of ours.
FOREIGN = (
    "no such",
    "malformed",
    "has no column",
    "could not decode",
    "duplicate column",
    "incomplete input",
)


@contextmanager
def store_errors(what: str, path: Path, *, is_folder: bool = False) -> Iterator[None]:
    """Raise what the system cannot do with a path of ours as a ``StoreError``.

    Parameters
    ----------
    what
        What is kept there: ``"The run store"``.
    path
        The file or folder.
    is_folder
        Whether it is a folder.

    Raises
    ------
    StoreError
        In the place of an ``OSError`` or an error of SQLite's.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        told = store_error(error, what, path, is_folder=is_folder)
        if told is None:
            raise
        raise told from error


def store_error(error: BaseException, what: str, path: Path, *, is_folder: bool = False) -> StoreError | None:
    """Say what is wrong with a path of ours; ``None`` if the error is one of our own code."""
    kind = kind_of(error, path)
    if kind is None:
        return None
    reason = REASONS.get(kind) or what_is_in_the_way(path, is_folder=is_folder) or _said(error)
    return StoreError(f"{what} cannot be used: {reason} ({path}).", hint=HINTS.get(kind, ""))


def explain(error: BaseException) -> StoreError:
    """Say what an error of the system means that nothing has said before, from the error alone."""
    if isinstance(error, MemoryError):
        return StoreError("There is not enough memory for this.", hint="Free some, or use fewer samples.")
    if isinstance(
        error, ImportError
    ):  # with little memory too, since libraries are loaded when they are needed
        return StoreError(f"A library cannot be loaded: {_said(error)}.", hint=LIBRARY_HINT)
    if isinstance(error, RecursionError):
        return StoreError("Something that was read is nested too deeply.", hint=HINTS[DAMAGED])
    name = error.filename if isinstance(error, OSError) else None
    if isinstance(error, FileNotFoundError) and name is None:
        return StoreError("The folder that this was started in no longer exists.", hint="Change to another.")
    kind = kind_of(error, None) or ""
    kind = "" if kind in {UNUSABLE, IN_THE_WAY} else kind  # nobody knows whether it was in the home
    said = REASONS.get(kind) or _said(error)
    where = f" ({_name(name)})" if isinstance(name, str | bytes) else ""
    return StoreError(f"The system refused: {said}{where}.", hint=HINTS.get(kind, ""))


def kind_of(error: BaseException, path: Path | None) -> str | None:
    """Tell the kind of fault; ``None`` if the error is one of our own code."""
    if isinstance(error, sqlite3.Error):
        return _kind_in_sqlite(error, path)
    if not isinstance(error, OSError):
        return None
    return BY_NUMBER.get(error.errno or 0, UNUSABLE)


def _kind_in_sqlite(error: sqlite3.Error, path: Path | None) -> str | None:
    name = str(getattr(error, "sqlite_errorname", "")).removeprefix("SQLITE_")
    code = name.split("_")[0]
    if code == "CANTOPEN":
        return _kind_of_place(path)
    if code == "IOERR":
        return _kind_of_failure(name, path)
    if code in BY_CODE:
        return BY_CODE[code]
    if isinstance(error, sqlite3.OperationalError) and str(error).lower().startswith(FOREIGN):
        return DAMAGED
    return None


def _kind_of_failure(name: str, path: Path | None) -> str:
    """Tell why reading or writing failed: also said where a file of SQLite's own cannot be made or mapped."""
    if path is not None:
        with suppress(OSError):
            if shutil.disk_usage(path.parent).free < ROOM_BYTES:
                return FULL
    return SHORT if name in {"IOERR_NOMEM", "IOERR_SHMMAP"} else FAULTY


def _kind_of_place(path: Path | None) -> str:
    """Tell why a file cannot be opened, which SQLite does not say."""
    if path is None or what_is_in_the_way(path):
        return IN_THE_WAY
    try:
        with path.open("r+b") as file, ExitStack() as held:
            for _ in range(N_FILES - 1):  # SQLite opens others beside it
                held.callback(os.close, os.dup(file.fileno()))
    except FileNotFoundError:
        return REFUSED if path.parent.is_dir() else UNUSABLE
    except OSError as error:
        return BY_NUMBER.get(error.errno or 0, UNUSABLE)
    # The file itself opens: SQLite has to write others beside it.
    return REFUSED if os.access(path.parent, os.R_OK) else UNUSABLE


def what_is_in_the_way(path: Path, *, is_folder: bool = False) -> str:
    """Say what stands where a folder or a file of ours should; empty if nothing does."""
    try:
        for place in (*reversed(path.parents), path):
            if place.is_symlink() and not place.exists():
                return f"{place} is a link that leads nowhere"
            if (is_folder or place != path) and place.exists() and not place.is_dir():
                return f"{place} is a file, and a folder is expected there"
        if not is_folder and path.is_dir():
            return f"{path} is a folder, and a file is expected there"
    except OSError:  # a loop of links, a name that is too long: the error itself says so
        return ""
    return ""


def _said(error: BaseException) -> str:
    """Return what the system says, as part of a sentence."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return f"{said[0].lower()}{said[1:]}".rstrip(".")


def _name(name: str | bytes) -> str:
    return os.fsdecode(name).encode("utf-8", "backslashreplace").decode("utf-8")


def moment() -> str:
    """Return the time as it stands in the name of what is moved aside: ``"20261130-211500"``."""
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


def moved_aside(folder: Path, names: str = "*") -> list[Path]:
    """List what was moved aside in a folder; of all names, or of those of a pattern."""
    return sorted(folder.glob(f"{names}-{ASIDE}-*"))


def move_aside(path: Path, when: str = "") -> Path:
    """Give a file or folder that cannot be used another name beside it; nothing is deleted.

    Parameters
    ----------
    path
        What is in the way. A link is moved itself.
    when
        The time, for the name, as of :func:`moment`; by default now.

    Returns
    -------
    Path
        Where it is now: ``runs.sqlite-damaged-20261130-211500``.

    Raises
    ------
    OSError
        If it cannot be moved; it then stays where it is.
    """
    when = when or moment()
    for number in itertools.count(1):
        ending = "" if number == 1 else f"-{number}"
        aside = path.with_name(f"{path.name}-{ASIDE}-{when}{ending}")
        if not os.path.lexists(aside):
            break
    path.replace(aside)  # nothing has that name
    return aside
