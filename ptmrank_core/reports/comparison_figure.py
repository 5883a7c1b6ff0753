"""Two orders as a slope chart: a line for each model, from its place in one run to that in the other."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.reports.comparison import Comparison, Move
from ptmrank_core.reports.figures import BRIGHT

__all__ = ["slope_figure"]

ROW_PIXELS, MARGIN_PIXELS = 30, 90
# Who gained, lost and stayed differ by colour and by dashes.
LINES = {"gained": (BRIGHT[0], "solid"), "lost": (BRIGHT[1], "dash"), "stayed": (BRIGHT[6], "dot")}


def slope_figure(found: Comparison) -> go.Figure:
    """Draw the models that have a place in both runs, named on both sides."""
    placed = [move for move in found.moves if move.change is not None]
    figure = go.Figure()
    for kind, (colour, dash) in LINES.items():
        moves = [move for move in placed if _kind(move) == kind]
        xs: list[float | None] = []
        ys: list[int | None] = []
        for move in moves:
            xs += [0, 1, None]
            ys += [move.first, move.second, None]
        if moves:
            figure.add_scatter(
                x=xs,
                y=ys,
                mode="lines+markers",
                name=f"{kind} ({len(moves)})",
                line={"color": colour, "dash": dash, "width": 3 if kind != "stayed" else 2},
                marker={"size": 9, "color": colour},
                hoverinfo="skip",
            )
    # A second axis is drawn only where something is on it.
    figure.add_scatter(
        x=[1], y=[1], yaxis="y2", mode="markers", opacity=0, showlegend=False, hoverinfo="skip"
    )
    places = list(range(1, len(placed) + 1))
    span = [len(placed) + 0.6, 0.4]
    by_second = sorted(placed, key=lambda move: move.second or 0)
    left, right = ([f"{i}  {m.model}" for i, m in enumerate(own, 1)] for own in (placed, by_second))
    figure.update_xaxes(
        tickvals=[0, 1], ticktext=["first run", "second run"], range=[-0.05, 1.05], zeroline=False, side="top"
    )
    figure.update_layout(
        yaxis={"tickvals": places, "ticktext": left, "range": span, "automargin": True, "zeroline": False},
        yaxis2={
            "tickvals": places,
            "ticktext": right,
            "range": span,
            "automargin": True,
            "overlaying": "y",
            "side": "right",
            "zeroline": False,
            "showgrid": False,
        },
        height=ROW_PIXELS * len(placed) + MARGIN_PIXELS,
        margin={"l": 10, "r": 10, "t": 40, "b": 20},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top"},
    )
    return figure


def _kind(move: Move) -> str:
    change = move.change or 0
    return "gained" if change > 0 else "lost" if change < 0 else "stayed"
