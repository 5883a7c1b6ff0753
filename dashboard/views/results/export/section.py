"""Taking the run away, and what it ran with."""

from __future__ import annotations

import streamlit as st

from dashboard.views.results.export.downloads import offer_repeating, show_export
from dashboard.views.results.export.figures import offer_figures
from ptmrank_core.records import Ranking, RunResult

__all__ = ["draw_export"]


def draw_export(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    show_export(result, ranking)
    offer_figures(result, ranking)
    offer_repeating(result)
    with st.expander("What it ran with"):
        st.json(dict(result.environment))
