"""Whether the metrics agree with one another, in all and pair by pair."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.components.chart import show_chart
from dashboard.views.results.agreement.heatmap import read_agreement, show_heatmap
from dashboard.views.results.highlight import choose_highlight, on_click
from dashboard.wording import plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.agreement import PairLayout, pair_figure, pair_table
from ptmrank_core.reports.figures.ranking_overview_data import voters_first

__all__ = ["draw_agreement"]

FIRST, SECOND = "pair-first", "pair-second"
RANKS, SCORES = "Ranks", "Scores"


def draw_agreement(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    if len(ranking.per_metric) < 2:
        st.caption("One metric only: there is nothing to compare it with.")
        return
    agreement = read_agreement(result, ranking)
    if agreement is None:
        st.caption("Too few models have scores under two metrics: there are no orders to compare.")
        return
    clicked = show_heatmap(agreement, len(ranking.order))
    st.markdown(
        "**Kendall's rank correlation** between the orders of two metrics: 1 is the same order, 0 no "
        f"relation, −1 the reverse. With {plural(len(ranking.order), 'model')} it is a coarse number: the "
        "table has its 90 % intervals, the weighted τ and Spearman's correlation. Metrics that agree stand "
        "side by side. Metrics that agree are not therefore right: they may look at the same thing.\n\n"
        "Select a cell, here or in the table, to see the models under its two metrics below."
    )
    if state.has_changed("agreement", clicked) and clicked is not None:
        state.set_widget(FIRST, clicked[0])
        state.set_widget(SECOND, clicked[1])
    _pair(agreement, result, ranking)


def _pair(agreement: Agreement, result: RunResult, ranking: Ranking) -> None:
    """Draw the models under two metrics."""
    names = [column.metric for column in voters_first(result, ranking) if column.metric in agreement.metrics]
    left, right, how = st.columns(3)
    first = _choose(left, "One metric", names, FIRST, 0)
    second = _choose(right, "and another", names, SECOND, 1)
    by = how.segmented_control(
        "Compare", [RANKS, SCORES], default=RANKS, key="pair-by", required=True, bind="query-params"
    )
    if first == second:
        st.caption("Choose two different metrics.")
        return
    highlight = choose_highlight(ranking.order)
    layout = PairLayout.of(first, second, result, ranking)
    titles = f"{METRICS[first].title} and {METRICS[second].title}"
    show_chart(
        pair_figure(layout, by_rank=by == RANKS, highlight=highlight),
        key="pair",
        title=_say_tau(agreement, first, second),
        alt=f"{plural(len(layout.models), 'model')} under {titles}",
        table=lambda: pair_table(layout),
        select=on_click("pair"),
    )


def _choose(column: Any, label: str, names: list[str], key: str, index: int) -> str:
    chosen: str = column.selectbox(
        label,
        names,
        index=index,
        format_func=lambda name: METRICS[name].title,
        key=key,
        bind="query-params",
    )
    return chosen


def _say_tau(agreement: Agreement, first: str, second: str) -> str:
    """Say how far two metrics agree."""
    i, j = agreement.metrics.index(first), agreement.metrics.index(second)
    names = f"{METRICS[first].title} and {METRICS[second].title}"
    n_models = plural(int(agreement.n_models[i, j]), "model")
    if agreement.tau[i, j] != agreement.tau[i, j]:
        return f"{names}: no correlation can be told over {n_models}"
    ends = f"{agreement.low[i, j]:.2f} to {agreement.high[i, j]:.2f}"
    return f"{names}: τ = {agreement.tau[i, j]:.2f} over {n_models} (90 % interval {ends})"
