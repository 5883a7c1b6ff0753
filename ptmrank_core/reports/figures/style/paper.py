"""Any of our figures for paper: light, in black ink, one or two columns of a page wide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.escaping import SHORT_KEYS
from ptmrank_core.reports.figures.style.pages import replace_colors
from ptmrank_core.reports.figures.style.theme import INK, least_width_of, narrow_form_of

__all__ = ["COLUMN_MM", "paper_figure"]

COLUMN_MM: Mapping[int, int] = MappingProxyType({1: 85, 2: 178})
"""Number of columns -> width on paper in millimetres."""
PIXELS_PER_MM = 96 / 25.4  # as style sheets, SVG and browsers count them
# A figure is laid out on so many pixels at least and then reduced: letters of 12 pixels become 6 to 9 points.
LEAST_PIXELS: Mapping[int, int] = MappingProxyType({1: 400, 2: 673})
PAPER, BLACK, RULE = "rgb(255,255,255)", "rgb(0,0,0)", "rgb(204,204,204)"
FONT, FONT_PIXELS, HEIGHT = "Helvetica, Arial, sans-serif", 12, 450
SLANTED_PIXELS = 52  # beyond the last column, whose heading leans to the right
ENTRY_PIXELS, LETTER_PIXELS, LINE_PIXELS = 45, 6.5, 19  # of a legend
AXIS, X_AXIS = re.compile(r"[xy]axis\d*$"), re.compile(r"xaxis\d*$")
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
        right size. Whatever was sized in pixels is reduced alike: nothing overlaps that did not before. In
        one column the ranking overview has names and places alone. Names are as they were, so it is drawn
        through ``escaping.plain_figure``, as every figure is.
    """
    fields = json.loads(figure.to_json(remove_uids=True))
    data, layout = fields["data"], fields["layout"]
    width, least = COLUMN_MM[columns] * PIXELS_PER_MM, least_width_of(figure)
    narrow = narrow_form_of(figure)
    if columns == 1 and narrow is not None:
        data, layout = _narrowed(data, layout, narrow[0])
        least = narrow[1]
    drawn_width = max(least, LEAST_PIXELS[columns])
    factor = width / drawn_width
    _dress(layout, data)
    height = (figure.layout.height or HEIGHT) + _legend_pixels(figure, drawn_width)
    layout = _reduced(layout, factor)
    layout |= {"width": round(width), "height": round(factor * height)}
    return go.Figure(replace_colors({"data": _reduced(data, factor), "layout": layout}, {INK: BLACK}))


def _narrowed(
    data: list[dict[str, Any]], layout: dict[str, Any], axes: tuple[str, ...]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Leave out all columns but some, and give those the whole width."""
    gone = {name for name in layout if X_AXIS.fullmatch(name)} - set(axes)
    start = min(layout[name]["domain"][0] for name in axes)
    width = max(layout[name]["domain"][1] for name in axes) - start
    kept = {name: value for name, value in layout.items() if name not in gone}
    for name in axes:
        kept[name] = kept[name] | {"domain": [(end - start) / width for end in kept[name]["domain"]]}
    kept["annotations"] = [
        note | ({"x": (note["x"] - start) / width} if note.get("xref") == "paper" else {})
        for note in layout.get("annotations", [])
        if note.get("name") not in gone
    ]
    size = layout.get("font", {}).get("size", FONT_PIXELS)
    kept["margin"] = layout.get("margin", {}) | {"r": SLANTED_PIXELS * size / FONT_PIXELS}
    shown = {name.replace("axis", "") for name in axes}
    return [trace for trace in data if trace.get("xaxis", "x") in shown], kept


def _legend_pixels(figure: go.Figure, width: float) -> float:
    """Pixels that a legend needs beyond its first line: Plotly takes them from the figure otherwise."""
    if figure.layout.showlegend is False:
        return 0.0
    names = [trace.name or "" for trace in figure.data if trace.showlegend is not False]
    if len(names) < 2:
        return 0.0
    longest = min(SHORT_KEYS["name"], max(map(len, names)))
    n_columns = max(1, int(width // (ENTRY_PIXELS + LETTER_PIXELS * longest)))
    return LINE_PIXELS * max(0, -(-len(names) // n_columns) - 1)


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
    layout["legend"] = {"orientation": "h", "y": 1.02, "yanchor": "bottom"} | layout.get("legend", {})
    for holder in (layout.get("coloraxis"), *(trace.get("marker") for trace in data), *data):
        if holder and "colorbar" in holder:
            holder["colorbar"] = {"thickness": 20, "outlinewidth": 0} | holder["colorbar"]


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
