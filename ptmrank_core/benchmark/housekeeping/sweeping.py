"""Removing what nobody uses: each thing is renamed first, so that it is there as a whole or not at all."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ptmrank_core.benchmark.housekeeping.kept import Kept, is_drafted_now, is_named_now, list_kept
from ptmrank_core.benchmark.housekeeping.leftovers import Leftover, LeftoverKind, find_leftovers
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, PTMRankError, StoreError
from ptmrank_core.files import remove
from ptmrank_core.owners import drop_mark, unmark
from ptmrank_core.sizes import measure

__all__ = ["SweepReport", "discard", "sweep", "sweep_quietly"]

logger = logging.getLogger(__name__)
LOCK = "sweep.lock"
# The clock of a file system may be a little behind.
CLOCK_SECONDS = 1.0
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep did.

    Parameters
    ----------
    removed
        What is gone.
    failed
        What could not be removed, with the reason.
    """

    removed: tuple[Leftover, ...] = ()
    failed: tuple[tuple[Leftover, str], ...] = ()

    @property
    def freed_bytes(self) -> int:
        """Bytes of what is gone."""
        return sum(found.size_bytes for found in self.removed)


def sweep(settings: Settings, *, keep_days: float | None = None, now: float | None = None) -> SweepReport:
    """Remove what nobody uses any more; nothing is done while another process sweeps the same home.

    Parameters
    ----------
    settings, keep_days, now
        As :func:`~ptmrank_core.benchmark.housekeeping.leftovers.find_leftovers` takes them.

    Raises
    ------
    StoreError
        If what the runs use cannot be read; nothing is removed then.
    """
    if not settings.home.is_dir():
        return SweepReport()
    lock = FileLock(settings.home / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return SweepReport()
    except OSError as error:
        raise StoreError(
            f"{settings.home} cannot be swept: {error.strerror or error}.", hint="Make it writable."
        ) from error
    since = time.time() - CLOCK_SECONDS
    try:
        return _remove_all(find_leftovers(settings, keep_days=keep_days, now=now), settings, since)
    finally:
        lock.release()


def sweep_quietly(settings: Settings) -> None:
    """Sweep in passing, when a run has ended or a dashboard starts: what goes wrong is logged alone."""
    try:
        report = sweep(settings)
    except (PTMRankError, OSError, sqlite3.Error) as error:
        logger.warning("nothing was swept: %s", error)
        return
    for found, why in report.failed:
        logger.warning("%s was not swept away: %s", found.path, why)
    if report.removed:
        size = report.freed_bytes / 1e6
        logger.info("swept away %d things that nobody used, %.1f MB", len(report.removed), size)


def _remove_all(found: Iterable[Leftover], settings: Settings, since: float) -> SweepReport:
    """Remove things one by one; one that cannot be removed keeps none of the others."""
    removed: list[Leftover] = []
    failed: list[tuple[Leftover, str]] = []
    for leftover in found:
        try:
            if _remove(leftover.path, leftover.digest, settings, leftover.kind, since=since):
                removed.append(leftover)
        except OSError as error:
            failed.append((leftover, str(error)))
    return SweepReport(tuple(removed), tuple(failed))


def _remove(
    path: Path, digest: str, settings: Settings, kind: LeftoverKind | None = None, *, since: float = NEVER
) -> bool:
    """Remove one thing, unless a run or a draft that uses it was stored in the meantime.

    Parameters
    ----------
    path, digest, kind
        What it is.
    settings
        Where everything is kept.
    since
        Drafts that were written after this moment count, in seconds since 1970. Whoever deletes an upload by
        hand deletes it for drafts too.

    Returns
    -------
    bool
        Whether it is gone.
    """
    if kind is LeftoverKind.MARK:
        drop_mark(path)
        return not path.exists()
    if kind is LeftoverKind.DRAFT and measure(path).changed_at > since:
        return False

    def is_needed() -> bool:
        return is_drafted_now(settings, digest, since) or is_named_now(settings, digest)

    is_gone = remove(path, unless=is_needed if digest else lambda: False)
    if path.parent.parent in {settings.datasets_dir, settings.drafts_dir}:
        with suppress(OSError):
            path.parent.rmdir()  # of a dataset or an owner of whom nothing else is kept
    return is_gone


def discard(settings: Settings, chosen: Collection[Path], *, owner: str | None = None) -> tuple[Kept, ...]:
    """Delete uploads, datasets or merged models that no run uses, or drafts, at once, also new ones.

    Parameters
    ----------
    settings
        Where they are.
    chosen
        Their folders.
    owner
        The visitor of a shared server whose they have to be; ``None`` for anybody's. Samples taken from the
        Hub that somebody else has too are deleted for this visitor alone.

    Returns
    -------
    tuple of Kept
        What was deleted. What is gone already is not among it.

    Raises
    ------
    InputError
        If a run uses one of them; nothing is deleted then.
    StoreError
        If what the runs use cannot be read; nothing is deleted then.
    """
    found = [kept for kept in list_kept(settings, owner=owner) if kept.path in chosen]
    for kept in found:
        if kept.is_used:
            users = "a run" if len(kept.runs) == 1 else kept.used_by
            raise InputError(
                f"{kept.title} is used by {users}: it cannot be deleted.",
                hint="Delete the run first, which takes an upload with it.",
            )
    return tuple(kept for kept in found if _give_up(kept, settings, owner))


def _give_up(kept: Kept, settings: Settings, owner: str | None) -> bool:
    """Delete one thing, for one owner alone if another has it too; return whether it is gone for them."""
    if owner is not None and kept.digest and unmark(settings, owner, kept.digest):
        return True
    return _remove(kept.path, kept.digest, settings) or owner is not None
