"""Whether the metrics agree with one another."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.wording import plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import rank_correlations
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports import scores_by_metric
from ptmrank_core.reports.figures import agreement_figure

__all__ = ["agreement"]


def agreement(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    if len(ranking.per_metric) < 2:
        st.caption("One metric only: there is nothing to compare it with.")
        return
    scores = scores_by_metric(result.cells)
    found = rank_correlations(
        {name: scores[name] for name in ranking.per_metric},
        higher_is_better={name: METRICS[name].higher_is_better for name in ranking.per_metric},
    )
    if np.isnan(found.tau).all():
        st.caption("Too few models have scores under two metrics: there are no orders to compare.")
        return
    heatmap, words = st.columns([3, 2], vertical_alignment="center")
    with heatmap:
        show_chart(
            agreement_figure(found),
            key="agreement",
            title="Do the metrics agree?",
            alt="Heatmap of Kendall's tau between metrics",
        )
    words.markdown(
        "**Kendall's rank correlation** between the orders of two metrics: 1 is the same order, 0 no "
        f"relation, −1 the reverse. With {plural(len(ranking.order), 'model')} it is a coarse number: point "
        "at a cell for its 90 % interval, the weighted τ and Spearman's correlation. Metrics that agree "
        "stand side by side. "
        "Metrics that agree are not therefore right: they may look at the same thing."
    )
