"""What all figures share. Data first, then drawing; Plotly only; every figure is a function of its arguments.

Colours are the colour-blind-safe ones of Paul Tol ("bright"), with a lightness that is visible on a light
and on a dark page; classes differ by symbol too. Nothing here starts a bar at zero: scores may be negative,
and their zero means nothing.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

__all__ = [
    "BRIGHT",
    "GREY",
    "INK",
    "LEAST_WIDTH",
    "PLOTLY_CONFIG",
    "class_marker",
    "least_width_of",
    "set_least_width",
]

# No upload button: nothing leaves the machine.
PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": False,
    "responsive": True,
    # Taken from a page it would have the page's colours: dashboard/components/image.py draws it for paper.
    "modeBarButtonsToRemove": ["toImage"],
}
INK = "#333333"
"""The colour of text: the page and the HTML report replace it with that of their own text."""
BRIGHT = ("#4C78B4", "#EC5B6C", "#1B7A30", "#AA8F1E", "#2C9CB7", "#A2407C", "#8A8A8A")
GREY = BRIGHT[6]
"""The colour of what is in the background."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
ROW_PIXELS = 30
LEAST_WIDTH = 340
"""Pixels that a figure needs where it says nothing else: what a phone of 390 has for it."""


def class_marker(index: int, *, size: int) -> dict[str, Any]:
    """Colour and symbol of the index-th thing; the pair repeats after 49."""
    n = len(BRIGHT)
    symbol = SYMBOLS[(index + index // n) % n]
    return {"color": BRIGHT[index % n], "symbol": symbol, "size": size, "opacity": 0.85}


def set_least_width(figure: go.Figure, pixels: float) -> None:
    """Note in a figure how wide it has to be drawn, or its texts would overlap."""
    figure.update_layout(meta={"least_width": round(pixels)})


def least_width_of(figure: go.Figure) -> int:
    """Pixels that a figure needs; where there are fewer, it is scrolled or reduced rather than squeezed."""
    return int((figure.layout.meta or {}).get("least_width", LEAST_WIDTH))
