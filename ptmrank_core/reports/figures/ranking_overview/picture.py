"""The ranking overview: a row for each model with its place, its ranks, what it reaches and what it costs.

It needs no legend: every group of columns has a heading that says what its marks are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.intervals import BAND, DOT, LINE
from ptmrank_core.reports.figures.ranking_overview.cells import add_cells, add_references
from ptmrank_core.reports.figures.ranking_overview.columns import (
    LONGEST_NAME,
    SOFT,
    add_facts,
    add_text,
    cell_edges,
    cell_middles,
    domains,
    fact_titles,
    first_band,
    lane,
    last_place,
    least_width,
    narrow_width,
    placed,
)
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout, OverviewRow
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.theme import INK, set_least_width, set_narrow_form, stripe_models

__all__ = ["overview_figure"]

ROW, MANY_ROWS, LOW_ROW, FOOT = 42, 20, 34, 8  # pixels, rows, pixels, pixels
RULE = "rgba(128,128,128,0.22)"
LETTER, HEADING = 5, 26  # pixels in height: one letter of a slanted title, a line of headings
SLACK = 16  # pixels between the titles and the rows, and above them
SLANT = -50
Line = tuple[tuple[float, float], tuple[float, float]]


def overview_figure(layout: OverviewLayout, *, highlight: Collection[str] = ()) -> go.Figure:
    """Draw the overview: names, places with intervals and ties, ranks, what is reached, cost and licence.

    Parameters
    ----------
    layout
        What is drawn.
    highlight
        Models whose rows stand out.
    """
    figure = go.Figure()
    _add_names(figure, layout)
    _add_places(figure, layout)
    add_cells(figure, layout)
    add_facts(figure, layout)
    add_references(figure, layout)
    _lay_out(figure, layout)
    _add_headings(figure, layout)
    stripe_models(figure, [y for y, row in enumerate(layout.rows) if row.model in highlight])
    set_least_width(figure, least_width(layout))
    set_narrow_form(figure, ("xaxis", "xaxis2"), narrow_width())
    return figure


def _add_names(figure: go.Figure, layout: OverviewLayout) -> None:
    """Write place, name and family of every model; a click on them finds the model."""
    rows = list(enumerate(layout.rows))
    lift = {True: 0.17, False: 0.0}
    names = [(0.11, y - lift[bool(row.family)], shorten_middle(row.model, LONGEST_NAME)) for y, row in rows]
    families = [(0.11, y + 0.24, shorten_middle(row.family, LONGEST_NAME)) for y, row in rows if row.family]
    places = [(0.08, y - lift[bool(row.family)], str(row.place or "–")) for y, row in rows]
    add_text(figure, "x", names, 13.5, textposition="middle right")
    add_text(figure, "x", places, 13.5, textposition="middle left")
    add_text(figure, "x", families, 11, textposition="middle right", opacity=SOFT)
    figure.add_scatter(
        x=[x for _ in rows for x in (0.2, 0.4, 0.6, 0.8)],
        y=[y for y, _ in rows for _ in range(4)],
        customdata=[[row.model] for _, row in rows for _ in range(4)],
        mode="markers",
        marker={"symbol": "square", "size": 30, "opacity": 0},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )


def _add_places(figure: go.Figure, layout: OverviewLayout) -> None:
    """Draw the places with their intervals, and beside them the models that are not distinguishable."""
    rows = [(y, row) for y, row in enumerate(layout.rows) if row.place is not None]
    spans = [(y, *row.interval) for y, row in rows if row.interval is not None]
    bands = [(first_band(layout) + lane(layout) * number, top, last) for top, last, number in layout.bands]
    intervals: list[Line] = [((low, y), (high, y)) for y, low, high in spans]
    ties: list[Line] = [((x, top - 0.3), (x, last + 0.3)) for x, top, last in bands]
    _add_lines(figure, intervals, color=LINE, width=7, name=f"its {layout.level or 0:.0%} interval")
    _add_lines(figure, ties, color=BAND, width=6, name="not distinguishable")
    figure.add_scatter(
        x=[row.place for _, row in rows],
        y=[y for y, _ in rows],
        xaxis="x2",
        mode="markers",
        marker={"color": DOT, "size": 12},
        unselected={"marker": {"opacity": 1}},
        name="place on all samples",
        customdata=[[row.model, _say_interval(row)] for _, row in rows],
        hovertemplate="%{customdata[0]}<br>place %{x}%{customdata[1]}<extra></extra>",
    )


def _say_interval(row: OverviewRow) -> str:
    if row.interval is None:
        return ""
    low, high = row.interval
    return f", {low} to {high} with other samples" if low < high else ", whatever the samples"


def _add_lines(figure: go.Figure, pairs: Sequence[Line], *, color: str, width: float, name: str) -> None:
    """Draw lines between pairs of points beside the places; nothing for no pairs."""
    if pairs:
        figure.add_scatter(
            x=[end for first, last in pairs for end in (first[0], last[0], None)],
            y=[end for first, last in pairs for end in (first[1], last[1], None)],
            xaxis="x2",
            mode="lines",
            line={"color": color, "width": width},
            name=name,
            hoverinfo="skip",
        )


def _add_headings(figure: go.Figure, layout: OverviewLayout) -> None:
    """Say above each group of columns what its marks are."""
    shares = domains(layout)
    place = "place" if layout.level is None else f"place, {layout.level:.0%} interval"
    start, end = shares[3]
    costs = start + (end - start) * len(layout.reached) / (len(fact_titles(layout)) + 0.4)
    texts = {place: (shares[1][0], "xaxis2"), "rank under each metric": (shares[2][0], "xaxis3")}
    texts |= {"costs": (costs, "xaxis4")} | ({"reached": (start, "xaxis4")} if layout.reached else {})
    notes = [
        {"text": text, "name": axis, "x": x, "xref": "paper", "y": 1, "yref": "paper"}
        | {"yshift": (_head(layout) - HEADING), "yanchor": "bottom", "xanchor": "left"}
        | {"showarrow": False, "font": {"size": 12.5, "color": INK}}
        for text, (x, axis) in texts.items()
    ]
    if layout.bands:
        notes.append(
            {"text": "not told apart", "x": first_band(layout), "xref": "x2", "y": 1, "yref": "paper"}
            | {"yshift": 4, "yanchor": "bottom", "xanchor": "left", "textangle": SLANT}
            | {"showarrow": False, "font": {"size": 12, "color": INK}}
        )
    figure.update_layout(annotations=notes)


def _head(layout: OverviewLayout) -> int:
    """Pixels above the rows: slanted titles, and a line of headings above them."""
    titles = [METRICS[voter.metric].title for voter in layout.metrics]
    return SLACK + HEADING + LETTER * max(map(len, [*titles, *fact_titles(layout), "not told apart"]))


def _lay_out(figure: go.Figure, layout: OverviewLayout) -> None:
    """Put the columns side by side over rows that they share."""
    n_rows, facts, shares = len(layout.rows), fact_titles(layout), domains(layout)
    end = placed(layout)[-1][0] + 1
    common = {"side": "top", "zeroline": False, "showgrid": False, "fixedrange": True}
    common |= {"showline": False, "ticks": "", "tickfont": {"color": INK}}
    titles = [METRICS[voter.metric].title for voter in layout.metrics]
    step = max(1, -(-layout.last_rank // 6))
    y = {"range": [end - 0.45, -1.4], "zeroline": False, "showline": False, "fixedrange": True}
    y |= {"tickvals": [y + 0.5 for y in range(-1, n_rows)], "showticklabels": False, "gridcolor": RULE}
    width = max(cell_edges(layout)[-1], 3.0)
    figure.update_layout(
        xaxis=common | {"domain": shares[0], "range": [0, 1], "visible": False},
        xaxis2=common
        | {"domain": shares[1], "range": [0.4, last_place(layout)], "showgrid": True, "gridcolor": RULE}
        | {"tickvals": list(range(1, layout.last_rank + 1, step))},
        xaxis3=common
        | {"domain": shares[2], "range": [0, width], "tickangle": SLANT}
        | {"tickvals": cell_middles(layout), "ticktext": titles},
        xaxis4=common
        | {"domain": shares[3], "range": [-0.5, len(facts) - 0.5 + 0.4], "tickangle": SLANT}
        | {"tickvals": list(range(len(facts))), "ticktext": facts},
        yaxis=y | {"showgrid": True},
        height=_head(layout) + FOOT + (ROW if n_rows <= MANY_ROWS else LOW_ROW) * (end + 1),
        margin={"l": 4, "r": 4, "t": _head(layout), "b": FOOT},
        font={"size": 12, "color": INK},
        showlegend=False,
        modebar={"orientation": "v"},
        dragmode=False,
    )
