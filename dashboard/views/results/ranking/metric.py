"""One metric of a run: its scores, and how sure its order is."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.chart import show_chart
from dashboard.views.results.highlight import on_click
from dashboard.wording import plain
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.metric import MetricLayout, metric_figure, metric_table
from ptmrank_core.reports.figures.ranking_overview_data import voters_first

__all__ = ["show_metric"]


def show_metric(result: RunResult, ranking: Ranking, highlight: tuple[str, ...] = ()) -> None:
    """Let the reader choose a metric, and draw its scores and ranks."""
    names = [
        column.metric for column in voters_first(result, ranking) if ranking.per_metric.get(column.metric)
    ]
    metric = st.selectbox(
        "Metric",
        names,
        format_func=lambda name: METRICS[name].title,
        key="ranking-metric",
        bind="query-params",
    )
    spec, best = METRICS[metric], ranking.per_metric[metric][0]
    layout = MetricLayout.of(metric, result, ranking)
    show_chart(
        metric_figure(layout, highlight=highlight),
        key="metric-scores",
        title=f"{spec.title} puts {plain(best)} first",
        alt=f"Scores and ranks under {spec.title}; best is {best}",
        table=lambda: metric_table(layout),
        select=on_click("metric-scores"),
    )
    st.caption(f"{spec.idea} Not to be trusted when: {spec.fails_when}")
    if spec.kind == "metric":
        state.link(
            "learn",
            f"What it sees of {plain(best)}",
            icon=":material/school:",
            run=result.plan.run_id,
            model=best,
            metric=METRICS[metric.partition(":")[0]].title,
        )
