"""What each model costs, as far as the run has measured it, beside its place in the order."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.records import Ranking
from ptmrank_core.reports.figures.style.labels import beside_marks, padded
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK, set_least_width
from ptmrank_core.results.cost import COST_TITLES, ModelCost, places_of

__all__ = ["cost_figure"]

LEAST, INSIDE = 560, (430, 300)  # pixels of the figure, and what its axes enclose of them
LETTERS, HEIGHT, N_TICKS = 11, 430, 10
BEATEN = {"name": "beaten", "color": GREY, "symbol": "circle", "mode": "markers+text"}
ON_FRONTIER = {
    "name": "on the frontier",
    "color": BRIGHT[0],
    "symbol": "diamond",
    "mode": "lines+markers+text",
}


def cost_figure(
    name: str,
    costs: Mapping[str, ModelCost],
    ranking: Ranking,
    front: Sequence[str],
    *,
    highlight: Collection[str] = (),
    letters: int = LETTERS,
    room: tuple[int, int] = INSIDE,
) -> go.Figure:
    """Draw a cost against the place in the order; the frontier is a line of marks of its own.

    Parameters
    ----------
    name
        One of :data:`COST_TITLES`.
    costs, ranking
        Of the models.
    front
        The models on the frontier, by rising cost.
    highlight
        Models that stand out.
    letters
        Size of the names.
    room
        Pixels that the axes enclose at least, across and down: where names have no room they are left out.
    """
    places = places_of(ranking)
    known = {model: value for model in ranking.order if (value := costs[model].known(name)) is not None}
    others = [model for model in known if model not in set(front)]
    is_log = min(known.values(), default=0) > 0
    scaled = {model: math.log10(value) if is_log else value for model, value in known.items()}
    x_range, y_range = padded(list(scaled.values())), [len(places) + 0.7, 1 - max(0.7, 0.1 * len(places))]
    first = sorted(known, key=lambda model: (model not in highlight, model not in front))
    labels = beside_marks(
        [(scaled[model], places[model]) for model in first],
        first,
        ranges=(x_range, y_range),
        pixels=room,
        size=letters,
    )
    written = dict(zip(first, zip(labels.texts, labels.sides, strict=True), strict=True))
    figure = go.Figure()
    for models, look in ((others, BEATEN), (list(front), ON_FRONTIER)):
        figure.add_scatter(
            x=[known[model] for model in models],
            y=[places[model] for model in models],
            text=[written[model][0] for model in models],
            customdata=models,
            textposition=[written[model][1] for model in models],
            **_look(look, [model in highlight for model in models], letters),
        )
    _lay_out(figure, COST_TITLES[name], x_range, y_range, is_log=is_log)
    return figure


def _look(look: Mapping[str, Any], stands_out: Sequence[bool], letters: int) -> dict[str, Any]:
    """How the marks of some models are drawn; those that stand out are larger and have a rim."""
    rim = {"color": INK, "width": [3 if own else 0 for own in stands_out]}
    marker = {"color": look["color"], "symbol": look["symbol"], "line": rim}
    return {
        "name": look["name"],
        "mode": look["mode"],
        "line": {"shape": "hv", "width": 1.5},
        "textfont": {"size": letters, "color": INK},
        "cliponaxis": False,
        "marker": marker | {"size": [15 if own else 10 for own in stands_out]},
        "unselected": {"marker": {"opacity": 1}},
        "hovertemplate": "%{customdata}<br>place %{y}, %{x:.4s}<extra></extra>",
    }


def _lay_out(
    figure: go.Figure, title: str, x_range: list[float], y_range: list[float], *, is_log: bool
) -> None:
    step = max(1, -(-int(y_range[0]) // N_TICKS))
    figure.update_xaxes(title=title, type="log" if is_log else "linear", zeroline=False)
    figure.update_xaxes(range=x_range, nticks=5)
    figure.update_yaxes(title="place (1 is best)", range=y_range, zeroline=False)
    figure.update_yaxes(tickvals=list(range(1, int(y_range[0]) + 1, step)))
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    set_least_width(figure, LEAST)
