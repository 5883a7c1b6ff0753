"""Whose a run is, as far as a page has to say it: nothing where a server has one owner."""

from __future__ import annotations

import importlib.util

import streamlit as st

from dashboard import jobs
from dashboard.server import owner
from dashboard.wording import plain

__all__ = ["show_account", "show_sharing", "show_whose"]


def show_account() -> None:
    """Offer to log in or out where that is set up."""
    if not (jobs.is_shared() and owner.can_log_in()):
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if owner.is_logged_in():
            name = st.user.get("name") or st.user.get("email") or "somebody"
            st.caption(f"Logged in as {plain(str(name))}", width="content")
            st.button("Log out", key="log-out", type="tertiary", on_click=st.logout)
        elif importlib.util.find_spec("authlib") is None:
            st.caption("Logging in is set up here, but `pip install 'ptmrank[login]'` was not done.")
        else:
            st.button("Log in", key="log-in", type="tertiary", on_click=st.login)


def show_sharing(run: str) -> None:
    """Say on the page of a run who sees it, and who may do something about it."""
    if not jobs.is_shared():
        return
    if jobs.is_mine(run):
        st.caption(
            ":material/link: Whoever has the link of this page sees this run, its samples included. "
            "Only you can stop, continue or delete it."
        )
    else:
        st.caption(
            ":material/visibility: This is somebody else's run, and you have the link to it: look at "
            "everything, take its tables away. Only its owner can stop, continue or delete it."
        )


def show_whose() -> None:
    """Say on a list of runs whose they are."""
    if not jobs.is_shared():
        return
    if owner.is_logged_in():
        st.caption(
            "These are your runs. Runs from before you logged in belong to the browser they came from."
        )
    else:
        st.caption(
            "These are the runs of this browser: without its cookie they can be had by their links alone."
        )
