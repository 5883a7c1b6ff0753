"""Results for a projector: the answer and the picture in large letters, and nothing else."""

from __future__ import annotations

import streamlit as st

from dashboard.views.results.agreement.heatmap import read_agreement, show_heatmap
from dashboard.views.results.ranking.overview import show_overview
from ptmrank_core.records import Ranking, RunResult

__all__ = ["present", "show_switch"]

SCALE = 1.35
LARGE = f"""<style>
html {{ font-size: {SCALE:.0%}; }}
[data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stMain"] h1 {{ display: none; }}
[data-testid="stMainBlockContainer"] {{ padding-top: 1.5rem; }}
</style>"""


def show_switch() -> bool:
    """Draw the switch into the presentation and back; return whether it is on."""
    return st.toggle("Presentation", key="present", bind="query-params", width="content")


def present(result: RunResult, ranking: Ranking) -> None:
    """Draw the picture and the agreement large, all that is around them hidden."""
    st.html(LARGE)
    show_overview(result, ranking, scale=SCALE, voters_only=True)
    agreement = read_agreement(result, ranking)
    if agreement is not None:
        show_heatmap(agreement, len(ranking.order))
