"""Any of our figures for paper: light, in black ink, one or two columns of a page wide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.theme import INK, least_width_of

__all__ = ["COLUMN_MM", "paper_figure"]

COLUMN_MM: Mapping[int, int] = MappingProxyType({1: 85, 2: 178})
"""Number of columns -> width on paper in millimetres."""
PIXELS_PER_MM = 96 / 25.4  # as style sheets, SVG and browsers count them
# A figure is laid out on so many pixels at least and then reduced: letters of 12 pixels become 6 to 9 points.
LEAST_PIXELS: Mapping[int, int] = MappingProxyType({1: 400, 2: 673})
PAPER, RULE = "#FFFFFF", "#CCCCCC"
BLACK = "#000000"
FONT, FONT_PIXELS, HEIGHT = "Helvetica, Arial, sans-serif", 12, 450
AXIS = re.compile(r"[xy]axis\d*$")
# Lengths in pixels, wherever they stand; all others are shares or in units of the data.
LENGTHS = {"size", "thickness", "standoff", "xgap", "ygap", "ticklen", "xshift", "yshift", "borderpad"}
MARGINS = {"l", "r", "t", "b"}
STROKES = {"line", "error_x", "error_y"}  # whose width is in pixels


def paper_figure(figure: go.Figure, *, columns: Literal[1, 2]) -> go.Figure:
    """Return a figure as it is printed: on white, in black ink, as wide as one or two columns of a page.

    Parameters
    ----------
    figure
        Any figure of :mod:`ptmrank_core.reports.figures`, made for a light page; it is left as it is.
    columns
        1 for 85 mm, 2 for 178 mm.

    Returns
    -------
    plotly.graph_objects.Figure
        ``layout.width`` and ``layout.height`` are pixels of 1/96 inch, so a file of that many pixels has the
        right size. Whatever was sized in pixels is reduced alike: nothing overlaps that did not before. Names
        are as they were, so it is drawn through ``escaping.plain_figure``, as every figure is.
    """
    fields = json.loads(figure.to_json(remove_uids=True))
    data, layout = (_in_ink(fields.get(name) or empty) for name, empty in (("data", []), ("layout", {})))
    width = COLUMN_MM[columns] * PIXELS_PER_MM
    factor = width / max(least_width_of(figure), LEAST_PIXELS[columns])
    _dress(layout, data)
    layout = _reduced(layout, factor)
    layout |= {"width": round(width), "height": round(factor * (figure.layout.height or HEIGHT))}
    return go.Figure({"data": _reduced(data, factor), "layout": layout})


def _dress(layout: dict[str, Any], data: list[dict[str, Any]]) -> None:
    """Set what the page of a browser sets otherwise: paper, ink, rules, and room for what is written."""
    for name in ("template", "modebar", "autosize", "dragmode"):
        layout.pop(name, None)
    layout |= {"paper_bgcolor": PAPER, "plot_bgcolor": PAPER}
    layout["font"] = {"size": FONT_PIXELS} | layout.get("font", {}) | {"family": FONT, "color": BLACK}
    axes = {"xaxis", "yaxis", *(name for name in layout if AXIS.fullmatch(name))}
    rules = {"gridcolor": RULE, "linecolor": RULE, "tickcolor": RULE, "zerolinecolor": RULE}
    for name in axes:
        layout[name] = {"automargin": True} | rules | layout.get(name, {})
    layout["margin"] = dict.fromkeys(MARGINS, 10) | layout.get("margin", {})
    layout["legend"] = {"orientation": "h", "y": -0.2, "yanchor": "top"} | layout.get("legend", {})
    for holder in (layout.get("coloraxis"), *(trace.get("marker") for trace in data), *data):
        if holder and "colorbar" in holder:
            holder["colorbar"] = {"thickness": 20, "outlinewidth": 0} | holder["colorbar"]


def _in_ink(value: Any) -> Any:
    """Replace the colour that stands for that of text."""
    if isinstance(value, dict):
        return {name: _in_ink(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_ink(item) for item in value]
    return BLACK if value == INK else value


def _reduced(value: Any, factor: float, key: str = "", parent: str = "") -> Any:
    """Multiply every length below a value that is in pixels."""
    if isinstance(value, dict):
        return {name: _reduced(item, factor, name, key) for name, item in value.items()}
    is_length = (
        key in LENGTHS or (parent == "margin" and key in MARGINS) or (parent in STROKES and key == "width")
    )
    if isinstance(value, list):
        return [_reduced(item, factor, key, parent) for item in value]
    if is_length and isinstance(value, int | float) and not isinstance(value, bool):
        return value * factor
    return value
