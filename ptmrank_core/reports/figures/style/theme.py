"""What all figures share. Data first, then drawing; Plotly only; every figure is a function of its arguments.

Colours are the colour-blind-safe ones of Paul Tol ("bright"), with a lightness that is visible on a light
and on a dark page; classes differ by symbol too. Nothing here starts a bar at zero: scores may be negative,
and their zero means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

__all__ = [
    "BRIGHT",
    "GREY",
    "HIGHLIGHT",
    "INK",
    "LEAST_WIDTH",
    "PLOTLY_CONFIG",
    "class_marker",
    "config_of",
    "hide_buttons",
    "least_width_of",
    "narrow_form_of",
    "set_least_width",
    "set_narrow_form",
    "stripe",
    "stripe_models",
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
HIGHLIGHT = "rgba(76,120,180,0.2)"
"""Behind what stands out; text above it can be read as on the page."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
ROW_PIXELS = 30
LEAST_WIDTH = 340
"""Pixels that a figure needs where it says nothing else: what a phone of 390 has for it."""


def class_marker(index: int, *, size: int) -> dict[str, Any]:
    """Colour and symbol of the index-th thing; the pair repeats after 49."""
    n = len(BRIGHT)
    symbol = SYMBOLS[(index + index // n) % n]
    return {"color": BRIGHT[index % n], "symbol": symbol, "size": size, "opacity": 0.85}


def stripe(y: float) -> dict[str, Any]:
    """Make a shape that colours a whole row, below all that is drawn in it."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y - 0.5, "y1": y + 0.5, "yref": "y"}
    return {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": HIGHLIGHT, **ends}


def stripe_models(figure: go.Figure, rows: Iterable[float]) -> None:
    """Colour some rows of a figure whose rows are models, and note that they are.

    Parameters
    ----------
    figure
        Its marks have their model first in their own data.
    rows
        Their places on the y axis.
    """
    figure.update_layout(shapes=[stripe(y) for y in rows])
    _note(figure, rows_are_models=True)


def set_least_width(figure: go.Figure, pixels: float) -> None:
    """Note in a figure how wide it has to be drawn, or its texts would overlap."""
    _note(figure, least_width=round(pixels))


def least_width_of(figure: go.Figure) -> int:
    """Pixels that a figure needs; where there are fewer, it is scrolled or reduced rather than squeezed."""
    return int((figure.layout.meta or {}).get("least_width", LEAST_WIDTH))


def set_narrow_form(figure: go.Figure, axes: Sequence[str], pixels: float) -> None:
    """Note in a figure of several columns which of them are enough where there is room for few.

    Parameters
    ----------
    figure
        Its notes that belong to one column are named after that column's axis.
    axes
        The x axes of those columns, such as ``"xaxis2"``.
    pixels
        What these need.
    """
    _note(figure, narrow={"axes": list(axes), "least_width": round(pixels)})


def narrow_form_of(figure: go.Figure) -> tuple[tuple[str, ...], int] | None:
    """Return the x axes that are enough in a narrow place, and the pixels that they need; mostly ``None``."""
    own = (figure.layout.meta or {}).get("narrow")
    return (tuple(own["axes"]), int(own["least_width"])) if own else None


def hide_buttons(figure: go.Figure) -> None:
    """Note in a figure that it has nothing to zoom into: its buttons would only cover the titles."""
    _note(figure, has_buttons=False)


def config_of(figure: go.Figure) -> dict[str, Any]:
    """Return Plotly's configuration for a figure."""
    has_buttons = (figure.layout.meta or {}).get("has_buttons", True)
    return PLOTLY_CONFIG if has_buttons else PLOTLY_CONFIG | {"displayModeBar": False}


def _note(figure: go.Figure, **notes: object) -> None:
    figure.update_layout(meta={**(figure.layout.meta or {}), **notes})
