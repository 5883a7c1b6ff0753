"""The hidden layers of a run's models, where they were asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.wording import plain
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import RunResult
from ptmrank_core.reports.figures.layers import layer_figure
from ptmrank_core.reports.tables.layers import layer_table
from ptmrank_core.results.scores import layer_scores, say_layers, summarise_layers

__all__ = ["show_layers"]


def show_layers(result: RunResult) -> None:
    """Draw the score of every hidden layer under one metric; nothing where none was scored."""
    all_scores = layer_scores(result)
    metrics = list(next(iter(all_scores.values()), {}))
    if not metrics:
        return
    st.header("Which layer is best?")
    metric = st.selectbox(
        "Metric",
        metrics,
        format_func=lambda name: METRICS[name].title,
        key="layer-metric",
        bind="query-params",
    )
    metric_scores = {model: scores[metric] for model, scores in all_scores.items() if metric in scores}
    said = say_layers(metric, summarise_layers(metric, metric_scores))
    st.caption(plain(" ".join(["Each hidden layer is pooled and scored as the last one is.", *said])))
    show_chart(
        layer_figure(metric, metric_scores),
        key="layers",
        title="Does an earlier layer score higher than the last?",
        alt=f"{METRICS[metric].title} of every hidden layer of {len(metric_scores)} models",
        table=lambda: layer_table(metric, metric_scores),
    )
