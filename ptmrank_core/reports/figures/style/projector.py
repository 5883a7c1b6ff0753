"""Any of our figures for a projector: letters that are read from the back of a room."""

from __future__ import annotations

import plotly.graph_objects as go

__all__ = ["SMALL_LETTERS", "slide_figure"]

LETTERS, SMALL_LETTERS = 22, 18


def slide_figure(figure: go.Figure, *, height: int) -> go.Figure:
    """Return a figure with large letters, as high as a slide has room for.

    Parameters
    ----------
    figure
        Any figure of :mod:`ptmrank_core.reports.figures`; it is left as it is.
    height
        Pixels of that room.
    """
    large = go.Figure(figure)
    for axis in (large.update_xaxes, large.update_yaxes):
        axis(tickfont_size=SMALL_LETTERS, title_font_size=LETTERS, automargin=True)
    large.update_annotations(font_size=SMALL_LETTERS)
    for trace in large.data:
        if getattr(trace, "textfont", None) is not None and "text" in (getattr(trace, "mode", None) or ""):
            trace.textfont.size = SMALL_LETTERS
    large.update_layout(font_size=LETTERS, legend_font_size=SMALL_LETTERS, height=height)
    return large
