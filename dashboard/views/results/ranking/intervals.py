"""How sure a run's ranking is: intervals, ties, chances, and what is missing of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.results.highlight import on_click
from dashboard.wording import plain, plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RankIntervals, RunResult
from ptmrank_core.reports.figures.intervals import interval_figure, interval_table
from ptmrank_core.results.intervals import missing_intervals
from ptmrank_core.results.intervals.first_models import N_SHOWN, first_intervals

__all__ = ["show_intervals"]

ALL = "All metrics"


def show_intervals(result: RunResult, ranking: Ranking, highlight: tuple[str, ...] = ()) -> None:
    """Draw how sure the order is, under all metrics together or under one."""
    st.header("How sure is this order?")
    if result.plan.analyses.half_samples == 0:
        st.caption("Scores on parts of the samples were switched off for this run: there are no intervals.")
        return
    views = {METRICS[name].title: intervals for name, intervals in ranking.metric_intervals.items()}
    if ranking.intervals is not None:
        views = {ALL: ranking.intervals, **views}
    if views:
        titles = list(views)
        view = st.segmented_control(
            "Intervals of",
            titles,
            default=titles[0],
            key="interval-view",
            required=True,
            bind="query-params",
        )
        by_title = {METRICS[name].title: order for name, order in ranking.per_metric.items()}
        _show(by_title.get(view, ranking.order), views[view], view, highlight)
    _say_what_is_missing(result, ranking)


def _show(order: tuple[str, ...], intervals: RankIntervals, view: str, highlight: tuple[str, ...]) -> None:
    """Draw the intervals of one order, their numbers, and what they are conditional on."""
    level, first = f"{intervals.level:.0%}", order[:N_SHOWN]
    show_chart(
        interval_figure(first, first_intervals(intervals, first), highlight=highlight),
        key="intervals",
        title="Which place might each model take with other samples?",
        alt=f"Place of every model under {view} with its {level} interval, and which models are tied",
        table=lambda: interval_table(order, intervals),
        select=on_click("intervals"),
    )
    st.caption(
        f"In {level} of all cases a line holds the rank that the model would have on average over other "
        f"samples of this kind and number. It comes from scores on {plural(intervals.n_halves, 'part')} "
        "of these and speaks of chance in the choice of the samples alone, not of whether a metric is right. "
        "Models beside one grey band are not distinguishable on these samples."
    )
    with st.expander("How often one model is ahead of another"):
        st.caption("Chance that the model of the row is better than that of the column.")
        _show_chances(intervals, [model for model in order if model in intervals.intervals])
    for note in intervals.notes:
        st.caption(plain(note))


def _show_chances(intervals: RankIntervals, models: list[str]) -> None:
    """Draw the chances of all pairs among the first models, or among those of a later part of the order."""
    start = 0
    if len(models) > N_SHOWN:
        start = st.selectbox(
            "Places",
            range(0, len(models), N_SHOWN),
            format_func=lambda first: f"{first + 1} to {min(first + N_SHOWN, len(models))}",
            key="chances-of",
        )
    shown = models[start : start + N_SHOWN]
    rows = {model: intervals.p_better[model] for model in shown}
    ahead = {model: {other: rows[other].get(model) for other in shown} for model in shown}
    st.dataframe(pd.DataFrame(ahead), placeholder="–", alt="Chance that one model is better than another")


def _say_what_is_missing(result: RunResult, ranking: Ranking) -> None:
    """Say which metrics have no intervals and why."""
    missing = missing_intervals(result, ranking)
    if not missing:
        return
    if not result.state.is_finished():
        st.info("Being computed; the ranking above does not wait for it.", icon=":material/hourglass_top:")
    by_reason: dict[str, list[str]] = {}
    for name, reason in missing.items():
        by_reason.setdefault(reason, []).append(METRICS[name].title)
    for reason, titles in by_reason.items():
        st.caption(f"No intervals under {', '.join(titles)}: {plain(reason)}")
