"""The picture of a ranking: one row for each model, best first."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart, wide_only
from dashboard.views.results.highlight import on_click
from dashboard.views.results.ranking.cards import ranking_cards
from dashboard.wording import plain, plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.ranking_overview import overview_figure, say_overview
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.tables.ranking import ranking_table

__all__ = ["show_overview"]


def show_overview(
    result: RunResult,
    ranking: Ranking,
    *,
    scale: float = 1.0,
    voters_only: bool = False,
    highlight: tuple[str, ...] = (),
) -> None:
    """Draw the picture, and say how it is read; on a phone there is a card for each model in its place.

    Parameters
    ----------
    result, ranking
        A run and its order.
    scale
        Size of rows and letters, 1 for a page and more for a projector.
    voters_only
        Whether metrics without a vote are left out.
    highlight
        Models that stand out.
    """
    layout = OverviewLayout.of(result, ranking, voters_only=voters_only)
    show_chart(
        overview_figure(layout, scale=scale, highlight=highlight),
        key="ranking",
        title=_title(layout),
        alt=f"{plural(layout.n_ranked, 'model')} in order, each with its rank under every metric; best "
        f"is {ranking.order[0]}",
        table=lambda: ranking_table(result, ranking).known(),
        select=on_click("ranking"),
        small=lambda: ranking_cards(layout, highlight),
    )
    with wide_only("overview-words"):
        st.caption(say_overview(layout))


def _title(layout: OverviewLayout) -> str:
    """Say what is drawn; how sure the order is, is said once, above."""
    if layout.n_ranked == 1:
        return f"{plain(layout.rows[0].model)} under each metric"
    return f"{plural(layout.n_ranked, 'model')} and their rank under each metric"
