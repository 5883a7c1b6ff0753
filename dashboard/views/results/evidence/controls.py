"""Negative controls beside the ranking, where they were asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.tables import show_table
from dashboard.wording import plain
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import PermutationTest
from ptmrank_core.records import ControlScores, Ranking, RunResult
from ptmrank_core.reports.figures.controls import HOW_TO_READ, controls_figure
from ptmrank_core.reports.tables.controls import controls_table
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results import scores_by_metric
from ptmrank_core.results.references.controls import (
    Control,
    control_problems,
    control_sentences,
    controls_of,
    permutation_tests_of,
)

__all__ = ["show_controls"]

SCORE = fixed(4)


def show_controls(result: RunResult, ranking: Ranking) -> None:
    """Draw the controls, and say who does not beat them; nothing where none were asked for."""
    problems = control_problems(result)
    if not problems and not result.contents(ControlScores):
        return
    st.header("Is it more than nothing?")
    st.caption(HOW_TO_READ)
    controls, tests_by_metric = controls_of(result, ranking), permutation_tests_of(result)
    for sentence in control_sentences(controls, tests_by_metric):
        st.markdown(f"- {plain(sentence)}")
    for subject, why in problems.items():
        st.caption(f"{plain(subject)}: {plain(why)}")
    metrics = [
        name
        for name in ranking.per_metric
        if name in tests_by_metric or any(name in c.scores for c in controls)
    ]
    if metrics:
        _one_metric(result, ranking, metrics, controls, tests_by_metric)
    if controls:
        _table(result, controls)


def _one_metric(
    result: RunResult,
    ranking: Ranking,
    metrics: list[str],
    controls: list[Control],
    tests_by_metric: dict[str, dict[str, PermutationTest]],
) -> None:
    """Draw the candidates beside the controls under a metric of the reader's choice."""
    metric = st.selectbox(
        "Metric",
        metrics,
        format_func=lambda name: METRICS[name].title,
        key="control-metric",
        bind="query-params",
    )
    scores = scores_by_metric(result.of_candidates().cells)[metric]
    tests = tests_by_metric.get(metric, {})
    show_chart(
        controls_figure(metric, scores, ranking.order, controls, tests),
        key="controls",
        title="Which candidates beat what knows nothing?",
        alt=f"Candidates under {METRICS[metric].title} beside controls and permuted labels",
        table=lambda: controls_table(metric, scores, ranking.order, controls, tests),
    )


def _table(result: RunResult, controls: list[Control]) -> None:
    """Write the controls as rows of the ranking's table."""
    columns = (
        Column("control", "control"),
        *(Column(name, METRICS[name].title, "number", SCORE) for name in result.plan.metrics),
        Column("width", "width", "integer"),
    )
    rows = [{"control": control.title, **control.scores, "width": control.n_features} for control in controls]
    show_table(Table.of("controls", "Controls", columns, rows), alt="Scores of the controls")
