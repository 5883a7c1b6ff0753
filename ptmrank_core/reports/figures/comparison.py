"""Orders as slopes: a line for each model, from its place in one run to that in the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.theme import BRIGHT, set_least_width
from ptmrank_core.results.comparison import Comparison, Move, SeveralRuns

__all__ = ["places_figure", "slope_figure"]

N_COLOURED = 3
GREY = "rgba(128,128,128,0.55)"
ROW_PIXELS, MARGIN_PIXELS, LEAST = 30, 90, 660
# Models that gained, lost or kept their place differ by colour and by dashes.
LINES = {"gained": (BRIGHT[0], "solid"), "lost": (BRIGHT[1], "dash"), "stayed": (BRIGHT[6], "dot")}


def slope_figure(comparison: Comparison) -> go.Figure:
    """Draw the models that have a place in both runs, named on both sides."""
    placed = [move for move in comparison.moves if move.change is not None]
    figure = go.Figure()
    for kind in LINES:
        _add_lines(figure, kind, [move for move in placed if _kind(move) == kind])
    # A second axis is drawn only where something is on it.
    figure.add_scatter(x=[1], y=[1], yaxis="y2", mode="markers", opacity=0, showlegend=False)
    by_second = sorted(placed, key=lambda move: move.second or 0)
    figure.update_xaxes(
        tickvals=[0, 1], ticktext=["first run", "second run"], range=[-0.05, 1.05], zeroline=False, side="top"
    )
    figure.update_layout(
        yaxis=_names(placed),
        yaxis2=_names(by_second) | {"overlaying": "y", "side": "right", "showgrid": False},
        height=ROW_PIXELS * len(placed) + MARGIN_PIXELS,
        margin={"l": 10, "r": 10, "t": 40, "b": 20},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top"},
    )
    figure.update_yaxes(title="place and model")
    set_least_width(figure, LEAST)
    return figure


def _add_lines(figure: go.Figure, kind: str, moves: Sequence[Move]) -> None:
    """Draw a line for each of some models."""
    if not moves:
        return
    colour, dash = LINES[kind]
    figure.add_scatter(
        x=[x for _ in moves for x in (0, 1, None)],
        y=[y for move in moves for y in (move.first, move.second, None)],
        mode="lines+markers",
        name=f"{kind} ({len(moves)})",
        line={"color": colour, "dash": dash, "width": 3 if kind != "stayed" else 2},
        marker={"size": 9, "color": colour},
        hoverinfo="skip",
    )


def _names(moves: Sequence[Move]) -> dict[str, Any]:
    """Make an axis that names models from the first place down."""
    return _places_of([move.model for move in moves])


def _places_of(models: Sequence[str]) -> dict[str, Any]:
    places = list(range(1, len(models) + 1))
    return {
        "tickvals": places,
        "ticktext": [f"{place}  {model}" for place, model in zip(places, models, strict=True)],
        "range": [len(models) + 0.6, 0.4],
        "automargin": True,
        "zeroline": False,
    }


def _kind(move: Move) -> str:
    change = move.change or 0
    return "gained" if change > 0 else "lost" if change < 0 else "stayed"


def places_figure(several: SeveralRuns) -> go.Figure:
    """Draw the models that all runs rank, the first three of the first run in colour."""
    figure = go.Figure()
    numbers = list(range(1, len(several.runs) + 1))
    for index, (model, places) in reversed(list(enumerate(several.shared.items()))):
        colour = BRIGHT[index] if index < N_COLOURED else GREY
        figure.add_scatter(
            x=numbers,
            y=list(places),
            mode="lines+markers",
            name=model,
            line={"color": colour, "width": 3 if index < N_COLOURED else 2},
            marker={"size": 9, "color": colour},
            hovertemplate="run %{x}: place %{y}<extra>%{fullData.name}</extra>",
        )
    last = sorted(several.shared, key=lambda model: several.shared[model][-1])
    # A second axis is drawn only where something is on it.
    figure.add_scatter(
        x=[1], y=[1], yaxis="y2", mode="markers", opacity=0, showlegend=False, hoverinfo="skip"
    )
    figure.update_xaxes(
        tickvals=numbers,
        ticktext=[f"run {number}" for number in numbers],
        range=[0.9, len(numbers) + 0.1],
        zeroline=False,
        side="top",
    )
    figure.update_layout(
        yaxis=_places_of(list(several.shared)),
        yaxis2=_places_of(last) | {"overlaying": "y", "side": "right", "showgrid": False},
        height=ROW_PIXELS * len(several.shared) + MARGIN_PIXELS,
        margin={"l": 10, "r": 10, "t": 40, "b": 20},
        showlegend=False,
    )
    return figure
