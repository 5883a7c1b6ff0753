"""The picture of a ranking: one row for each model, best first."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart, wide_only
from dashboard.components.hub_links import link_model, pages_of
from dashboard.views.results.highlight import on_click
from dashboard.views.results.ranking.cards import ranking_cards
from dashboard.wording import plain, plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.ranking_overview import overview_figure, say_overview
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.results.intervals.first_models import first_models

__all__ = ["show_overview"]

N_LINKED = 3  # models, best first; the others are under Every number


def show_overview(
    result: RunResult,
    ranking: Ranking,
    *,
    highlight: tuple[str, ...] = (),
) -> None:
    """Draw the picture, and say how it is read; on a phone there is a card for each model in its place.

    Parameters
    ----------
    result, ranking
        A run and its order.
    highlight
        Models that stand out.
    """
    layout, pages = OverviewLayout.of(result, first_models(ranking)), pages_of(result)
    show_chart(
        overview_figure(layout, highlight=highlight),
        key="ranking",
        title=_title(layout, ranking),
        alt=f"{_name_models(layout, ranking)} in order, each with its rank under every metric; best "
        f"is {ranking.order[0]}",
        table=lambda: ranking_table(result, ranking).known(),
        select=on_click("ranking"),
        small=lambda: ranking_cards(layout, highlight, pages),
    )
    with wide_only("overview-words"):
        st.caption(say_overview(layout))
        if first := [link_model(model, pages) for model in ranking.order if model in pages][:N_LINKED]:
            st.caption(f"On the Hub: {', '.join(first)}{' …' if len(pages) > len(first) else ''}")


def _title(layout: OverviewLayout, ranking: Ranking) -> str:
    """Say what is drawn; how sure the order is, is said once, above."""
    if layout.n_ranked == 1:
        return f"{plain(layout.rows[0].model)} under each metric"
    return f"{_name_models(layout, ranking)} and their rank under each metric"


def _name_models(layout: OverviewLayout, ranking: Ranking) -> str:
    """Count the models that are drawn, of how many."""
    named = plural(len(ranking.order), "model")
    return named if layout.n_ranked == len(ranking.order) else f"The first {layout.n_ranked} of {named}"
