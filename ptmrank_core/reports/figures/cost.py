"""What each model costs, as far as the run has measured it, beside its place in the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ptmrank_core.records import Ranking
from ptmrank_core.reports.figures.style.theme import BRIGHT
from ptmrank_core.results.cost import COST_TITLES, ModelCost, places_of

__all__ = ["cost_figure"]

MAX_NAMES = 20


def cost_figure(
    name: str, costs: Mapping[str, ModelCost], ranking: Ranking, front: Sequence[str]
) -> go.Figure:
    """Draw a cost against the place in the order; the front is a line of marks of its own.

    Parameters
    ----------
    name
        One of :data:`COST_TITLES`.
    costs, ranking
        Of the models.
    front
        The models that no other one beats at no higher cost, by rising cost.
    """
    places = places_of(ranking)
    known = {model: value for model in ranking.order if (value := costs[model].known(name)) is not None}
    others = [model for model in known if model not in set(front)]
    figure = go.Figure()
    for models, title, color, symbol, mode in (
        (others, "beaten at no higher cost", BRIGHT[6], "circle", "markers"),
        (list(front), "worth its cost", BRIGHT[0], "diamond", "lines+markers"),
    ):
        figure.add_scatter(
            x=[known[model] for model in models],
            y=[places[model] for model in models],
            text=[model.removeprefix("demo:") for model in models],
            customdata=models,
            mode=mode + ("+text" if len(known) <= MAX_NAMES else ""),
            name=title,
            line={"shape": "hv", "width": 1.5},
            textposition="top center",
            textfont={"size": 10},
            cliponaxis=False,
            marker={"color": color, "symbol": symbol, "size": 10},
            hovertemplate="%{customdata}<br>place %{y}, %{x:.4s}<extra></extra>",
        )
    figure.update_xaxes(title=COST_TITLES[name], type="log", zeroline=False)
    figure.update_yaxes(title="place (1 is best)", autorange="reversed", zeroline=False)
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    return figure
