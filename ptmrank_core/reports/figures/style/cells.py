"""Numbers in the cells of a heatmap, each in black or white, whichever can be read on its own cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.rank_colours import Ramp

__all__ = ["numbers_in_cells"]

Cell = tuple[Any, Any, str, float]


def numbers_in_cells(cells: Sequence[Cell], ramp: Ramp, *, size: float) -> go.Scatter:
    """Write numbers over a heatmap: Plotly's own have one colour for all cells.

    Parameters
    ----------
    cells
        Of each: its place across and down, what is written, and where its colour is on the ramp, from 0 to 1.
    ramp
        The colours of the heatmap.
    size
        Pixels of the letters.
    """
    return go.Scatter(
        x=[x for x, *_ in cells],
        y=[y for _, y, *_ in cells],
        text=[text for *_, text, _ in cells],
        mode="text",
        textfont={"size": size, "color": [ramp.ink(share) for *_, share in cells]},
        hoverinfo="skip",
        showlegend=False,
    )
