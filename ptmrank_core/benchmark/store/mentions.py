"""What the stored runs use of all that is kept beside them, read from their text as it is.

An upload, a dataset taken from the Hub and a model that an adapter was merged into are each kept under a
digest, and what a run reads is named with its path or its commit in the plan or in the outcome of a model.
Looking for digests needs no decoding: a run that cannot be read still keeps what it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ptmrank_core.benchmark.store.connection import Database
from ptmrank_core.files import is_partial, measure
from ptmrank_core.records import RunState

__all__ = ["Mentions", "find_mentions", "is_mentioned", "last_set_aside"]

DIGEST = re.compile(rb"[0-9a-f]{32,}")
ADAPTER = re.compile(rb'"base":\s*\{')
TEXTS = """
    SELECT run_id, owner, state, CAST(plan AS BLOB) FROM runs UNION ALL
    SELECT run_id, owner, state, CAST(outcome AS BLOB) FROM outcomes JOIN runs USING (run_id)"""
# What lies beside the store and is no former file of it.
OTHER_FILES = (".lock", ".log", ".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Which runs name which digests.

    Parameters
    ----------
    runs
        Digest -> ids of the runs whose plan or outcomes have it.
    owners
        Id of each run -> its owner.
    has_unfinished
        Whether a run is queued or running, or was interrupted.
    has_unfinished_adapter
        Whether one of these has a model that is merged from an adapter.
    """

    runs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    has_unfinished: bool = False
    has_unfinished_adapter: bool = False

    def of(self, digest: str) -> frozenset[str]:
        """Return the ids of the runs that name a digest."""
        return self.runs.get(digest, frozenset())


def find_mentions(store: Database) -> Mentions:
    """Read which runs of a store name which digests."""
    runs: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    has_unfinished = has_adapter = False
    for run_id, owner, state, text in store.rows(TEXTS):
        owners[run_id] = owner
        for found in DIGEST.finditer(text or b""):
            runs.setdefault(found.group().decode("ascii"), set()).add(run_id)
        if state in {RunState.QUEUED, RunState.RUNNING}:
            has_unfinished = True
            has_adapter = has_adapter or ADAPTER.search(text or b"") is not None
    named = {digest: frozenset(own) for digest, own in runs.items()}
    return Mentions(named, owners, has_unfinished, has_adapter)


def is_mentioned(store: Database, digest: str) -> bool:
    """Whether a run names a digest by now."""
    return any(digest.encode() in (text or b"") for *_, text in store.rows(TEXTS))


def last_set_aside(runs_dir: Path) -> float:
    """Return when a former file of the store, or a copy of it, was changed last; 0 where there is none.

    Such a file lies beside the store once that was damaged. Its runs may use whatever is older than it.
    """
    former = [
        path
        for path in (runs_dir.iterdir() if runs_dir.is_dir() else ())
        if path.is_file() and not path.name.endswith(OTHER_FILES) and not is_partial(path)
    ]
    return max((measure(path).changed_at for path in former), default=0.0)
