"""Which model comes first, who voted for it, and how sure that is."""

from __future__ import annotations

import streamlit as st

from dashboard.components.budget import show_budget
from dashboard.components.chart import show_chart
from dashboard.components.footnotes import show_footnotes, show_notes
from dashboard.components.intervals import show_intervals
from dashboard.components.tables import show_table
from dashboard.components.votes import show_votes
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports import scores_by_metric
from ptmrank_core.reports.figures import ranking_figure, score_figure
from ptmrank_core.reports.ranking_table import ORDER, ranking_table

__all__ = ["ranking"]


def ranking(result: RunResult, found: Ranking) -> None:
    """Draw the section."""
    views = ["Consensus", *(METRICS[name].title for name in found.per_metric)]
    by_title = {METRICS[name].title: name for name in found.per_metric}
    view = st.segmented_control(
        "Show", views, default=views[0], key="ranking-view", required=True, bind="query-params"
    )
    if view in by_title:
        metric = by_title[view]
        figure = score_figure(metric, scores_by_metric(result.cells)[metric], found.per_metric[metric])
        best = found.per_metric[metric][0]
        st.caption(f"{METRICS[metric].idea} {METRICS[metric].fails_when}")
    else:
        figure = ranking_figure(found)
        best = found.order[0]
    show_chart(figure, key="ranking", title="Ranking", alt=f"Ranking by {view}; best is {best}")
    table = ranking_table(result, found)
    order = {column.key for column in table.columns if column.group in {"", ORDER}}
    keys = {*order, *result.plan.metrics, "n_parameters", "n_features", "seconds"}
    show_table(table.select(keys).known(), alt="Every model with its place, scores and cost")
    show_footnotes(result, found)
    show_votes(found)
    show_budget(result)
    show_intervals(result, found)
    show_notes(result)
