"""What a button does to a run: the page is drawn again when it is done, or says why it cannot be."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.wording import show_error
from ptmrank_core.errors import PTMRankError

__all__ = ["carry_out"]


def carry_out(action: Callable[[], object], *, words: str = "Starting …") -> None:
    """Do something and draw the page again, or say why it failed.

    Parameters
    ----------
    action
        What is done.
    words
        What stands beside the spinner meanwhile.
    """
    try:
        with st.spinner(words):
            action()
    except PTMRankError as error:
        show_error(error)
        return
    st.rerun()
