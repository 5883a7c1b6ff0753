"""Figures on a page: in the colour of its text, and on a dark one with their ramps turned round."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ptmrank_core.reports.figures.style.rank_colours import IN_THE_DARK
from ptmrank_core.reports.figures.style.theme import INK

__all__ = ["on_page", "replace_colors"]

# What somebody else wrote, and numbers: no colours.
WORDS = {"text", "ticktext", "name", "customdata", "hovertemplate", "x", "y", "z"}
AXIS = re.compile(r"[xy]axis\d*$")


def on_page(figure: dict[str, Any], *, ink: str, is_dark: bool) -> dict[str, Any]:
    """Return a figure, as ``escaping.plain_figure`` writes it, for a page.

    Parameters
    ----------
    figure
        ``{"data": [...], "layout": {...}}``, as it was made: for a light page.
    ink
        The colour of the page's text. All text that has no colour of its own gets it.
    is_dark
        Whether the page is dark.
    """
    layout: dict[str, Any] = dict(figure["layout"])
    layout["font"] = {"color": INK} | layout.get("font", {})
    axes = {"xaxis", "yaxis", *(name for name in layout if AXIS.fullmatch(name))}
    for name in axes:
        layout[name] = _lettered(layout.get(name, {}))
    layout["legend"] = {**layout.get("legend", {})}
    layout["legend"]["font"] = {"color": INK} | layout["legend"].get("font", {})
    if "coloraxis" in layout:
        layout["coloraxis"] = _with_bar(layout["coloraxis"])
    data = [_with_bar(trace) for trace in figure["data"]]
    data = [trace | {"marker": _with_bar(trace["marker"])} if "marker" in trace else trace for trace in data]
    colors = {**(IN_THE_DARK if is_dark else {}), INK: ink}
    return {"data": replace_colors(data, colors), "layout": replace_colors(layout, colors)}


def _with_bar(holder: dict[str, Any]) -> dict[str, Any]:
    return holder | {"colorbar": _lettered(holder["colorbar"])} if "colorbar" in holder else holder


def _lettered(scale: dict[str, Any]) -> dict[str, Any]:
    """Give the numbers and the title of an axis or a bar of colours the colour of text."""
    title = scale.get("title", {})
    title = {"text": title} if isinstance(title, str) else title
    return scale | {
        "tickfont": {"color": INK} | scale.get("tickfont", {}),
        "title": title | {"font": {"color": INK} | title.get("font", {})},
    }


def replace_colors(value: Any, colors: Mapping[str, str]) -> Any:
    """Replace every colour below a value; names and numbers stay."""
    if isinstance(value, dict):
        return {name: item if name in WORDS else replace_colors(item, colors) for name, item in value.items()}
    if isinstance(value, list):
        return [replace_colors(item, colors) for item in value]
    return colors.get(value, value) if isinstance(value, str) else value
