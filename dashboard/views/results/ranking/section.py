"""Which model comes first, who voted for it, and how sure that is."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.hub_links import pages_of
from dashboard.components.tables import show_table
from dashboard.views.results.footnotes import show_footnotes, show_notes
from dashboard.views.results.highlight import choose_highlight, on_click
from dashboard.views.results.ranking.intervals import show_intervals
from dashboard.views.results.ranking.metric import show_metric
from dashboard.views.results.ranking.overview import show_overview
from dashboard.views.results.ranking.search import show_budget
from dashboard.views.results.ranking.votes import show_votes
from dashboard.wording import plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.bump import HOW_TO_READ, N_FIRST, BumpLayout, bump_figure, bump_table
from ptmrank_core.reports.tables.ranking import FACTS, ORDER, ranking_table
from ptmrank_core.results.intervals.first_models import N_SHOWN, first_models
from ptmrank_core.results.references.beside import known_references

__all__ = ["draw_ranking"]

ACROSS, ONE, EVERYTHING = "Across metrics", "One metric", "Every number"


def draw_ranking(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    n_models, first = len(ranking.order) + len(ranking.unranked), first_models(ranking)
    highlight = choose_highlight(first.order) if len(ranking.order) > 1 else ()
    if n_models > 1 or known_references(result):
        show_overview(result, ranking, highlight=highlight)
    if first is not ranking:
        st.caption(
            f"Figures here show the first {N_SHOWN} of {plural(n_models, 'model')}; their tables, and "
            f"“{EVERYTHING}” below, have all of them."
        )
    show_footnotes(result, ranking)
    if len(ranking.order) < 2:
        _one(result, ranking)
        return
    st.header("Look closer")
    view = st.segmented_control(
        "Show",
        [ACROSS, ONE, EVERYTHING],
        default=ACROSS,
        key="ranking-view",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == ONE:
        show_metric(result, ranking, highlight)
    elif view == EVERYTHING:
        _everything(result, ranking)
    else:
        _across(result, ranking, highlight)
    show_intervals(result, ranking, highlight)
    show_votes(ranking)
    show_budget(result)
    show_notes(result)


def _one(result: RunResult, ranking: Ranking) -> None:
    """Draw the numbers of the only model: there is no order, so no votes and no intervals."""
    st.header("Every number")
    _everything(result, ranking)
    show_budget(result)
    show_notes(result)


def _across(result: RunResult, ranking: Ranking, highlight: tuple[str, ...]) -> None:
    """Draw how the rank of each model changes from metric to metric."""
    layout = BumpLayout.of(result, first_models(ranking))
    n_metrics = plural(len(layout.metrics), "metric")
    show_chart(
        bump_figure(layout, highlight=highlight),
        key="bump",
        title="Which models does every metric like?",
        alt=f"Rank of {plural(len(layout.models), 'model')} under {n_metrics}",
        table=lambda: bump_table(BumpLayout.of(result, ranking)),
        select=on_click("bump"),
    )
    caption = f"{HOW_TO_READ} The number in a mark is the model's place in the order."
    if len(layout.models) > N_FIRST:
        caption += f" The first {N_FIRST} have colours, and those that are highlighted."
    if len(layout.models) < len(ranking.order):
        caption += f" A line that leaves the picture goes to a rank beyond {len(layout.models)}."
    st.caption(caption)


def _everything(result: RunResult, ranking: Ranking) -> None:
    """Draw scores, ranks, intervals, cost and warnings of every model."""
    for part in ranking_table(result, ranking).parts():
        st.markdown(f"### {part.title}")
        links = pages_of(result) if part.title in {ORDER, FACTS} else None
        show_table(part, alt=f"Every model: {part.title}", links=links)
