"""Where drafts are kept: one small file each, in a folder of its owner's.

The name of the folder is a digest of the owner, so a draft is found by its owner alone: to anybody else, its
id is one that does not exist. An owner has a few drafts; the one that was left alone the longest gives way.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.benchmark.drafts.record import RunDraft, draft_from_json, draft_to_json
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.files import remove, write_file
from ptmrank_core.records.foreign import open_regular

__all__ = [
    "StoredDraft",
    "draft_files",
    "find_draft",
    "keep_draft",
    "list_drafts",
    "named_in_drafts",
    "new_draft_id",
    "read_draft",
]

OWNER_NAME, DRAFT_ID = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}")
ENDING = ".json"
DIGEST = re.compile(rb"[0-9a-f]{32,}")
MOST_DRAFTS = 20
"""Drafts of one owner."""
MAX_BYTES = 512 * 1024
"""Of one draft: a thousand models out of lists take about 300 kB."""


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft that is kept.

    Parameters
    ----------
    draft_id
        Its id, which cannot be guessed.
    draft
        What was chosen; ``None`` where it cannot be read.
    changed_at
        When it was changed last, in seconds since 1970.
    """

    draft_id: str
    draft: RunDraft | None
    changed_at: float


def new_draft_id() -> str:
    """Make an id of 128 random bits, so that a link to a draft cannot be guessed."""
    return secrets.token_hex(16)


def find_draft(settings: Settings, owner: str, draft_id: str) -> Path | None:
    """Return the file of an owner's draft; ``None`` where the owner has none with this id."""
    if not DRAFT_ID.fullmatch(draft_id):
        return None
    path = _folder(settings, owner) / f"{draft_id}{ENDING}"
    return path if path.is_file() and not path.is_symlink() else None


def read_draft(path: Path) -> RunDraft:
    """Read a draft.

    Raises
    ------
    InputError
        If it cannot be read: the message says why.
    """
    try:
        return draft_from_json(_content(path))
    except ValueError as error:
        raise InputError(f"This draft cannot be read: it {error}.") from error
    except InputError as error:
        raise InputError(f"This draft cannot be read: {error.message}", hint=error.hint) from error
    except OSError as error:
        raise InputError(f"This draft cannot be read: {error.strerror or error}.") from error


def keep_draft(settings: Settings, owner: str, draft_id: str, draft: RunDraft) -> Path:
    """Write a draft; a new one may take the place of the owner's oldest.

    Raises
    ------
    InputError
        If it is too large; what was kept before stays.
    OSError
        If it cannot be written; likewise.
    """
    if not DRAFT_ID.fullmatch(draft_id):
        raise InputError(f"{draft_id!r} is no id of a draft.")
    content = draft_to_json(draft).encode()
    if len(content) > MAX_BYTES:
        raise InputError(
            f"What is chosen takes {len(content):,} bytes; a draft of up to {MAX_BYTES:,} is kept.",
            hint="Choose fewer models.",
        )
    path = _folder(settings, owner) / f"{draft_id}{ENDING}"
    if not path.exists():
        for oldest in _newest_first(_drafts_in(path.parent))[MOST_DRAFTS - 1 :]:
            with suppress(OSError):  # what cannot be removed now, the next sweep finds
                remove(oldest)
    write_file(path, content)
    return path


def list_drafts(settings: Settings, owner: str) -> tuple[StoredDraft, ...]:
    """List an owner's drafts, the one that was changed last first."""
    return tuple(_stored(path) for path in _newest_first(_drafts_in(_folder(settings, owner))))


def draft_files(settings: Settings, *, owner: str | None = None) -> list[Path]:
    """List the files of all drafts, or of one owner's."""
    if owner is not None:
        return _drafts_in(_folder(settings, owner))
    folders = [path for path in _inside(settings.drafts_dir) if OWNER_NAME.fullmatch(path.name)]
    return [path for folder in folders for path in _drafts_in(folder)]


def named_in_drafts(settings: Settings) -> dict[str, float]:
    """Read which uploads and datasets drafts name, by digest, each with when such a draft was changed last.

    Looking for digests needs no decoding: a draft that cannot be read still keeps what it names.
    """
    named: dict[str, float] = {}
    for path in draft_files(settings):
        with suppress(OSError):
            changed_at = path.stat().st_mtime
            for found in DIGEST.finditer(_content(path)):
                digest = found.group().decode("ascii")
                named[digest] = max(changed_at, named.get(digest, 0.0))
    return named


def _stored(path: Path) -> StoredDraft:
    draft: RunDraft | None = None
    with suppress(InputError):
        draft = read_draft(path)
    return StoredDraft(path.stem, draft, _changed_at(path))


def _content(path: Path) -> bytes:
    """Read a draft's bytes, as many as one may have and one more."""
    with open_regular(path) as file:
        content: bytes = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(0, f"it is larger than {MAX_BYTES:,} bytes")
    return content


def _folder(settings: Settings, owner: str) -> Path:
    return settings.drafts_dir / hashlib.sha256(owner.encode()).hexdigest()


def _drafts_in(folder: Path) -> list[Path]:
    return [
        path
        for path in _inside(folder)
        if path.suffix == ENDING and DRAFT_ID.fullmatch(path.stem) and path.is_file()
    ]


def _inside(folder: Path) -> Iterator[Path]:
    """List what is in a folder, without symbolic links; nothing of one that is not there."""
    if not folder.is_symlink():
        with suppress(OSError):
            yield from sorted(path for path in folder.iterdir() if not path.is_symlink())


def _newest_first(paths: list[Path]) -> list[Path]:
    return sorted(paths, key=_changed_at, reverse=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
