"""The title of the browser's tab: what is shown, of which run, and whose product it is."""

from __future__ import annotations

import streamlit as st

__all__ = ["title_tab"]

PRODUCT = "PTMRank"


def title_tab(*parts: str) -> None:
    """Set the title of the document: ``Ranking · digits, 600 samples · PTMRank``.

    Parameters
    ----------
    parts
        From the most to the least particular; empty ones are left out.
    """
    st.set_page_config(page_title=" · ".join([*filter(None, parts), PRODUCT]))
