"""The head of a page about one run, and what it shows when there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dashboard import jobs, state
from dashboard.components.onward import lead_onward
from dashboard.components.run_list import offer_damaged
from dashboard.components.sharing import copy_link, show_sharing
from dashboard.components.titles import title_tab
from dashboard.wording import name_run, plain, plural, show_error
from ptmrank_core.benchmark import Outline, RunProgress
from ptmrank_core.errors import RunError, RunNotFoundError

__all__ = ["open_run", "title_section", "watch_run"]

T = TypeVar("T")
LINKED = "It opens this page as it stands, on this machine."
LINKED_SHARED = "It opens this page as it stands, for whoever has the link."


def open_run(
    title: str, read: Callable[[str], T], beside: Callable[[T], None] | None = None
) -> tuple[Outline, T] | None:
    """Draw the title and read the run of the address.

    Parameters
    ----------
    title
        Title of the page.
    read
        Reads the content of the page from a run's id.
    beside
        Draws what stands beside the title; nothing by default.

    Returns
    -------
    outline, read
        Outline of the run and what was read, or ``None`` where there is nothing to show; the page says why.
    """
    run = state.run_id()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(title, width="stretch")
        tools = st.container(horizontal=True, vertical_alignment="center", width="content", key="run-tools")
    if run is None:
        st.info("There is no run to show yet.")
        if st.button("Go to the start", type="primary"):
            state.navigate("start")
        return None
    with tools:
        copy_link(LINKED_SHARED if jobs.is_shared() else LINKED)
    try:
        outline = jobs.outline(run)
        title_section(outline, title)
        with st.container(key="run-notes"):
            if outline.name:
                st.markdown(f":material/label: **{plain(outline.name)}**")
            show_sharing(run)
        if outline.is_readable:
            found = read(run)
            if beside is not None:
                with tools:
                    beside(found)
            return outline, found
        offer_damaged(run, RunError(outline.error))
    except RunNotFoundError as error:
        show_error(error)
        state.forget_run(run)
        lead_onward()
    except RunError as error:
        offer_damaged(run, error)
    return None


def title_section(outline: Outline, title: str) -> None:
    """Name a section of a page about a run, and the run, in the title of the tab."""
    counted = "" if outline.name else f", {plural(outline.n_samples, 'sample')}"
    title_tab(title, f"{name_run(outline)}{counted}" if outline.is_readable else "")


def watch_run(run: str) -> RunProgress:
    """Read the progress of a run in a part of a page that a timer runs.

    If its owner has deleted it meanwhile, the whole page is drawn again and says so.
    """
    try:
        return jobs.progress(run)
    except RunNotFoundError:
        st.rerun()
