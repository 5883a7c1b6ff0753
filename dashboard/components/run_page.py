"""The head of a page about one run, and what it shows when there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_list import offer_damaged
from dashboard.components.sharing import show_sharing
from dashboard.wording import show_error
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.errors import RunError, RunNotFoundError

__all__ = ["open_run", "watch_run"]

T = TypeVar("T")


def open_run(title: str, read: Callable[[str], T]) -> tuple[str, T] | None:
    """Draw the title and read the run of the address.

    Parameters
    ----------
    title
        Title of the page.
    read
        Reads the content of the page from a run's id.

    Returns
    -------
    run, read
        Id of the run and what was read, or ``None`` where there is nothing to show; the page says why.
    """
    st.title(title)
    run = state.run_id()
    if run is None:
        st.info("There is no run to show yet.")
        if st.button("Go to the start", type="primary"):
            state.navigate("start")
        return None
    try:
        outline = jobs.outline(run)
        show_sharing(run)
        if outline.is_readable:
            return run, read(run)
        offer_damaged(run, RunError(outline.error))
    except RunNotFoundError as error:
        show_error(error)
    except RunError as error:
        offer_damaged(run, error)
    return None


def watch_run(run: str) -> RunProgress:
    """Read the progress of a run in a part of a page that a timer runs.

    If its owner has deleted it meanwhile, the whole page is drawn again and says so.
    """
    try:
        return jobs.progress(run)
    except RunNotFoundError:
        st.rerun()
