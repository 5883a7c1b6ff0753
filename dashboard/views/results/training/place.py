"""The way to the Training section from elsewhere on the page."""

from __future__ import annotations

import streamlit as st

from dashboard import state

__all__ = ["go_to_training"]

CHOICE, TITLE = "section", "Training"  # the choice of a section, and this one's title


def go_to_training(label: str) -> None:
    """Draw a button that goes to the Training section; nothing where it is shown already."""
    if not state.widget_is(CHOICE, TITLE):
        st.button(
            label,
            key="to-race",
            type="tertiary",
            icon=":material/sports_score:",
            on_click=state.set_widget,
            args=(CHOICE, TITLE),
        )
