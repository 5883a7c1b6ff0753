"""The draft on the pages that make it: taken up by the id in the address, and kept when something changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import streamlit as st

from dashboard import state
from dashboard.components.sharing import copy_link
from dashboard.components.titles import title_tab
from dashboard.jobs import drafts
from dashboard.wording import plain, show_error, source_name
from ptmrank_core.errors import PTMRankError

__all__ = ["drafting", "offer_unfinished"]

MOST_OFFERED = 3
NOT_HERE = (
    "There is no draft of yours at this address: it was left alone for too long, or is somebody else's. "
    "A new one begins here."
)


@contextmanager
def drafting(page: str, title: str) -> Iterator[state.Draft]:
    """Draw the title of a page that makes a draft, and keep what is chosen within the block.

    Parameters
    ----------
    page, title
        Address and title of the page.
    """
    head = st.container(horizontal=True, vertical_alignment="bottom")
    draft = _take_up(page)
    _title_tab(title, draft)
    with head:
        st.title(title, width="stretch")
    try:
        yield draft
    finally:  # also where the page is left by a button
        _keep(draft)
    state.put_draft_into_address(page)
    _title_tab(title, draft)
    if state.shows_draft():
        with head:
            copy_link("It opens this draft, with all that is chosen, in any tab of yours.")


def _title_tab(title: str, draft: state.Draft) -> None:
    source = draft.samples_source or draft.ready_made
    title_tab(title, source_name(source) if source else "")


def _take_up(page: str) -> state.Draft:
    """Go on with the draft that the address asks for, else with the session's."""
    asked = state.draft_asked_for(page)
    draft = state.draft()
    if asked is not None:
        draft = state.begin_draft(_read(asked) or state.Draft())
    elif drafts.has_moved_on(draft):
        draft = state.begin_draft(_read(draft.draft_id or "") or state.Draft())
        st.toast("This draft was changed in another tab: you see what was chosen there.")
    state.put_draft_into_address(page)
    return draft


def _read(draft_id: str) -> state.Draft | None:
    """Read a draft; where that cannot be, say why and return ``None``."""
    try:
        found = drafts.take(draft_id)
    except PTMRankError as error:
        show_error(error)
        return None
    if found is None:
        st.info(NOT_HERE, icon=":material/info:")
    return found


def _keep(draft: state.Draft) -> None:
    """Keep a draft; where that cannot be, the page goes on without."""
    try:
        drafts.keep(draft)
    except (PTMRankError, OSError) as error:
        reason = error.message if isinstance(error, PTMRankError) else error.strerror or str(error)
        st.caption(
            f":material/warning: What you choose is not kept beyond this tab: {plain(reason)}",
        )


def offer_unfinished() -> None:
    """Draw a button for each of the last drafts, where nothing is chosen yet."""
    found = drafts.recent(MOST_OFFERED)
    if not found:
        return
    st.markdown("**Go on where you left off**")
    with st.container(horizontal=True):
        for one in found:
            when = datetime.fromtimestamp(one.changed_at, UTC).strftime("%d %b %H:%M")
            if st.button(
                f"{plain(source_name(one.source))} · {when} UTC",
                key=f"draft-{one.draft_id}",
                icon=":material/edit_note:",
            ):
                state.navigate("samples", draft=one.draft_id)
