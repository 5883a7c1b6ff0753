"""What all figures share. Data first, then drawing; Plotly only; every figure is a function of its arguments.

Colours are the colour-blind-safe ones of Paul Tol ("bright"), with a lightness that is visible on a light
and on a dark page; classes differ by symbol too. Nothing here starts a bar at zero: scores may be negative,
and their zero means nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["BRIGHT", "GREY", "INK", "PLOTLY_CONFIG", "class_marker"]

# No upload button: nothing leaves the machine.
PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": False,
    "responsive": True,
    "toImageButtonOptions": {"format": "svg"},
}
INK = "#333333"
"""The colour of text: the page and the HTML report replace it with that of their own text."""
BRIGHT = ("#4C78B4", "#EC5B6C", "#1B7A30", "#AA8F1E", "#2C9CB7", "#A2407C", "#8A8A8A")
GREY = BRIGHT[6]
"""The colour of what is in the background."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
ROW_PIXELS = 30


def class_marker(index: int, *, size: int) -> dict[str, Any]:
    """Colour and symbol of the index-th thing; the pair repeats after 49."""
    n = len(BRIGHT)
    symbol = SYMBOLS[(index + index // n) % n]
    return {"color": BRIGHT[index % n], "symbol": symbol, "size": size, "opacity": 0.85}
