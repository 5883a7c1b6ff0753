"""Drafts for the pages: kept on the server for their owner, and taken up again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dashboard.jobs.home import settings
from dashboard.server.owner import current_owner
from dashboard.state import Draft
from ptmrank_core import catalogue
from ptmrank_core.benchmark import offered_devices
from ptmrank_core.benchmark.drafts import (
    RunDraft,
    find_draft,
    keep_draft,
    list_drafts,
    new_draft_id,
    read_draft,
)
from ptmrank_core.catalogue import Candidate
from ptmrank_core.data import DEMO_SAMPLES, FEATURES_PREFIX, HUB_PREFIX
from ptmrank_core.errors import InputError, PTMRankError
from ptmrank_core.features import DTYPES
from ptmrank_core.owners import owned
from ptmrank_core.records import LOCAL_OWNER, decode

__all__ = ["Unfinished", "has_moved_on", "keep", "recent", "take"]

# What a draft and what is kept of it have alike.
PLAIN = {field.name for field in fields(RunDraft)} - {"ticks", "selected_models", "preselected"}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft that somebody may go on with.

    Parameters
    ----------
    draft_id
        Its id.
    source
        Its samples, or its features.
    changed_at
        When it was changed last, in seconds since 1970.
    """

    draft_id: str
    source: str
    changed_at: float


def take(draft_id: str) -> Draft | None:
    """Read a draft of the current owner; ``None`` where the owner has none with this id.

    Raises
    ------
    InputError
        If it cannot be read, or names what this owner did not bring.
    """
    path = find_draft(settings(), current_owner(), draft_id)
    if path is None:
        return None
    kept_at = path.stat().st_mtime_ns
    kept = read_draft(path)
    for source in (kept.samples_source, kept.ready_made):
        if source is not None:
            _require_own(source)
    return _draft_of(kept, draft_id, kept_at)


def keep(draft: Draft) -> None:
    """Write a draft if something has changed in it since; one without samples is not kept.

    Raises
    ------
    InputError
        If it is too large.
    OSError
        If it cannot be written.
    """
    chosen = _chosen_in(draft)
    if chosen == draft.kept or chosen.source is None:
        return
    draft_id = draft.draft_id or new_draft_id()
    path = keep_draft(settings(), current_owner(), draft_id, chosen)
    draft.draft_id, draft.kept, draft.kept_at = draft_id, chosen, path.stat().st_mtime_ns


def has_moved_on(draft: Draft) -> bool:
    """Whether another tab has changed a draft since; one whose file is gone is written again."""
    if draft.draft_id is None or draft.kept is None:
        return False
    path = find_draft(settings(), current_owner(), draft.draft_id)
    if path is None:
        draft.kept = None
        return False
    return path.stat().st_mtime_ns != draft.kept_at


def recent(limit: int) -> list[Unfinished]:
    """List the drafts that the current owner changed last."""
    stored = list_drafts(settings(), current_owner())
    found = [
        Unfinished(one.draft_id, one.draft.source, one.changed_at)
        for one in stored
        if one.draft is not None and one.draft.source is not None
    ]
    return found[:limit]


def _require_own(source: str) -> None:
    """Refuse what is no demo, no dataset of the Hub and no upload of the current owner's."""
    if source in DEMO_SAMPLES or source.startswith(HUB_PREFIX):
        return
    own, owner = settings(), current_owner()
    path = Path(os.path.normpath(source.removeprefix(FEATURES_PREFIX)))
    if path.is_relative_to(own.uploads_dir) and path != own.uploads_dir:
        upload = path.relative_to(own.uploads_dir).parts[0]
        is_there = (own.uploads_dir / upload).exists()  # of one that is gone, the page says so
        if owner == LOCAL_OWNER or not is_there or upload in owned(own, owner):
            return
    raise InputError("This draft names samples that were not uploaded by you.")


def _chosen_in(draft: Draft) -> RunDraft:
    """Collect what is chosen in a draft, in plain JSON types."""
    selected = {
        task: {name: _entry(model) for name, model in models.items()}
        for task, models in draft.selected_models.items()
        if models
    }
    return RunDraft(
        selected_models=selected,
        ticks=dict(draft.ticks),
        preselected=dict(draft.preselected),
        **{name: getattr(draft, name) for name in PLAIN},
    )


def _entry(model: Candidate) -> dict[str, Any]:
    """Write what is known of a model; what is not known is left out."""
    return {
        field.name: list(value) if isinstance(value, tuple) else value
        for field in fields(model)
        if (value := getattr(model, field.name)) != field.default
    }


def _draft_of(kept: RunDraft, draft_id: str, kept_at: int) -> Draft:
    """Make the session's draft; what this version or this machine does not know is left out."""
    tasks = {task.name for task in catalogue.ALL_TASKS.values()}
    plain = {name: getattr(kept, name) for name in PLAIN} | {
        "task": kept.task if kept.task in tasks else None,
        "dtype": kept.dtype if kept.dtype in DTYPES else "auto",
        "device": kept.device if kept.device in offered_devices() else "auto",
    }
    return Draft(
        ticks=dict(kept.ticks),
        selected_models={
            task: dict(_models(models, task))
            for task, models in kept.selected_models.items()
            if task in catalogue.TASKS
        },
        preselected={task: own for task, own in kept.preselected.items() if own and task in catalogue.TASKS},
        draft_id=draft_id,
        kept=kept,
        kept_at=kept_at,
        **plain,
    )


def _models(models: Mapping[str, Mapping[str, Any]], task: str) -> Iterator[tuple[str, Candidate]]:
    """Yield the models of a list that can be candidates, each with what the list said of it."""
    for name, facts in models.items():
        try:
            catalogue.hub_models(name, catalogue.TASKS[task])
            model = decode(Candidate, {**facts, "id": name}, name)
        except PTMRankError:
            continue
        yield name, model
