"""What all figures share. Data first, then drawing; Plotly only; every figure is a function of its arguments.

Colours are the colour-blind-safe ones of Paul Tol ("bright"); classes differ by symbol too. Nothing here
starts a bar at zero: scores may be negative, and their zero means nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["INK", "PLOTLY_CONFIG", "class_marker"]

# No upload button: nothing leaves the machine.
PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": False,
    "responsive": True,
    "toImageButtonOptions": {"format": "svg"},
}
INK = "#333333"
"""What has to stand out from the page; the HTML report draws it in the colour of its text."""
BRIGHT = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#777777")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
ROW_PIXELS = 30


def class_marker(index: int, *, size: int) -> dict[str, Any]:
    """Colour and symbol of the index-th thing; the pair repeats after 49."""
    n = len(BRIGHT)
    symbol = SYMBOLS[(index + index // n) % n]
    return {"color": BRIGHT[index % n], "symbol": symbol, "size": size, "opacity": 0.85}
