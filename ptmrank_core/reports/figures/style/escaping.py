"""Figures as data in which every text that somebody else wrote is shown literally."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import plotly.graph_objects as go

__all__ = ["figure_json", "plain_figure", "shorten_middle"]

# Only here is markup ours; what it names ("%{text}") is data. Any tag but these comes from a name.
MARKUP_KEYS = {"hovertemplate", "texttemplate"}
NOT_OURS = re.compile(r"<(?!/?(?:b|br|i|extra|sub|sup)>)")
# Long names would leave no room for the marks; a table has them in full.
SHORT_KEYS = {"ticktext": 30, "name": 40}
# These would end the script element or begin a comment in it.
UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def plain_figure(figure: go.Figure) -> dict[str, Any]:
    """Write a figure as plain data, every text of it as text.

    Plotly reads a few HTML tags in every text; names of models, files and classes are data, so each text but
    hover templates is escaped.

    Parameters
    ----------
    figure
        The figure; Plotly's own theme is left out.

    Returns
    -------
    dict
        ``{"data": [...], "layout": {...}}``, as JSON has it.
    """
    fields = json.loads(figure.to_json(remove_uids=True))
    fields.get("layout", {}).pop("template", None)
    return {"data": _plain(fields["data"]), "layout": _plain(fields.get("layout", {}))}


def figure_json(figure: go.Figure) -> str:
    """Write a figure as JSON that can stand in a script element, every text of it as text."""
    text = json.dumps(plain_figure(figure), ensure_ascii=True, separators=(",", ":"))
    return text.translate(UNSAFE)


def _plain(value: Any, key: str = "") -> Any:
    """Escape every text below a value."""
    if isinstance(value, dict):
        return {name: _plain(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, key) for item in value]
    if not isinstance(value, str):
        return value
    if key in MARKUP_KEYS:
        return NOT_OURS.sub("&lt;", value)
    return html.escape(shorten_middle(value, SHORT_KEYS.get(key, len(value))), quote=False)


def shorten_middle(text: str, n_chars: int) -> str:
    """Leave out the middle of a long text: names differ at both ends."""
    if len(text) <= n_chars:
        return text
    half = (n_chars - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
