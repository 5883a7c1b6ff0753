"""What a page shows when it has no run to show."""

from __future__ import annotations

import streamlit as st

from dashboard import state

__all__ = ["no_run"]


def no_run() -> None:
    """Say that there is no run yet, and lead to the start."""
    st.info("There is no run to show yet.")
    if st.button("Go to the start", type="primary"):
        state.go("start")
