"""Starting a demo, on any page that offers one."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import show_error
from ptmrank_core.errors import PTMRankError

__all__ = ["start_demo"]


def start_demo(demo: jobs.Demo) -> None:
    """Start a demo and go to its run, or say why it cannot be started."""
    try:
        with st.spinner("Starting …"):
            run = jobs.start_demo(demo)
    except PTMRankError as error:
        show_error(error)
        return
    state.follow_run(run)
    state.navigate("run", run=run)
