"""The ranks of the overview: a cell for each model and metric, and what references would take."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.ranking_overview.columns import (
    LONGEST_NAME,
    SOFT,
    add_text,
    cell_edges,
    cell_middles,
    placed,
)
from ptmrank_core.reports.figures.ranking_overview_data import SIGNS, OverviewLayout, OverviewRow
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.rank_colours import RANKS
from ptmrank_core.reports.figures.style.theme import BRIGHT

__all__ = ["add_cells", "add_references"]

WARNED, NONE = BRIGHT[1], "rgba(128,128,128,0.18)"
HOVER = "%{customdata[0]}<br>%{customdata[1]}: %{customdata[2]}<extra></extra>"
WEIGHTS_ROW = -0.95
LONGEST_REFERENCE = LONGEST_NAME + 10  # no places stand beside it


def add_cells(figure: go.Figure, layout: OverviewLayout) -> None:
    """Draw the ranks: colour and number are the rank, a sign says why there is none."""
    middles = cell_middles(layout)
    cells = [
        (x, y, cell) for y, row in enumerate(layout.rows) for x, cell in zip(middles, row.cells, strict=True)
    ]
    for has_rank in (True, False):
        _add_fields(figure, layout, has_rank=has_rank)
    ranks = [(x, y, f"{cell.rank:g}") for x, y, cell in cells if cell.rank is not None]
    inks = [RANKS.ink(cell.share()) for *_, cell in cells if cell.rank is not None]
    signs = [(x, y, SIGNS[cell.kind]) for x, y, cell in cells if cell.rank is None]
    weights = [
        (x, WEIGHTS_ROW, _say_weight(voter.weight)) for x, voter in zip(middles, layout.metrics, strict=True)
    ]
    add_text(figure, "x3", ranks, 12.5, color=inks)
    add_text(figure, "x3", signs, 12.5)
    add_text(figure, "x3", weights, 11, opacity=SOFT)
    share = [(0, WEIGHTS_ROW, "share of the vote ")]
    add_text(figure, "x3", share, 11, textposition="middle left", opacity=SOFT)
    _outline(figure, layout)


def _add_fields(figure: go.Figure, layout: OverviewLayout, *, has_rank: bool) -> None:
    """Fill the cells that have a rank, or those that have none."""
    z = [[c.share() if (c.rank is not None) == has_rank else None for c in row.cells] for row in layout.rows]
    if any(value is not None for row in z for value in row):
        figure.add_heatmap(
            x=cell_edges(layout),
            z=z,
            customdata=[_hover(layout, row) for row in layout.rows],
            xaxis="x3",
            zmin=0,
            zmax=1,
            colorscale=RANKS.scale() if has_rank else [[0, NONE], [1, NONE]],
            showscale=False,
            xgap=4,
            ygap=4,
            hoverongaps=False,
            hovertemplate=HOVER,
        )


def _say_weight(weight: float) -> str:
    if weight <= 0:
        return "–"
    return f"{weight:.0%}" if weight >= 0.005 else "<1%"


def _outline(figure: go.Figure, layout: OverviewLayout) -> None:
    """Draw a frame around the cells whose warning could change the order."""
    edges = cell_edges(layout)
    corners = [
        (edges[x], edges[x + 1], y)
        for y, row in enumerate(layout.rows)
        for x, cell in enumerate(row.cells)
        if cell.is_decisive
    ]
    if corners:
        figure.add_scatter(
            x=[end for left, right, _ in corners for end in (left, right, right, left, left, None)],
            y=[end for *_, y in corners for end in (y - 0.5, y - 0.5, y + 0.5, y + 0.5, y - 0.5, None)],
            xaxis="x3",
            mode="lines",
            line={"color": WARNED, "width": 2},
            name="the metric warns of this score",
            hoverinfo="skip",
        )


def add_references(figure: go.Figure, layout: OverviewLayout) -> None:
    """Write the references below a line: what they are, and the place that each would take, in grey."""
    rows = placed(layout)[len(layout.rows) :]
    if not rows:
        return
    title = [(0.11, rows[0][0] - 0.72, "references, not ranked")]
    names = [(0.11, y - 0.17, shorten_middle(row.model, LONGEST_REFERENCE)) for y, row in rows]
    reasons = [(0.11, y + 0.24, shorten_middle(row.family or "", LONGEST_NAME)) for y, row in rows]
    cells = [(x, y, cell) for y, row in rows for x, cell in zip(cell_middles(layout), row.cells, strict=True)]
    places = [(x, y, str(cell.beside or SIGNS["does not apply"])) for x, y, cell in cells]
    add_text(figure, "x", title, 11, textposition="middle right", opacity=SOFT)
    add_text(figure, "x", names, 13.5, textposition="middle right", opacity=SOFT)
    add_text(figure, "x", reasons, 11, textposition="middle right", opacity=SOFT)
    add_text(figure, "x3", places, 12.5, opacity=SOFT)
    figure.add_heatmap(
        x=cell_edges(layout),
        z=[[0.0] * len(layout.metrics) for _ in rows],
        y=[y for y, _ in rows],
        customdata=[_hover(layout, row) for _, row in rows],
        xaxis="x3",
        colorscale=[[0, NONE], [1, NONE]],
        showscale=False,
        xgap=4,
        ygap=4,
        hovertemplate=HOVER,
    )


def _hover(layout: OverviewLayout, row: OverviewRow) -> list[list[str]]:
    """Say for each cell of a row what it is."""
    return [
        [row.model, METRICS[voter.metric].title, cell.say()]
        for voter, cell in zip(layout.metrics, row.cells, strict=True)
    ]
