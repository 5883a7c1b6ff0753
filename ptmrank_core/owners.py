"""Whose an upload is, and how much one visitor of a shared server may keep.

The uploads of all owners lie side by side, under digests that do not tell whose they are. Marks do: empty
files in ``uploads/.owners/OWNER/``, each with the name of what is kept. A mark is made before the thing, so
that nothing is kept without one; a mark without its thing counts for nothing. Samples taken from the Hub have
marks too, with their commit. The owner of this machine has no marks, and no limits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ptmrank_core.config import Settings
from ptmrank_core.errors import QuotaError, StoreError
from ptmrank_core.records import LOCAL_OWNER
from ptmrank_core.sizes import measure

__all__ = [
    "Room",
    "claim",
    "drop_mark",
    "is_marked",
    "mark_folder",
    "owned",
    "require_room",
    "room_of",
    "things_of",
    "unmark",
]

MARKS = ".owners"
UPLOAD_NAME, COMMIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
WAIT_SECONDS = 120.0
HINT = "Delete an upload that you no longer need, or a run with its upload."


@dataclass(frozen=True, slots=True)
class Room:
    """How much more an owner may keep.

    Parameters
    ----------
    n_kept, kept_bytes
        Number and bytes of what the owner keeps.
    most_things, most_bytes
        What the owner may keep; ``None`` for no limit.
    """

    n_kept: int = 0
    kept_bytes: int = 0
    most_things: int | None = None
    most_bytes: int | None = None

    def require_bytes(self, size_bytes: int) -> None:
        """Refuse an upload that would take more than is left.

        Raises
        ------
        QuotaError
            If it would.
        """
        if self.most_bytes is not None and self.kept_bytes + size_bytes > self.most_bytes:
            raise QuotaError(
                f"This takes {_megabytes(size_bytes)}, and you keep {_megabytes(self.kept_bytes)} here "
                f"already; each visitor of this server may keep {_megabytes(self.most_bytes)} of uploads.",
                hint=HINT,
            )

    def require_one_more(self) -> None:
        """Refuse another upload where there are enough.

        Raises
        ------
        QuotaError
            If there are.
        """
        if self.most_things is not None and self.n_kept >= self.most_things:
            raise QuotaError(
                f"You keep {self.n_kept:,} uploads here already; each visitor of this server may keep "
                f"{self.most_things:,}.",
                hint=HINT,
            )


def _megabytes(size_bytes: int) -> str:
    """Say a size to three digits or so: 0.012 MB, 40 MB, 5,000 MB."""
    size = size_bytes / 1e6
    return f"{size:,.0f} MB" if size >= 10 else f"{size:.2g} MB"


def mark_folder(settings: Settings, owner: str) -> Path:
    """Return the folder of an owner's marks."""
    return settings.uploads_dir / MARKS / hashlib.sha256(owner.encode()).hexdigest()


def owned(settings: Settings, owner: str) -> frozenset[str]:
    """Read the names of what an owner keeps, or once kept."""
    folder = mark_folder(settings, owner)
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def things_of(settings: Settings, name: str) -> list[Path]:
    """Return the folders that the name of a mark stands for: one at most for an upload."""
    if UPLOAD_NAME.fullmatch(name):
        return [path] if (path := settings.uploads_dir / name).is_dir() else []
    if COMMIT.fullmatch(name):
        return sorted(settings.datasets_dir.glob(f"*/{name}-*"))
    return []


def require_room(settings: Settings, owner: str) -> Room:
    """Say how much more an owner may keep.

    Raises
    ------
    QuotaError
        If it is nothing.
    """
    if owner == LOCAL_OWNER:
        return Room()
    room = room_of(settings, owner)
    room.require_one_more()
    room.require_bytes(0)
    return room


def room_of(settings: Settings, owner: str) -> Room:
    """Measure what a visitor keeps, beside what a visitor may keep."""
    found = [path for name in owned(settings, owner) for path in things_of(settings, name)]
    kept_bytes = sum(measure(path).size_bytes for path in found)
    return Room(len(found), kept_bytes, settings.quotas.n_uploads, settings.quotas.upload_bytes)


@contextmanager
def claim(settings: Settings, owner: str, name: str) -> Iterator[Room]:
    """Mark something as an owner's and store it within the block; one upload of an owner at a time.

    Parameters
    ----------
    settings, owner
        Where it is stored, and for whom.
    name
        Name of the folder of the upload, or commit of the dataset.

    Yields
    ------
    Room
        How much the owner may keep besides; no limits apply to what is there already.

    Raises
    ------
    QuotaError
        If the owner may keep nothing more, or stores another upload at this moment.
    """
    if owner == LOCAL_OWNER:
        yield Room()
        return
    folder = mark_folder(settings, owner)
    with _only_one(folder):
        is_new = not (name in owned(settings, owner) and things_of(settings, name))
        room = require_room(settings, owner) if is_new else Room()
        _mark(folder / name)
        is_stored = False
        try:
            yield room
            is_stored = True
        finally:
            if not (is_stored or things_of(settings, name)):
                drop_mark(folder / name)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Let an owner store one thing at a time within the block."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # A few locks for all owners: they can stay, where one for each owner would have to be swept.
        lock = FileLock(folder.with_name(f"{folder.name[0]}.lock"))
        lock.acquire(timeout=WAIT_SECONDS, poll_interval=0.02)
    except Timeout:
        raise QuotaError(
            "Another upload is being stored at this moment.", hint="Try again in a minute."
        ) from None
    except OSError as error:
        raise _unwritable(folder.parent, error) from error
    try:
        yield
    finally:
        lock.release()


def _mark(mark: Path) -> None:
    """Make a mark; a sweep may remove the empty folder of its owner at the same moment."""
    try:
        for _ in range(3):
            mark.parent.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                mark.touch()
                return
    except OSError as error:
        raise _unwritable(mark.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"Whose uploads are whose cannot be noted in {folder}: {error.strerror or error}.",
        hint="Make it a folder that can be written to; nothing was stored.",
    )


def unmark(settings: Settings, owner: str, name: str) -> bool:
    """Take something from an owner; return whether another owner still has it."""
    drop_mark(mark_folder(settings, owner) / name)
    return is_marked(settings.uploads_dir, name)


def is_marked(uploads_dir: Path, name: str) -> bool:
    """Whether a visitor has what has this name."""
    return any(True for _ in (uploads_dir / MARKS).glob(f"*/{name}"))


def drop_mark(mark: Path) -> None:
    """Remove a mark, and the folder of its owner's marks if it was the last one."""
    with suppress(OSError):
        mark.unlink()
        mark.parent.rmdir()
