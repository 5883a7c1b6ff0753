"""The samples of a run: which are worth a look, what was read, and where two models disagree."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.components.preflight import preflight
from dashboard.views.results.samples.disagreement import show_disagreement
from dashboard.views.results.samples.look import show_look
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Ranking, RunResult, Samples

__all__ = ["draw_samples"]


def draw_samples(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    loaded: Samples | None = None
    try:
        loaded = jobs.samples_of(result)
    except PTMRankError:
        loaded = None  # what the run keeps of them is shown all the same
    show_look(result, loaded)
    st.header("What was read")
    preflight(result.samples, loaded)
    show_disagreement(result, ranking, loaded)
