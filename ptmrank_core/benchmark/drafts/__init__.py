"""Drafts: what somebody has chosen for the next run, kept for as long as they go on with it."""

from ptmrank_core.benchmark.drafts.record import RunDraft
from ptmrank_core.benchmark.drafts.store import (
    StoredDraft,
    draft_files,
    find_draft,
    keep_draft,
    list_drafts,
    named_in_drafts,
    new_draft_id,
    read_draft,
)

__all__ = [
    "RunDraft",
    "StoredDraft",
    "draft_files",
    "find_draft",
    "keep_draft",
    "list_drafts",
    "named_in_drafts",
    "new_draft_id",
    "read_draft",
]
