"""What is kept beside the cached features, which runs use it, and deleting what none does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.wording import plain, plural, say_size, show_error, tell_faults
from ptmrank_core.benchmark.housekeeping import Kept, KeptKind, Leftover
from ptmrank_core.errors import PTMRankError

__all__ = ["say_when", "show_kept"]

KINDS = {
    KeptKind.UPLOAD: "upload",
    KeptKind.DATASET: "samples from the Hub",
    KeptKind.MERGED: "merged model",
    KeptKind.DRAFT: "draft",
}
MOST_ROWS = 12
MOST_NAMES = 3


def say_when(seconds: float | None) -> str | None:
    """Say a time to the minute; ``None`` for an unknown one."""
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def show_kept() -> None:
    """Draw what is kept: a visitor of a shared server sees what is theirs alone."""
    is_shared = jobs.is_shared()
    st.header(
        "Your uploads and drafts" if is_shared else "Uploads, samples from the Hub, merged models, drafts"
    )
    days = f"{jobs.limits().quotas.keep_days:g} days"
    try:
        kept = jobs.kept()
        gone = () if is_shared else jobs.leftovers()
    except PTMRankError as error:
        show_error(error)
        return
    if not (kept or gone):
        st.caption(f"Nothing is kept. What no run uses is deleted after {days}.")
        return
    st.markdown(
        f"What a run uses stays until the run is deleted. What no run uses is deleted after {days}, or here; "
        "a draft keeps its upload as long."
    )
    if kept:
        chosen = _choose(kept)
    with st.container(horizontal=True):
        if kept:
            _offer_chosen(
                [own for own in chosen if not own.is_used], n_used=sum(own.is_used for own in chosen)
            )
            _offer_unused([own for own in kept if not own.is_used])
        if gone:
            _offer_sweep(gone)


def _choose(kept: Sequence[Kept]) -> list[Kept]:
    """Draw what is kept as rows that can be chosen."""
    rows = [
        {
            "kind": KINDS[own.kind],
            "name": own.title,
            "MB": own.size_bytes / 1e6,
            "stored (UTC)": say_when(own.changed_at),
            "used by": own.used_by,
        }
        for own in kept
    ]
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(kept) <= MOST_ROWS else 430,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"kept-{len(kept)}-{kept[0].path.name[:8]}",
        placeholder="unknown",
        column_config={"MB": st.column_config.NumberColumn("MB", format="%.2f")},
        alt=f"{plural(len(kept), 'thing')} kept on this machine, with their sizes and the runs that use them",
    )
    return [kept[row] for row in event["selection"]["rows"] if row < len(kept)]


def _offer_chosen(unused: Sequence[Kept], *, n_used: int) -> None:
    """Offer to delete the chosen ones; say why some of them have to stay."""
    if n_used:
        st.caption(
            f"{plural(n_used, 'chosen one')} {'is' if n_used == 1 else 'are'} in use: delete the runs first, "
            "on the Runs page."
        )
    if unused:
        with st.popover(f"Delete {plural(len(unused), 'chosen one')}", icon=":material/delete:"):
            _ask(unused)
            st.button("Delete them", key="delete-chosen", on_click=_delete, args=(unused,))


def _offer_unused(unused: Sequence[Kept]) -> None:
    """Offer to delete all that no run uses."""
    if unused:
        with st.popover("Delete all that no run uses", icon=":material/delete_sweep:"):
            _ask(unused)
            st.button("Delete them all", key="delete-unused", on_click=_delete, args=(unused,))


def _ask(unused: Sequence[Kept]) -> None:
    """Say what would go."""
    names = ", ".join(plain(own.title) for own in unused[:MOST_NAMES])
    more = f" and {len(unused) - MOST_NAMES:,} more" if len(unused) > MOST_NAMES else ""
    size = sum(own.size_bytes for own in unused)
    st.markdown(
        f"This deletes **{names}**{more}: {say_size(size)}. It cannot be undone; what is needed again has to "
        "be uploaded or downloaded again."
    )


@tell_faults  # a run may have been started in the meantime
def _delete(unused: Sequence[Kept]) -> None:
    jobs.delete_kept({own.path for own in unused})


def _offer_sweep(gone: Sequence[Leftover]) -> None:
    """Offer to remove at once what the next sweep removes."""
    size = sum(found.size_bytes for found in gone)
    with st.popover("Sweep now", icon=":material/mop:"):
        st.markdown(
            f"The next sweep deletes {plural(len(gone), 'thing')} that nobody has used for long, or that "
            f"stopped processes have left: {say_size(size)}. It comes when a run ends or a dashboard starts."
        )
        st.button("Delete them now", key="sweep", on_click=_sweep)


@tell_faults
def _sweep() -> None:
    jobs.sweep_now()
