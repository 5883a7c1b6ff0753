"""How the place of every model changes from metric to metric."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.ranking_overview_data import voters_first
from ptmrank_core.reports.figures.style.rank_colours import ink_everywhere
from ptmrank_core.reports.figures.style.theme import BRIGHT, set_least_width
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table

__all__ = ["HOW_TO_READ", "N_FIRST", "BumpLayout", "bump_figure", "bump_table"]

HOW_TO_READ = (
    "A line for each model, from its place in the order (left) through its rank under every metric, the "
    "heaviest vote first."
)
N_FIRST = 3
"""So many models, from the first place down, have colours of their own."""
CHOSEN = (BRIGHT[3], BRIGHT[5], BRIGHT[4])
# Symbols in which a number is legible; a chosen model has the same colour as every third, never its symbol.
SYMBOLS = ("circle", "square", "diamond", "hexagon", "octagon")
FAINT = "rgba(128,128,128,0.45)"
ROW, COLUMN, NAMES, LETTER = 32, 34, 340, 4  # pixels


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


def bump_figure(layout: BumpLayout, *, highlight: Collection[str] = ()) -> go.Figure:
    """Draw a line for each model through its ranks, in grey but for the first three and those that stand out.

    Parameters
    ----------
    layout
        What is drawn.
    highlight
        Models that stand out. A line in colour has the place of its model in every mark.
    """
    chosen = [model for model in layout.models[N_FIRST:] if model in highlight]
    looks = {model: (BRIGHT[place], SYMBOLS[place]) for place, model in enumerate(layout.models[:N_FIRST])}
    looks |= {
        model: (CHOSEN[place % len(CHOSEN)], SYMBOLS[place // len(CHOSEN) % len(SYMBOLS)])
        for place, model in enumerate(chosen)
    }
    figure = go.Figure()
    # What has a colour is drawn last, above all others; what was chosen comes after the first three.
    grey = [model for model in layout.models if model not in looks]
    first = [model for model in looks if model not in highlight]
    for model in (*reversed(grey), *reversed(first), *(own for own in looks if own in highlight)):
        _add_line(figure, layout, model, looks.get(model), is_bold=model in highlight)
    _lay_out(figure, layout)
    return figure


def _add_line(
    figure: go.Figure, layout: BumpLayout, model: str, look: tuple[str, str] | None, *, is_bold: bool
) -> None:
    """Draw one model; without a look of its own it is thin and grey."""
    index, n_columns = layout.models.index(model), len(layout.metrics) + 1
    color, symbol = look or (FAINT, "circle")
    size = (23 if is_bold else 19) if look else 7
    figure.add_scatter(
        x=list(range(n_columns)),
        y=list(layout.ranks[index]),
        text=[str(index + 1)] * n_columns if look else None,
        customdata=[[model, rank] for rank in layout.ranks[index]],  # the axis says names in place of ranks
        name=model,
        mode="lines+markers+text" if look else "lines+markers",
        line={"color": color, "width": (4.5 if is_bold else 2.5) if look else 1.2},
        marker={"color": color, "symbol": symbol, "size": size},
        textfont={"size": 11} | ({"color": ink_everywhere(color)} if look else {}),
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{customdata[0]}: rank %{customdata[1]}<extra></extra>",
        showlegend=False,
    )


def _lay_out(figure: go.Figure, layout: BumpLayout) -> None:
    n_models = len(layout.models)
    titles = ["together", *(METRICS[name].title for name in layout.metrics)]
    figure.update_layout(
        xaxis={"tickvals": list(range(len(titles))), "ticktext": titles, "side": "top", "tickangle": -50}
        | {"range": [-0.4, len(titles) - 0.6], "zeroline": False, "showgrid": True, "automargin": True},
        yaxis={"range": [n_models + 0.6, 0.4], "zeroline": False, "showgrid": False, "automargin": True}
        | {"tickvals": list(range(1, n_models + 1))}
        | {"ticktext": [f"{model}  {place}" for place, model in enumerate(layout.models, start=1)]},
        height=150 + ROW * n_models,
        # A slanted title beyond the edge would not be drawn at all.
        margin={"l": 10, "r": 20 + LETTER * len(titles[-1]), "t": 20, "b": 20},
        modebar={"orientation": "v"},
    )
    figure.update_xaxes(title="rank under each metric, the heaviest vote first")
    figure.update_yaxes(title="model, by its place")
    set_least_width(figure, NAMES + COLUMN * len(titles))
