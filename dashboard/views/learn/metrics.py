"""What each metric sees: one page for each of them, in a scene."""

from __future__ import annotations

import streamlit as st

from dashboard.components.metric_page import metric_page
from ptmrank_core.lessons import Candidate, Opinion, Task, score_candidate
from ptmrank_core.metrics import METRICS, default_metrics

__all__ = ["draw"]


def draw() -> None:
    """Draw the section."""
    metric = st.segmented_control(
        "Metric",
        list(default_metrics()),
        default=default_metrics()[0],
        format_func=lambda name: METRICS[name].title,
        key="metric",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    if metric is not None:
        metric_page(metric, _opinion())


@st.cache_resource(max_entries=20, show_spinner=False)
def _opinion() -> Opinion:
    return score_candidate(Task(), Candidate())
