"""Blocks -> HTML. Every text goes through ``escape`` here; nothing else writes HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from ptmrank_core.reports.figures.style.escaping import figure_json
from ptmrank_core.reports.html.blocks import (
    Block,
    Chart,
    Code,
    Facts,
    Grid,
    Listing,
    Section,
    TableBlock,
    Text,
)
from ptmrank_core.reports.tables.table import Column, Table, Value, shown
from ptmrank_core.results.phrases import bidi_isolate, strip_bidi

__all__ = ["isolated", "section_html", "sentence_html", "table_html"]

START_OF_NAME, END_OF_NAME = bidi_isolate("|").split("|")
ROW_KEYS = ("model", "metric")  # the column that names a row


def isolated(text: str) -> str:
    """Escape a text that somebody else wrote, and keep its direction from affecting the text around it."""
    return f"<bdi>{escape(text)}</bdi>"


def sentence_html(sentence: str) -> str:
    """Escape a sentence whose names carry marks of direction, and isolate these names."""
    text = escape(sentence)
    if text.count(START_OF_NAME) != text.count(END_OF_NAME):  # a name brought marks of its own
        return strip_bidi(text)
    return text.replace(START_OF_NAME, "<bdi>").replace(END_OF_NAME, "</bdi>")


def section_html(section: Section) -> str:
    """Draw a section."""
    blocks = "\n".join(_block_html(block) for block in section.blocks)
    key = escape(section.key)
    return (
        f'<section id="{key}" aria-labelledby="{key}-title">\n'
        f'<h2 id="{key}-title">{escape(section.title)}</h2>\n{blocks}\n</section>'
    )


def _block_html(block: Block) -> str:
    return _DRAWN[type(block)](block)


def _text_html(block: Text) -> str:
    kind = ' class="note"' if block.is_note else ""
    return f"<p{kind}>{escape(block.text)}</p>"


def _listing_html(block: Listing) -> str:
    return f"<ul>{''.join(f'<li>{isolated(item)}</li>' for item in block.items)}</ul>"


def _facts_html(block: Facts) -> str:
    pairs = (f"<div><dt>{escape(name)}</dt><dd>{isolated(value)}</dd></div>" for name, value in block.pairs)
    return f'<dl class="facts">{"".join(pairs)}</dl>'


def _code_html(block: Code) -> str:
    return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'


def _chart_html(chart: Chart) -> str:
    height = int(chart.figure.layout.height or 400)
    caption = f"<figcaption>{escape(chart.caption)}</figcaption>" if chart.caption else ""
    size = f"height:{height}px;min-width:{chart.min_width}px"
    return (
        f'<figure><div class="scroll"><div class="chart" role="img" aria-label="{escape(chart.alt)}" '
        f'style="{size}"></div><script type="application/json">{figure_json(chart.figure)}</script></div>'
        f"{caption}</figure>"
    )


def _grid_html(block: Grid) -> str:
    return f'<div class="grid">{"".join(_chart_html(chart) for chart in block.charts)}</div>'


def _table_block_html(block: TableBlock) -> str:
    table = table_html(block.table, is_captioned=block.is_captioned)
    if not block.folded:
        return table
    return f"<details><summary>{escape(block.folded)}</summary>{table}</details>"


def table_html(table: Table, *, is_captioned: bool = True) -> str:
    """Draw a table; each number carries its full precision beside what is shown of it."""
    name = next((column.key for column in table.columns if column.key in ROW_KEYS), "")
    head = "".join(_heading_html(column) for column in table.columns)
    body = "\n".join(
        f"<tr>{''.join(_cell_html(v, c, name) for v, c in zip(row, table.columns, strict=True))}</tr>"
        for row in table.rows
    )
    title = escape(table.title)
    caption = f"<caption>{title}</caption>" if is_captioned else f'<caption class="unseen">{title}</caption>'
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0">'
        f'<table data-table="{escape(table.name)}">{caption}'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _kind(column: Column) -> str:
    return "" if column.kind == "text" else ' class="number"'


def _heading_html(column: Column) -> str:
    return f'<th scope="col" data-key="{escape(column.key)}"{_kind(column)}>{escape(column.title)}</th>'


def _cell_html(value: Value, column: Column, name: str) -> str:
    if isinstance(value, str):
        tag, end = ('th scope="row"', "th") if column.key == name else ("td", "td")
        return f"<{tag}>{isolated(value)}</{end}>"
    if value is None:
        return f"<td{_kind(column)}></td>"
    text = shown(value, column).replace("-", "\u2212")  # a hyphen is no minus
    return f'<td{_kind(column)}><data value="{value!r}">{escape(text)}</data></td>'


_DRAWN: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        Text: _text_html,
        Listing: _listing_html,
        Facts: _facts_html,
        Code: _code_html,
        Chart: _chart_html,
        Grid: _grid_html,
        TableBlock: _table_block_html,
    }
)
