"""How the place of every model changes from metric to metric."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.ranking_overview_data import voters_first
from ptmrank_core.reports.figures.style.rank_colours import ink_on
from ptmrank_core.reports.figures.style.theme import BRIGHT
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table

__all__ = ["MAX_COLOURED", "BumpLayout", "bump_figure", "bump_table"]

MAX_COLOURED = 15
# Symbols in which a number is legible.
SYMBOLS = ("circle", "square", "diamond", "hexagon", "octagon")
GREY = "rgba(128,128,128,0.45)"
ROW = 32


@dataclass(frozen=True, slots=True)
class BumpLayout:
    """Ranks of the models, by model and metric.

    Parameters
    ----------
    models
        Best first.
    metrics
        Those with scores, the heaviest vote first.
    ranks
        For each model its place in the order, then its rank under each metric; ``None`` for no score.
    """

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    ranks: tuple[tuple[float | None, ...], ...]

    @classmethod
    def of(cls, result: RunResult, ranking: Ranking) -> BumpLayout:
        """Collect the ranks of a run."""
        metrics = tuple(
            voter.metric for voter in voters_first(result, ranking) if ranking.per_metric.get(voter.metric)
        )
        ranks = tuple(
            (float(place), *(ranking.ranks[metric].get(model) for metric in metrics))
            for place, model in enumerate(ranking.order, start=1)
        )
        return cls(ranking.order, metrics, ranks)


def bump_table(layout: BumpLayout) -> Table:
    """Write the ranks: a row for each model, a column for each metric."""
    columns = (
        Column("place", "place", "integer"),
        Column("model", "model"),
        *(Column(name, METRICS[name].title, "number", SIGNIFICANT) for name in layout.metrics),
    )
    records = [
        {"place": place, "model": model, **dict(zip(layout.metrics, ranks[1:], strict=True))}
        for place, (model, ranks) in enumerate(zip(layout.models, layout.ranks, strict=True), start=1)
    ]
    return Table.of("ranks", "Ranks under every metric", columns, records)


def bump_figure(layout: BumpLayout) -> go.Figure:
    """Draw a line for each model through its ranks; the first fifteen have their place in every mark."""
    n_models = len(layout.models)
    figure = go.Figure()
    # The first ones are drawn last, above all others.
    for index in range(n_models - 1, -1, -1):
        is_coloured = index < MAX_COLOURED
        color = BRIGHT[index % len(BRIGHT)] if is_coloured else GREY
        figure.add_scatter(
            x=list(range(len(layout.metrics) + 1)),
            y=list(layout.ranks[index]),
            text=[str(index + 1)] * (len(layout.metrics) + 1),
            name=layout.models[index],
            mode="lines+markers+text" if is_coloured else "lines+markers",
            line={"color": color, "width": 2.5 if is_coloured else 1.2},
            marker={
                "color": color,
                "symbol": SYMBOLS[index % len(SYMBOLS)] if is_coloured else "circle",
                "size": 19 if is_coloured else 5,
            },
            textfont={"size": 11} | ({"color": ink_on(color)} if is_coloured else {}),
            hovertemplate="rank %{y}<extra>%{fullData.name}</extra>",
            showlegend=False,
        )
    _lay_out(figure, layout)
    return figure


def _lay_out(figure: go.Figure, layout: BumpLayout) -> None:
    n_models = len(layout.models)
    titles = ["Together", *(METRICS[name].title for name in layout.metrics)]
    figure.update_layout(
        xaxis={"tickvals": list(range(len(titles))), "ticktext": titles, "side": "top", "tickangle": -50}
        | {"range": [-0.4, len(titles) - 0.6], "zeroline": False, "showgrid": True, "automargin": True},
        yaxis={"range": [n_models + 0.6, 0.4], "zeroline": False, "showgrid": False, "automargin": True}
        | {"tickvals": list(range(1, n_models + 1))}
        | {"ticktext": [f"{model}  {place}" for place, model in enumerate(layout.models, start=1)]},
        height=130 + ROW * n_models,
        margin={"l": 10, "r": 20, "t": 20, "b": 20},
        modebar={"orientation": "v"},
    )
