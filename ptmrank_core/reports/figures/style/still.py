"""What pictures have that nobody zooms into: their margins, their legend, and no buttons."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.theme import hide_buttons, set_least_width

__all__ = ["ABOVE", "finish"]

ABOVE, BELOW = 30, 10
"""Pixels above the axes, where a legend of one line stands, and below them."""


def finish(
    figure: go.Figure,
    *,
    height: int,
    least_width: float | None = None,
    top: int = ABOVE,
    bottom: int = BELOW,
    legend: float = 1.02,
) -> None:
    """Set what pictures have that nobody zooms into.

    Parameters
    ----------
    figure
        Is changed.
    height, least_width
        Pixels of the whole, and those that it needs across where that is not what all figures need.
    top, bottom
        Pixels above and below the axes.
    legend
        Where the legend begins, in heights of the axes.
    """
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": top, "b": bottom},
        legend={"orientation": "h", "y": legend, "yanchor": "bottom"},
    )
    hide_buttons(figure)
    if least_width is not None:
        set_least_width(figure, least_width)
