"""Stopping what trains, and going on with it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import jobs
from dashboard.components.acting import carry_out

__all__ = ["offer_cancel", "offer_going_on"]


def offer_cancel(run: str, what: str, *, key: str, kept: str) -> None:
    """Draw the button that stops a training of the reader's own run; nothing for others.

    Parameters
    ----------
    run
        Its id.
    what
        What trains: ``"race"``.
    key
        Of the button.
    kept
        What is kept then: ``"What is trained"``.
    """
    if jobs.is_mine(run) and st.button(
        "Cancel",
        key=key,
        icon=":material/stop:",
        help=f"Stops the {what}. {kept} is kept, and it can go on from there.",
    ):
        jobs.cancel(run)
        st.toast(f"The {what} stops after the current step.")


def offer_going_on(run: str, what: str, *, key: str) -> None:
    """Draw the button that goes on with what was stopped."""
    if st.button(f"Go on with the {what}", key=key, type="primary", icon=":material/play_arrow:"):
        carry_out(partial(jobs.resume, run))
