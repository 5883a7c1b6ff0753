"""A chart of a page: a title, the figure, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.image import offer_image
from dashboard.components.tables import show_table
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.pages import on_page
from ptmrank_core.reports.figures.style.theme import INK, LEAST_WIDTH, config_of, least_width_of
from ptmrank_core.reports.tables.table import Table

__all__ = ["dressed", "narrow_only", "prepare_figures", "show_chart", "wide_only"]

SCROLL_HINT = "There is more to the right: scroll sideways."
SMALL = 560
"""Pixels of a box; in a narrower one a chart that has a small form is shown as that."""


def show_chart(
    figure: go.Figure,
    *,
    key: str,
    title: str,
    alt: str,
    table: Callable[[], Table],
    select: tuple[Literal["points", "box", "lasso"], ...] | Callable[[], None] = (),
    small: Callable[[], str] | None = None,
) -> list[dict[str, Any]]:
    """Draw a figure with its title, and a switch that shows its numbers as a table in its place.

    Names of files and classes in the figure are never read as markup. A figure that needs more pixels than
    its place has is scrolled, and says so.

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
        How points can be selected; not at all by default. In the table a cell can be, then. Or what is called
        when a mark is clicked: the state has which one under the chart's key, and the figure may change.
    small
        Makes what is shown in a narrow place, such as a phone, instead of the figure: HTML.

    Returns
    -------
    list of dict
        The selected points: ``"customdata"`` has what the figure put there. Of the table the selected row:
        ``"row"`` is its number, from 0.
    """
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{key}"):
        st.markdown(f"### {title}", width="stretch")
        as_table = st.toggle("As table", key=f"{key}-table", bind="query-params", width="content")
        offer_image(figure, key=key, alt=alt)
    if as_table:
        row = show_table(table(), alt=alt, key=f"{key}-cells" if select and not callable(select) else None)
        return [] if row is None else [{"row": row}]
    plain = dressed(figure)
    look: dict[str, Any] = {"key": key, "config": config_of(figure), "alt": alt}
    forms = st.container(gap=None)
    if small is not None:
        with forms, narrow_only(key):
            st.html(small())
    wide = wide_only if small is not None else lambda _: nullcontext()
    with forms, wide(key), _scrolled(key, least_width_of(figure)):
        if not select:
            st.plotly_chart(plain, **look)
            return []
        if callable(select):
            st.plotly_chart(plain, on_select=select, selection_mode="points", **look)
            return []
        event: Any = st.plotly_chart(plain, on_select="rerun", selection_mode=select, **look)
    return list(event.selection.points)


def prepare_figures() -> None:
    """Have the browser read the code of figures while a page without any is read: nothing is seen of it.

    It takes the browser about a second, for which the first figure after the first click would wait.
    """
    with st.container(key="no-figure"):
        st.html("<style>.st-key-no-figure { display: none; }</style>")
        st.plotly_chart({"data": [{"y": [0]}]}, key="one-point", alt="One point")


def dressed(figure: go.Figure) -> dict[str, Any]:
    """Draw a figure for the page: nobody's text is markup, and on a dark page the ramps are turned round.

    The ink is set by the style sheet: it follows a page that changes from light to dark, of which the server
    hears at the next run only.
    """
    return on_page(plain_figure(figure), ink=INK, is_dark=st.context.theme.type == "dark")


def _scrolled(key: str, least_width: int) -> Any:
    """Open a container that scrolls sideways where the screen has fewer pixels than a figure needs.

    How wide the screen is, only the browser knows: a container query asks it.
    """
    box = st.container(key=f"scroll-{key}", gap=None)
    if least_width <= LEAST_WIDTH:
        return box
    own = f".st-key-scroll-{key}"
    chart = '[data-testid="stElementContainer"]:has([data-testid="stPlotlyChart"])'
    with box:
        st.html(
            f"<style>{own} {{ overflow-x: auto; container-type: inline-size; }} {own} {chart} "
            f"{{ min-width: {least_width}px; }} {own} .scroll-hint {{ display: none; }} "
            f"@container (max-width: {least_width - 1}px) {{ {own} .scroll-hint "
            "{ display: block; position: sticky; left: 0; font-size: 0.875rem; } }</style>"
            f'<div class="scroll-hint">{SCROLL_HINT} <span aria-hidden="true">→</span></div>'
        )
    return box


def wide_only(name: str) -> Any:
    """Open a container that is not there in a narrow box."""
    return _by_width(name, "wide", f"(max-width: {SMALL - 1}px)")


def narrow_only(name: str) -> Any:
    """Open a container that is only there in a narrow box."""
    return _by_width(name, "narrow", f"(min-width: {SMALL}px)")


def _by_width(name: str, form: str, hidden: str) -> Any:
    """Open a container in another one, which hides it where it is so wide, or not."""
    outer = st.container(key=f"{form}-box-{name}", gap=None)
    own = f".st-key-{form}-box-{name}"
    with outer:
        st.html(
            f"<style>{own} {{ container-type: inline-size; }} "
            f"@container {hidden} {{ .st-key-{form}-{name} {{ display: none; }} }}</style>"
        )
        return st.container(key=f"{form}-{name}")
