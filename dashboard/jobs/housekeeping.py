"""What visitors keep on this machine, how much that may be, and what is swept away."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import streamlit as st

from dashboard.jobs.home import features, kept_results, settings
from dashboard.jobs.sources import forget_samples
from dashboard.server import owner
from dashboard.server.owner import current_owner
from ptmrank_core.benchmark.housekeeping import (
    Kept,
    Leftover,
    SweepReport,
    discard,
    find_leftovers,
    list_kept,
    sweep,
    sweep_quietly,
)
from ptmrank_core.benchmark.work.kept_results import KeptReport
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import NotOwnerError, PTMRankError
from ptmrank_core.features import CacheReport
from ptmrank_core.owners import Room, room_of

__all__ = [
    "check_features",
    "clear_features",
    "delete_kept",
    "forget_features",
    "kept",
    "leftovers",
    "limits",
    "room",
    "sweep_at_start",
    "sweep_now",
]


def limits() -> Settings:
    """Return the settings that limit what is kept here."""
    return settings()


def kept() -> tuple[Kept, ...]:
    """List what the visitor keeps; where nobody else uses the server, everything beside the runs."""
    return list_kept(settings(), owner=_visitor())


def room() -> Room:
    """Measure what the visitor of a shared server keeps, beside what they may keep."""
    return room_of(settings(), current_owner())


def delete_kept(chosen: Collection[Path]) -> tuple[Kept, ...]:
    """Delete some of what ``kept`` lists; return what was deleted.

    Raises
    ------
    InputError
        If a run uses one of them.
    """
    gone = discard(settings(), chosen, owner=_visitor())
    forget_samples()
    return gone


def leftovers() -> tuple[Leftover, ...]:
    """Find what a sweep would remove now.

    Raises
    ------
    NotOwnerError
        If others use the server too.
    """
    _require_own_server()
    return find_leftovers(settings())


def sweep_now() -> SweepReport:
    """Remove what nobody uses any more.

    Raises
    ------
    NotOwnerError
        If others use the server too.
    """
    _require_own_server()
    report = sweep(settings())
    forget_samples()
    return report


def sweep_at_start() -> None:
    """Sweep when the server has started, outside any session: settings that cannot be read stop nothing."""
    try:
        found = load_settings()
    except PTMRankError:
        return  # the first page says it
    sweep_quietly(found)


def clear_features() -> None:
    """Remove every feature from the cache, and every kept result.

    Raises
    ------
    NotOwnerError
        If others use the server too.
    """
    _require_own_features()
    features().clear()
    kept_results().clear()


def forget_features(keys: Collection[str]) -> None:
    """Remove the features of some models and their results; errors as of ``clear_features``."""
    _require_own_features()
    features().forget(keys)
    kept_results().forget(keys)


def check_features() -> tuple[CacheReport, KeptReport]:
    """Read every vector and every result, and remove what is damaged; errors as of ``clear_features``."""
    _require_own_features()
    return features().verify(), kept_results().verify()


def _require_own_features() -> None:
    if owner.is_shared(st.context.headers):
        raise NotOwnerError(
            "Others use this server too: the cached features are everybody's.",
            hint="Whoever runs the server can clear them.",
        )


def _visitor() -> str | None:
    """Return the owner whose things are listed; ``None`` where all of them are the only user's."""
    return current_owner() if owner.is_shared(st.context.headers) else None


def _require_own_server() -> None:
    if owner.is_shared(st.context.headers):
        raise NotOwnerError("Others use this server too: what nobody uses is swept away by itself.")
