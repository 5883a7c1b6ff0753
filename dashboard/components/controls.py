"""Negative controls beside the ranking, where they were asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.components.tables import show_numbers
from dashboard.wording import plain
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports import scores_by_metric
from ptmrank_core.reports.controls import (
    Control,
    control_sentences,
    controls_figure,
    controls_of,
    standings_of,
)
from ptmrank_core.reports.figures import PLOTLY_CONFIG

__all__ = ["show_controls"]


def show_controls(result: RunResult, ranking: Ranking) -> None:
    """Draw the controls, and say who does not beat them; nothing where none were asked for."""
    found = [own for own in result.findings if own.kind == "controls"]
    if not found:
        return
    st.header("Is it more than nothing?")
    st.caption(
        "Controls are scored as candidates are, but rank and vote nowhere: features that no model made, "
        "untrained twins with random weights, and labels that were exchanged at random. A candidate that "
        "does not beat them owes its score to something else than what it has learned."
    )
    controls, standings = controls_of(result, ranking), standings_of(result)
    for sentence in control_sentences(controls, standings):
        st.markdown(f"- {plain(sentence)}")
    for own in found:
        if own.problem:
            st.caption(f"{plain(own.subject)}: {plain(own.problem)}")
    metrics = [
        name for name in ranking.per_metric if name in standings or any(name in c.scores for c in controls)
    ]
    if metrics:
        metric = st.selectbox(
            "Metric", metrics, format_func=lambda name: METRICS[name].title, key="control-metric"
        )
        st.plotly_chart(
            controls_figure(
                metric,
                scores_by_metric(result.cells)[metric],
                ranking.order,
                controls,
                standings.get(metric, {}),
            ),
            key="controls",
            config=PLOTLY_CONFIG,
            width="stretch",
            alt=f"Candidates under {METRICS[metric].title} beside controls and permuted labels",
        )
    if controls:
        _table(result, controls)


def _table(result: RunResult, controls: list[Control]) -> None:
    """Write the controls as rows of the ranking's table."""
    rows = [
        {
            "control": control.title,
            **{METRICS[name].title: control.scores.get(name) for name in result.plan.metrics},
            "width": control.n_features,
        }
        for control in controls
    ]
    formats = {METRICS[name].title: "%.4f" for name in result.plan.metrics}
    show_numbers(rows, formats, alt="Scores of the controls")
