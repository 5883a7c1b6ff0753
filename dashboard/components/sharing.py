"""Links to pages; whose a run is and who may change it, and whether a server shows the demos alone."""

from __future__ import annotations

import importlib.util

import streamlit as st

from dashboard import jobs, state
from dashboard.components.demo import start_demo
from dashboard.server import owner
from dashboard.wording import plain
from ptmrank_core.benchmark import is_shipped

__all__ = [
    "copy_link",
    "say_who_may",
    "show_account",
    "show_demo_only",
    "show_runs_owner",
    "show_sharing",
]


def copy_link(note: str) -> None:
    """Draw a button that shows the whole address of what is on the page, to be copied.

    The address stands there to be selected too: a browser may refuse a page its clipboard.

    Parameters
    ----------
    note
        What the link opens, and for whom.
    """
    with st.popover("Copy link", icon=":material/link:", type="tertiary", width="content"):
        st.code(state.address_of_page(), language=None, wrap_lines=True)
        st.caption(note)


def show_demo_only() -> None:
    """Say on every page that this dashboard shows the demos alone, where it does."""
    if jobs.is_demo_only():
        st.caption(
            ":material/info: This dashboard shows the demos alone. "
            "Install PTMRank on a machine of your own to rank models for your own samples."
        )


def show_account() -> None:
    """Draw a button to log in or out, where login is set up."""
    if not (jobs.is_shared() and owner.can_log_in()):
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if owner.is_logged_in():
            name = st.user.get("name") or st.user.get("email") or "somebody"
            st.caption(f"Logged in as {plain(str(name))}", width="content")
            st.button("Log out", key="log-out", type="tertiary", on_click=st.logout)
        elif importlib.util.find_spec("authlib") is None:
            st.caption("Login is set up here, but a package is missing: run `pip install 'ptmrank[login]'`.")
        else:
            st.button("Log in", key="log-in", type="tertiary", on_click=st.login)


def show_sharing(run: str) -> None:
    """Say on the page of a run who can see it and who can change it."""
    if is_shipped(run):
        _show_read_only(run)
        return
    if not jobs.is_shared():
        return
    if jobs.is_mine(run):
        st.caption(
            ":material/link: Anyone with the link to this page can see this run and its samples. "
            "Only you can stop, continue or delete it."
        )
    else:
        st.caption(
            ":material/visibility: This run belongs to somebody else. You can look at everything and "
            "download its tables; only its owner can stop, continue or delete it."
        )


def say_who_may(run: str) -> str:
    """Say who can start something in a run that is not the visitor's."""
    if is_shipped(run):
        return "This run is read-only: run the demo yourself to start it."
    return "Only the owner of this run can start it."


def _show_read_only(run: str) -> None:
    """Say that a run comes along and cannot be changed, and offer to do the same."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            ":material/lock: A finished run that comes with PTMRank: look at everything and download it. "
            "It is read-only.",
            width="content",
        )
        if st.button("Run the demo yourself", key="run-demo", type="tertiary", icon=":material/play_arrow:"):
            source = jobs.outline(run).samples_source
            start_demo(next(demo for demo in jobs.demos() if demo.source == source))


def show_runs_owner() -> None:
    """Say on a list of runs who owns them."""
    if not jobs.is_shared():
        return
    if owner.is_logged_in():
        st.caption(
            "These are your runs. Runs from before you logged in belong to the browser they came from."
        )
    else:
        st.caption(
            "These runs belong to this browser. Without its cookie they are reachable only by their links."
        )
