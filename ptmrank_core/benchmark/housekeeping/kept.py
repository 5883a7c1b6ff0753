"""What is kept beside the runs: uploads, samples taken from the Hub, merged models, drafts of runs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ptmrank_core.benchmark.drafts import draft_files, named_in_drafts, read_draft
from ptmrank_core.benchmark.housekeeping.places import (
    children,
    datasets,
    mark_files,
    merged_models,
    run_files,
    uploads,
)
from ptmrank_core.benchmark.store.mentions import (
    Mentions,
    find_mentions,
    is_mentioned,
    last_set_aside,
)
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.owners import UPLOAD_NAME, owned, things_of
from ptmrank_core.records.foreign import read_json_file
from ptmrank_core.records.names import printable
from ptmrank_core.results.phrases import plural
from ptmrank_core.sizes import measure

__all__ = [
    "Kept",
    "KeptKind",
    "is_drafted_now",
    "is_named_now",
    "kept_with",
    "list_kept",
    "read_mentions",
    "safe_until",
]

N_NAMES = 2


class KeptKind(StrEnum):
    """What is kept."""

    UPLOAD = "upload"
    DATASET = "dataset"
    MERGED = "merged model"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload, samples taken from the Hub, a merged model, or a draft.

    Parameters
    ----------
    kind, path
        What it is, and its folder; the file of a draft.
    title
        Its name for readers: of a file, of a dataset with its commit, of a model, or of a draft's samples.
    size_bytes, changed_at
        Its size, and when it was stored or asked for last, in seconds since 1970.
    runs
        Ids of the runs that use it.
    is_held
        Whether it has to stay although no run names it: an unfinished run may be about to use it.
    drafted_at
        When a draft that names it was changed last; 0 where none does. A draft counts as a use for as long as
        what is unused is kept.
    """

    kind: KeptKind
    path: Path
    title: str
    size_bytes: int
    changed_at: float
    runs: frozenset[str] = frozenset()
    is_held: bool = False
    drafted_at: float = 0.0

    @property
    def is_used(self) -> bool:
        """Whether it has to stay."""
        return bool(self.runs) or self.is_held

    @property
    def used_by(self) -> str:
        """Say what uses it: ``"no run"``, ``"2 runs"``, ``"an unfinished run"``, ``"a draft"``."""
        if self.runs:
            return plural(len(self.runs), "run")
        if self.is_held:
            return "an unfinished run"
        return "a draft" if self.drafted_at else "no run"

    @property
    def digest(self) -> str:
        """What a run that uses it names: of a dataset, its commit; nothing for a draft, which no run uses."""
        return "" if self.kind is KeptKind.DRAFT else self.path.name.partition("-")[0]


def list_kept(settings: Settings, *, owner: str | None = None) -> tuple[Kept, ...]:
    """List what is kept beside the runs, the newest first.

    Parameters
    ----------
    settings
        Where it is.
    owner
        List what this visitor of a shared server has uploaded, taken from the Hub or drafted, with the
        visitor's own runs; ``None`` for everything.
    """
    mentions = read_mentions(settings)
    found = kept_with(mentions, settings)
    if owner is None:
        return found
    own = {path for name in owned(settings, owner) for path in things_of(settings, name)}
    own |= set(draft_files(settings, owner=owner))
    runs = {run for run, of in mentions.owners.items() if of == owner}
    return tuple(replace(kept, runs=kept.runs & runs) for kept in found if kept.path in own)


def read_mentions(settings: Settings) -> Mentions:
    """Read what the runs of a home use; no store is made where there is none."""
    return find_mentions(RunStore(settings)) if settings.store_file.exists() else Mentions()


def is_named_now(settings: Settings, digest: str) -> bool:
    """Whether a run that may have been stored a moment ago uses what has this digest."""
    return settings.store_file.exists() and is_mentioned(RunStore(settings), digest)


def is_drafted_now(settings: Settings, digest: str, since: float) -> bool:
    """Whether a draft that was changed after a moment, in seconds since 1970, uses what has this digest."""
    return named_in_drafts(settings).get(digest, 0.0) > since


def safe_until(settings: Settings) -> float:
    """Return until when everything stays that was stored before: runs that are not in the store may use it.

    Where the store was set aside, that is when it was changed last; where it was taken away and its runs left
    their files, it is for ever.
    """
    if not settings.store_file.exists() and any(True for _ in run_files(settings)):
        return float("inf")
    return last_set_aside(settings.runs_dir)


def kept_with(mentions: Mentions, settings: Settings) -> tuple[Kept, ...]:
    """List everything that is kept beside the runs, with the runs that use it, the newest first."""
    marked = {mark.name for mark in mark_files(settings)}
    drafted = named_in_drafts(settings)
    used = [
        *(_upload(path, mentions, is_marked=path.name in marked) for path in uploads(settings)),
        *(_dataset(path, mentions) for path in datasets(settings)),
        *(_merged(path, mentions) for path in merged_models(settings)),
    ]
    found = [replace(kept, drafted_at=drafted.get(kept.digest, 0.0)) for kept in used]
    found += [_draft(path) for path in draft_files(settings)]
    return tuple(sorted(found, key=lambda kept: kept.changed_at, reverse=True))


def _upload(path: Path, mentions: Mentions, *, is_marked: bool) -> Kept:
    """Describe an upload.

    An archive of this machine's that was unpacked to be read looks like one and is named by no run: it is
    held while any run is unfinished.
    """
    measured, names = measure(path), [printable(file.name) for file in children(path)]
    shown = ", ".join(names[:N_NAMES]) or "nothing"
    title = f"{shown} and {len(names) - N_NAMES:,} more" if len(names) > N_NAMES else shown
    may_be_read = not is_marked and len(names) == 1 and names[0].endswith(".tar") and mentions.has_unfinished
    runs = mentions.of(path.name)
    return Kept(
        KeptKind.UPLOAD, path, title, measured.size_bytes, measured.changed_at, runs, is_held=may_be_read
    )


def _dataset(path: Path, mentions: Mentions) -> Kept:
    measured, commit = measure(path), path.name.partition("-")[0]
    facts = _facts(path / "dataset.json")
    config = facts.get("config") or "default"
    name = str(facts.get("repository") or path.parent.name.replace("--", "/"))
    title = printable(f"{name}{'' if config == 'default' else f', {config}'} at {commit[:8]}")
    return Kept(KeptKind.DATASET, path, title, measured.size_bytes, measured.changed_at, mentions.of(commit))


def _merged(path: Path, mentions: Mentions) -> Kept:
    measured = measure(path)
    title = printable(str(_facts(path / "merged_facts.json").get("architecture") or path.name[:8]))
    return Kept(
        KeptKind.MERGED,
        path,
        title,
        measured.size_bytes,
        measured.changed_at,
        mentions.of(path.name),
        is_held=mentions.has_unfinished_adapter,
    )


def _draft(path: Path) -> Kept:
    """Describe a draft by its samples; one that cannot be read is listed too."""
    measured = measure(path)
    try:
        source = read_draft(path).source or "no samples yet"
        name = source.rsplit("/", 1)[-1]
        title = "uploaded files" if UPLOAD_NAME.fullmatch(name) else name
    except InputError:
        title = "what cannot be read"
    return Kept(KeptKind.DRAFT, path, title, measured.size_bytes, measured.changed_at)


def _facts(path: Path) -> dict[str, object]:
    """Read the facts that lie with something; none where they cannot be read."""
    with suppress(OSError, ValueError):
        facts = read_json_file(path).value
        if isinstance(facts, dict):
            return facts
    return {}
