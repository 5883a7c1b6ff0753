"""Ways onward from a page that has nothing to show: the runs, the start, and the reader's last runs."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import say_run

__all__ = ["lead_onward"]

MOST_RUNS = 3


def lead_onward() -> None:
    """Draw links to the list of runs, the start, and the last runs of the reader's own."""
    with st.container(horizontal=True):
        state.link("runs", "All your runs", icon=":material/history:")
        state.link("start", "Go to the start", icon=":material/home:")
    recent = [entry for entry in jobs.history(MOST_RUNS) if entry.outline.is_readable]
    if recent:
        st.markdown("**Your last runs**")
    for entry in recent:
        page = "results" if entry.outline.state.is_finished() else "run"
        state.link(page, say_run(entry.outline), icon=":material/arrow_forward:", run=entry.run_id)
