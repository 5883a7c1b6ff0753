"""A chart of a page: a title, the figure, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.image import offer_image
from dashboard.components.tables import show_table
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.theme import PLOTLY_CONFIG
from ptmrank_core.reports.tables.table import Table

__all__ = ["show_chart"]


def show_chart(
    figure: go.Figure,
    *,
    key: str,
    title: str,
    alt: str,
    table: Callable[[], Table] | None = None,
    select: tuple[Literal["points", "box", "lasso"], ...] = (),
    config: dict[str, Any] = PLOTLY_CONFIG,
) -> list[dict[str, Any]]:
    """Draw a figure with its title, and a switch that shows its numbers as a table in its place.

    Names of files and classes in the figure are never read as markup.

    Parameters
    ----------
    figure
        The figure. One in which points are selected must be the same every time it is drawn, or the browser
        forgets the selection.
    key
        Tells the chart from all others of its page; the switch keeps its state in the address under it.
    title
        The question that it answers, or its main finding; Markdown.
    alt
        What it shows, for readers who cannot see it.
    table
        Makes the table; it has every number that the figure has.
    select
        How points can be selected; not at all by default. In the table a cell can be, then.
    config
        Plotly's configuration.

    Returns
    -------
    list of dict
        The selected points: ``"customdata"`` has what the figure put there. Of the table the selected row:
        ``"row"`` is its number, from 0.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {title}", width="stretch")
        as_table = table is not None and st.toggle(
            "As table", key=f"{key}-table", bind="query-params", width="content"
        )
        offer_image(figure, key=key, alt=alt)
    if table is not None and as_table:
        row = show_table(table(), alt=alt, key=f"{key}-cells" if select else None)
        return [] if row is None else [{"row": row}]
    plain = plain_figure(figure)
    if not select:
        st.plotly_chart(plain, key=key, config=config, alt=alt)
        return []
    event: Any = st.plotly_chart(
        plain, key=key, config=config, alt=alt, on_select="rerun", selection_mode=select
    )
    return list(event.selection.points)
