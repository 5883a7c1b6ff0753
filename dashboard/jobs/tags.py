"""Tags that the owner of a run gives to its samples; they are kept with the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.jobs.demo_only import require_open
from dashboard.jobs.home import store
from dashboard.jobs.runs import require_owner
from ptmrank_core.errors import InputError
from ptmrank_core.records import Finding, RunResult, SampleTag, pack_array
from ptmrank_core.records.names import printable

__all__ = ["MAX_TAG_CHARS", "drop_tag", "keep_tag", "tags_of"]

MAX_TAGS, MAX_TAG_CHARS = 50, 60


def tags_of(result: RunResult) -> dict[str, list[int]]:
    """Read the tags of a run: tag -> its samples; those of other samples than there are now are left out."""
    n_samples = result.samples.n_samples
    return {
        tag: [row for row in content.rows.unpack().astype(int).tolist() if 0 <= row < n_samples]
        for tag, content in sorted(result.contents(SampleTag).items())
    }


def keep_tag(result: RunResult, name: str, rows: Sequence[int]) -> str:
    """Give some samples a tag; those that have it already keep it. Return the tag as it is kept.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    InputError
        If there is no name, no sample, or no room for another tag.
    """
    require_owner(result.plan.run_id)
    require_open("tags")
    tag = " ".join(printable(name).split())[:MAX_TAG_CHARS]
    known = tags_of(result)
    if not tag or not rows:
        raise InputError(
            "Expected a tag and at least one selected sample.", hint="Write a tag, such as blurred."
        )
    if tag not in known and len(known) >= MAX_TAGS:
        raise InputError(f"A run has at most {MAX_TAGS} tags.", hint="Delete one that is no longer needed.")
    chosen = np.unique(np.array([*known.get(tag, []), *rows], dtype=np.int64))
    store().add_finding(result.plan.run_id, Finding(SampleTag.KIND, tag, SampleTag(pack_array(chosen)), 0.0))
    return tag


def drop_tag(result: RunResult, tag: str) -> None:
    """Delete a tag; the samples stay.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    """
    require_owner(result.plan.run_id)
    store().drop_findings(result.plan.run_id, SampleTag.KIND, subject=tag)
