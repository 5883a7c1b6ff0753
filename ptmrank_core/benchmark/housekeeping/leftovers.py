"""What nobody uses any more: found here, removed by the sweep.

What a stored run uses is never among it, whatever a clock says. Ages come into it only for what no run uses,
and an age in the future counts as none.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ptmrank_core.benchmark.housekeeping.kept import KeptKind, kept_with, read_mentions, safe_until
from ptmrank_core.benchmark.housekeeping.places import children, mark_files, run_files, training_folders
from ptmrank_core.benchmark.scheduling.locks import is_held
from ptmrank_core.benchmark.store.mentions import Mentions
from ptmrank_core.config import Settings
from ptmrank_core.files import is_being_written, is_partial
from ptmrank_core.owners import things_of
from ptmrank_core.sizes import measure

__all__ = ["Leftover", "LeftoverKind", "find_leftovers"]

DAY_SECONDS = 86_400.0
# What is written takes minutes: nobody is at it any more after a day without a change.
STALE_SECONDS = DAY_SECONDS
PACKED = "packed"
PACKED_NAME, TEMPORARY_NAME = re.compile(r"[0-9a-f]{32}"), re.compile(r"tmp[a-z0-9_]{8}")
UPLOAD_OF_FORMER_RELEASES = re.compile(r"\.upload-.+")
JOURNAL = re.compile(r"(.+)-(?:wal|shm|journal)")


class LeftoverKind(StrEnum):
    """What was left."""

    UPLOAD = "upload"
    DATASET = "dataset"
    MERGED = "merged model"
    PARTIAL = "unfinished write"
    RUN_FILE = "file of a run that is not stored"
    PACKED = "packed winner"
    JOURNAL = "journal without its database"
    MARK = "mark without its upload"
    DRAFT = "draft"


KINDS = {
    KeptKind.UPLOAD: LeftoverKind.UPLOAD,
    KeptKind.DATASET: LeftoverKind.DATASET,
    KeptKind.MERGED: LeftoverKind.MERGED,
    KeptKind.DRAFT: LeftoverKind.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something below the home that nobody uses.

    Parameters
    ----------
    kind, path
        What it is, and where.
    title
        Its name for readers.
    size_bytes, changed_at
        Its size, and when it was changed last, in seconds since 1970.
    digest
        What a run would name to use it; empty for what no run can use.
    """

    kind: LeftoverKind
    path: Path
    title: str
    size_bytes: int
    changed_at: float
    digest: str = ""


def find_leftovers(
    settings: Settings, *, keep_days: float | None = None, now: float | None = None
) -> tuple[Leftover, ...]:
    """Find what nobody uses any more; nothing is changed.

    Parameters
    ----------
    settings
        Where to look.
    keep_days
        Days for which uploads, samples taken from the Hub, merged models and packed winners that no run uses
        are kept, and drafts that nobody goes on with; by default those of the settings.
    now
        Seconds since 1970; by default now.

    Returns
    -------
    tuple of Leftover
        The largest first. What a living process writes is not among it.

    Raises
    ------
    StoreError
        If what the runs use cannot be read: then nobody knows what is unused.
    """
    days = settings.quotas.keep_days if keep_days is None else keep_days
    moment = time.time() if now is None else now
    mentions, safe = read_mentions(settings), safe_until(settings)
    found = [
        *_unused(settings, mentions, moment - days * DAY_SECONDS, safe),
        *_of_no_run(settings, mentions, moment - STALE_SECONDS, safe),
        *_packed(settings, mentions, moment - days * DAY_SECONDS),
        *_partial(settings, moment - STALE_SECONDS),
        *_journals(settings, moment - STALE_SECONDS),
        *_marks(settings, moment - STALE_SECONDS),
    ]
    return tuple(sorted(found, key=lambda leftover: (-leftover.size_bytes, leftover.path)))


def _describe(kind: LeftoverKind, path: Path, title: str = "") -> Leftover:
    measured = measure(path)
    return Leftover(kind, path, title or path.name, measured.size_bytes, measured.changed_at)


def _unused(settings: Settings, mentions: Mentions, since: float, safe: float) -> Iterator[Leftover]:
    """Find uploads, datasets and merged models that no run uses, and drafts, that are old enough.

    What a draft uses goes with the draft. A store that was set aside holds no draft.
    """
    for kept in kept_with(mentions, settings):
        is_safe = kept.kind is not KeptKind.DRAFT and kept.changed_at <= safe
        if not (kept.is_used or is_safe) and max(kept.changed_at, kept.drafted_at) <= since:
            yield Leftover(
                KINDS[kept.kind], kept.path, kept.title, kept.size_bytes, kept.changed_at, kept.digest
            )


def _of_no_run(settings: Settings, mentions: Mentions, since: float, safe: float) -> Iterator[Leftover]:
    """Find locks, logs and states of training of runs that are not stored and have no worker."""
    for path, run in run_files(settings):
        if run in mentions.owners or _has_worker(settings, run):
            continue
        found = _describe(LeftoverKind.RUN_FILE, path)
        if safe < found.changed_at <= since:
            yield found


def _has_worker(settings: Settings, run: str) -> bool:
    """Whether a worker holds a run, also where its lock cannot be asked; a folder is no lock."""
    try:
        return is_held(settings, run)
    except IsADirectoryError:
        return False
    except OSError:
        return True


def _packed(settings: Settings, mentions: Mentions, since: float) -> Iterator[Leftover]:
    """Find winners of stored runs that were packed long ago: they are packed again when asked for."""
    for folder, run in training_folders(settings):
        for path in children(folder / PACKED) if run in mentions.owners else ():
            found = _describe(LeftoverKind.PACKED, path)
            if PACKED_NAME.fullmatch(path.name) and found.changed_at <= since:
                yield found


def _partial(settings: Settings, since: float) -> Iterator[Leftover]:
    """Find what was being written or removed when its process ended."""
    home, training = settings.home, [folder for folder, _ in training_folders(settings)]
    repositories = children(settings.datasets_dir)
    folders = (
        home,
        *children(settings.drafts_dir),
        settings.uploads_dir,
        settings.runs_dir,
        settings.merged_dir,
        settings.datasets_dir,
        *repositories,
        *(dataset for repository in repositories for dataset in children(repository)),
        *training,
        *(folder / PACKED for folder in training),
    )
    for folder in folders:
        for path in children(folder):
            if (is_partial(path) or _is_former(path, settings)) and not is_being_written(path):
                found = _describe(LeftoverKind.PARTIAL, path)
                if found.changed_at <= since:
                    yield found


def _is_former(path: Path, settings: Settings) -> bool:
    """Whether this is the name of a temporary folder that is not one of ``files``."""
    if path.parent == settings.uploads_dir:
        return UPLOAD_OF_FORMER_RELEASES.fullmatch(path.name) is not None
    return path.parent.name == PACKED and TEMPORARY_NAME.fullmatch(path.name) is not None


def _journals(settings: Settings, since: float) -> Iterator[Leftover]:
    """Find journals whose database is gone."""
    folders = (settings.runs_dir, settings.features_dir, settings.results_dir)
    for path in (path for folder in folders for path in children(folder)):
        named = JOURNAL.fullmatch(path.name)
        if named and path.is_file() and not path.with_name(named[1]).exists():
            found = _describe(LeftoverKind.JOURNAL, path)
            if found.changed_at <= since:
                yield found


def _marks(settings: Settings, since: float) -> Iterator[Leftover]:
    """Find marks of owners whose upload or dataset is gone, or never came."""
    for mark in mark_files(settings):
        if not things_of(settings, mark.name):
            found = _describe(LeftoverKind.MARK, mark)
            if found.changed_at <= since:
                yield found
