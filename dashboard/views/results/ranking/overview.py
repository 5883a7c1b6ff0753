"""The picture of a ranking: one row for each model, best first."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.results.wide import wide_box
from dashboard.wording import plain, plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.ranking_overview import least_width, overview_figure
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout, say_overview
from ptmrank_core.reports.tables.ranking import ranking_table

__all__ = ["show_overview"]


def show_overview(
    result: RunResult, ranking: Ranking, *, scale: float = 1.0, voters_only: bool = False
) -> None:
    """Draw the picture, and say how it is read.

    Parameters
    ----------
    result, ranking
        A run and its order.
    scale
        Size of rows and letters, 1 for a page and more for a projector.
    voters_only
        Whether metrics without a vote are left out.
    """
    layout = OverviewLayout.of(result, ranking, voters_only=voters_only)
    with wide_box("overview", least_width(layout, scale)):
        show_chart(
            overview_figure(layout, scale=scale),
            key="ranking",
            title=_title(layout),
            alt=f"{plural(layout.n_ranked, 'model')} in order, each with its rank under every metric; best "
            f"is {ranking.order[0]}",
            table=lambda: ranking_table(result, ranking).known(),
        )
    st.caption(say_overview(layout))


def _title(layout: OverviewLayout) -> str:
    """Say what is drawn; how sure the order is, is said once, above."""
    if layout.n_ranked == 1:
        return f"{plain(layout.rows[0].model)} under each metric"
    return f"{plural(layout.n_ranked, 'model')} and their rank under each metric"
