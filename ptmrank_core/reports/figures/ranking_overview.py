"""The ranking overview: a row for each model with its place, its ranks and its cost."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.intervals import BAND, DOT, LINE
from ptmrank_core.reports.figures.ranking_overview_columns import (
    SOFT,
    add_facts,
    add_text,
    domains,
    fact_titles,
    least_width,
    placed,
)
from ptmrank_core.reports.figures.ranking_overview_data import SIGNS, OverviewLayout, OverviewRow
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.rank_colours import ink_on, shade
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK

__all__ = ["least_width", "overview_figure"]

MIN_CELLS = 3
LONGEST_NAME = 30
ROW, MANY_ROWS, LOW_ROW, FOOT = 42, 20, 34, 38  # pixels, rows, pixels, pixels
WARNED, NONE = BRIGHT[1], "rgba(128,128,128,0.18)"
RULE = "rgba(128,128,128,0.22)"
HOVER = "%{customdata[0]}<br>%{customdata[1]}: %{customdata[2]}<extra></extra>"
WEIGHTS_ROW = -0.95
LETTER = 5  # pixels in height of one letter of a slanted title


def overview_figure(layout: OverviewLayout, *, scale: float = 1.0) -> go.Figure:
    """Draw the overview: names, places with intervals and ties, a row of ranks, cost and licence.

    Parameters
    ----------
    layout
        What is drawn.
    scale
        Size of rows and letters, 1 for a page and more for a projector.
    """
    figure = go.Figure()
    _add_names(figure, layout, scale)
    _add_places(figure, layout, scale)
    _add_cells(figure, layout, scale)
    add_facts(figure, layout, scale)
    _add_references(figure, layout, scale)
    _lay_out(figure, layout, scale)
    return figure


def _add_names(figure: go.Figure, layout: OverviewLayout, scale: float) -> None:
    """Write place, name and family of every model."""
    rows = list(enumerate(layout.rows))
    lift = {True: 0.17, False: 0.0}
    names = [(0.11, y - lift[bool(row.family)], shorten_middle(row.model, LONGEST_NAME)) for y, row in rows]
    families = [(0.11, y + 0.24, shorten_middle(row.family, LONGEST_NAME)) for y, row in rows if row.family]
    places = [(0.08, y - lift[bool(row.family)], str(row.place or "–")) for y, row in rows]
    add_text(figure, "x", names, 13.5 * scale, textposition="middle right")
    add_text(figure, "x", places, 13.5 * scale, textposition="middle left")
    add_text(figure, "x", families, 11 * scale, textposition="middle right", opacity=SOFT)


def _lane(layout: OverviewLayout) -> float:
    """Ranks between two bands side by side."""
    return max(0.45, 0.06 * layout.n_ranked)


def _last_place(layout: OverviewLayout) -> float:
    """End of the column of places, behind the bands."""
    n_lanes = max((lane + 1 for *_, lane in layout.bands), default=0)
    return max(1.6, layout.n_ranked + 0.6 + (_lane(layout) * n_lanes + 0.5 if n_lanes else 0))


def _add_places(figure: go.Figure, layout: OverviewLayout, scale: float) -> None:
    """Draw the places with their intervals, and beside them the models that are not distinguishable."""
    rows = [(y, row) for y, row in enumerate(layout.rows) if row.place is not None]
    spans = [(y, *row.interval) for y, row in rows if row.interval is not None]
    bands = [(layout.n_ranked + 0.9 + _lane(layout) * lane, top, last) for top, last, lane in layout.bands]
    _add_lines(
        figure,
        [((low, y), (high, y)) for y, low, high in spans],
        color=LINE,
        width=7 * scale,
        name=f"its {layout.level or 0:.0%} interval",
    )
    _add_lines(
        figure,
        [((x, top - 0.3), (x, last + 0.3)) for x, top, last in bands],
        color=BAND,
        width=6 * scale,
        name="not distinguishable",
    )
    figure.add_scatter(
        x=[row.place for _, row in rows],
        y=[y for y, _ in rows],
        xaxis="x2",
        mode="markers",
        marker={"color": DOT, "size": 12 * scale},
        name="place on all samples",
        customdata=[[row.model, _say_interval(row)] for _, row in rows],
        hovertemplate="%{customdata[0]}<br>place %{x}%{customdata[1]}<extra></extra>",
    )


def _say_interval(row: OverviewRow) -> str:
    if row.interval is None:
        return ""
    low, high = row.interval
    return f", {low} to {high} with other samples" if low < high else ", whatever the samples"


def _add_lines(
    figure: go.Figure,
    pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    *,
    color: str,
    width: float,
    name: str,
) -> None:
    """Draw lines between pairs of points beside the places, as one legend entry; nothing for no pairs."""
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


def _add_cells(figure: go.Figure, layout: OverviewLayout, scale: float) -> None:
    """Draw the ranks: colour and number are the rank, a sign says why there is none."""
    cells = [(x, y, cell) for y, row in enumerate(layout.rows) for x, cell in enumerate(row.cells)]
    for has_rank in (True, False):
        _add_fields(figure, layout, has_rank=has_rank)
    ranks = [(x, y, f"{cell.rank:g}") for x, y, cell in cells if cell.rank is not None]
    inks = [ink_on(shade(cell.share())) for *_, cell in cells if cell.rank is not None]
    signs = [(x, y, SIGNS[cell.kind]) for x, y, cell in cells if cell.rank is None]
    weights = [(x, WEIGHTS_ROW, _say_weight(voter.weight)) for x, voter in enumerate(layout.metrics)]
    add_text(figure, "x3", ranks, 12.5 * scale, color=inks)
    add_text(figure, "x3", signs, 12.5 * scale)
    add_text(figure, "x3", weights, 11 * scale, opacity=SOFT)
    share = [(_last_place(layout), WEIGHTS_ROW, "share of the vote")]
    add_text(figure, "x2", share, 11 * scale, textposition="middle left", opacity=SOFT)
    _outline(figure, [(x, y) for x, y, cell in cells if cell.warnings], scale)


def _add_fields(figure: go.Figure, layout: OverviewLayout, *, has_rank: bool) -> None:
    """Fill the cells that have a rank, or those that have none."""
    z = [[c.share() if (c.rank is not None) == has_rank else None for c in row.cells] for row in layout.rows]
    if not any(value is not None for row in z for value in row):
        return
    steps = [step / 20 for step in range(21)]
    figure.add_heatmap(
        z=z,
        customdata=[_hover(layout, row) for row in layout.rows],
        xaxis="x3",
        zmin=0,
        zmax=1,
        colorscale=[[step, shade(step) if has_rank else NONE] for step in steps],
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


def _outline(figure: go.Figure, places: Sequence[tuple[float, float]], scale: float) -> None:
    """Draw a frame around some cells."""
    if places:
        across, down = (-0.5, 0.5, 0.5, -0.5, -0.5), (-0.5, -0.5, 0.5, 0.5, -0.5)
        figure.add_scatter(
            x=[end for x, _ in places for end in (*(x + step for step in across), None)],
            y=[end for _, y in places for end in (*(y + step for step in down), None)],
            xaxis="x3",
            mode="lines",
            line={"color": WARNED, "width": 2 * scale},
            name="the metric warns of this score",
            hoverinfo="skip",
        )


def _add_references(figure: go.Figure, layout: OverviewLayout, scale: float) -> None:
    """Write the references below a line: what they are, and the place that each would take, in grey."""
    rows = placed(layout)[len(layout.rows) :]
    if not rows:
        return
    title = [(0.11, rows[0][0] - 0.72, "references, not ranked")]
    names = [(0.11, y - 0.17, shorten_middle(row.model, LONGEST_NAME)) for y, row in rows]
    reasons = [(0.11, y + 0.24, shorten_middle(row.family or "", LONGEST_NAME)) for y, row in rows]
    cells = [(x, y, cell) for y, row in rows for x, cell in enumerate(row.cells)]
    places = [(x, y, str(cell.beside or SIGNS["does not apply"])) for x, y, cell in cells]
    add_text(figure, "x", title, 11 * scale, textposition="middle right", opacity=SOFT)
    add_text(figure, "x", names, 13.5 * scale, textposition="middle right", opacity=SOFT)
    add_text(figure, "x", reasons, 11 * scale, textposition="middle right", opacity=SOFT)
    add_text(figure, "x3", places, 12.5 * scale, opacity=SOFT)
    figure.add_heatmap(
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


def _lay_out(figure: go.Figure, layout: OverviewLayout, scale: float) -> None:
    """Put the columns side by side over rows that they share."""
    n_rows, n_cells, n_ranked = len(layout.rows), len(layout.metrics), layout.n_ranked
    shares, facts = domains(layout), fact_titles(layout)
    end = placed(layout)[-1][0] + 1
    common = {"side": "top", "zeroline": False, "showgrid": False, "fixedrange": True}
    common |= {"showline": False, "ticks": "", "tickfont": {"color": INK}}
    titles = [METRICS[voter.metric].title for voter in layout.metrics]
    step = max(1, -(-n_ranked // 6))
    head = 40 + LETTER * max(map(len, [*titles, *facts]))
    figure.update_layout(
        xaxis=common | {"domain": shares[0], "range": [0, 1], "visible": False},
        xaxis2=common
        | {"domain": shares[1], "range": [0.4, _last_place(layout)], "showgrid": True, "gridcolor": RULE}
        | {
            "tickvals": list(range(1, n_ranked + 1, step)),
            "title": {"text": "place", "standoff": 4, "font": {"color": INK}},
        },
        xaxis3=common
        | {"domain": shares[2], "range": [-0.5, max(n_cells, MIN_CELLS) - 0.5], "tickangle": -50}
        | {"tickvals": list(range(n_cells)), "ticktext": titles},
        xaxis4=common
        | {"domain": shares[3], "range": [-0.5, len(facts) - 0.5], "tickangle": -50}
        | {"tickvals": list(range(len(facts))), "ticktext": facts},
        yaxis={
            "range": [end - 0.45, -1.4],
            "zeroline": False,
            "showline": False,
            "fixedrange": True,
            "showgrid": True,
        }
        | {"tickvals": [y + 0.5 for y in range(-1, n_rows)], "showticklabels": False, "gridcolor": RULE},
        height=scale * (head + FOOT + (ROW if n_rows <= MANY_ROWS else LOW_ROW) * (end + 1)),
        margin={"l": 4, "r": 4, "t": head * scale, "b": 34 * scale},
        font={"size": 12 * scale, "color": INK},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0},
        modebar={"orientation": "v"},
        dragmode=False,
    )
