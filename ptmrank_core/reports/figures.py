"""Figures: data first, then drawing. Plotly only; every figure is a function of its arguments alone.

Colours are the colour-blind-safe ones of Paul Tol ("bright"), each as light or as dark as shows on a light
and on a dark page; classes differ by symbol too. Nothing here starts a bar at zero: scores may be negative,
and their zero means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement
from ptmrank_core.records import Ranking

__all__ = [
    "BRIGHT",
    "GREY",
    "INK",
    "PLOTLY_CONFIG",
    "RankingLayout",
    "agreement_figure",
    "class_marker",
    "ranking_figure",
    "score_figure",
]

# No upload button: nothing leaves the machine.
PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": False,
    "responsive": True,
    "toImageButtonOptions": {"format": "svg"},
}
INK = "#333333"
"""What has to stand out from the page: the page and the HTML report draw it in the colour of their text."""
BRIGHT = ("#4C78B4", "#EC5B6C", "#1B7A30", "#AA8F1E", "#2C9CB7", "#A2407C", "#8A8A8A")
GREY = BRIGHT[6]
"""What stands behind the rest."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
ROW_PIXELS = 30
ROW_SPREAD = 0.4  # of a row's height


@dataclass(frozen=True, slots=True)
class RankingLayout:
    """The numbers of the ranking figure.

    Parameters
    ----------
    models
        Rows, best first.
    mean_ranks
        Array of shape (n_models,).
    metrics
        The voting metrics, the heaviest vote first.
    ranks
        Array of shape (n_metrics, n_models); NaN where a model has no rank.
    weights
        Share of the vote of each, shape (n_metrics,).
    """

    models: tuple[str, ...]
    mean_ranks: NDArray[np.float64]
    metrics: tuple[str, ...]
    ranks: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, ranking: Ranking) -> RankingLayout:
        """Lay a ranking out."""
        weights = {metric: ranking.votes[metric].weight for metric in ranking.metrics_used}
        voters = sorted(weights, key=lambda metric: -weights[metric])
        ranks = [[ranking.ranks[metric].get(model, np.nan) for model in ranking.order] for metric in voters]
        return cls(
            models=ranking.order,
            mean_ranks=np.array([ranking.mean_ranks[model] for model in ranking.order]),
            metrics=tuple(voters),
            ranks=np.array(ranks).reshape(len(voters), len(ranking.order)),
            weights=np.array([weights[metric] for metric in voters]),
        )


def ranking_figure(ranking: Ranking) -> go.Figure:
    """Draw one row for each model, best first: a mark for each voter's rank, a tick for the consensus.

    The voters' marks lie a little above one another, so that equal ranks do not hide each other; their area
    is their share of the vote.
    """
    layout = RankingLayout.of(ranking)
    rows = np.arange(len(layout.models))
    n_metrics = len(layout.metrics)
    offsets = ROW_SPREAD * (np.arange(n_metrics) - (n_metrics - 1) / 2) / max(n_metrics - 1, 1)
    figure = go.Figure()
    figure.add_scatter(
        x=layout.mean_ranks,
        y=rows,
        customdata=list(layout.models),
        mode="markers",
        name="consensus",
        marker={"symbol": "line-ns-open", "size": 22, "line": {"width": 3}, "color": INK},
        hovertemplate="%{customdata}<br>weighted mean rank %{x:.2f}<extra></extra>",
    )
    for index, metric in enumerate(layout.metrics):
        title = METRICS[metric].title
        figure.add_scatter(
            x=layout.ranks[index],
            y=rows + offsets[index],
            customdata=list(layout.models),
            mode="markers",
            name=f"{title}, {layout.weights[index]:.0%}",
            marker=class_marker(index, size=_vote_size(layout.weights[index])),
            hovertemplate="%{customdata}<br>rank %{x} under " + title + "<extra></extra>",
        )
    _lay_rows_out(figure, layout.models)
    return figure


def _vote_size(weight: float) -> int:
    """Diameter in pixels of a mark whose area is the share of the vote, as far as it can still be seen."""
    return round(max(6.0, 16.0 * float(np.sqrt(weight))))


def _lay_rows_out(figure: go.Figure, models: Sequence[str]) -> None:
    """Give a rank axis and one named row to each model, the first on top."""
    n_models = len(models)
    figure.update_xaxes(
        title="rank (1 is best); larger marks count more",
        dtick=_tick(n_models),
        range=[0.5, n_models + 0.5],
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=list(range(n_models)),
        ticktext=list(models),
        range=[n_models - 0.4, -0.6],
        automargin=True,
        zeroline=False,
    )
    figure.update_layout(
        height=140 + ROW_PIXELS * n_models,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},  # beside the legend, not over it
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )


def class_marker(index: int, *, size: int) -> dict[str, Any]:
    """Colour and symbol of the index-th thing; the pair repeats after 49."""
    n = len(BRIGHT)
    symbol = SYMBOLS[(index + index // n) % n]
    return {"color": BRIGHT[index % n], "symbol": symbol, "size": size}


def _tick(n_models: int) -> int:
    """Step between ticks that keeps at most about fifteen of them."""
    return max(1, -(-n_models // 15))


def score_figure(metric: str, scores: Mapping[str, float], order: Sequence[str]) -> go.Figure:
    """Draw one metric's scores as dots, models in the given order."""
    spec = METRICS[metric]
    models = [model for model in order if model in scores]
    figure = go.Figure()
    figure.add_scatter(
        x=[scores[model] for model in models],
        y=models,
        mode="markers",
        marker={"color": BRIGHT[0], "size": 10},
        hovertemplate="%{y}<br>" + spec.title + " %{x:.4g}<extra></extra>",
    )
    direction = "higher is better" if spec.higher_is_better else "lower is better"
    figure.update_xaxes(title=f"{spec.title} ({direction})")
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_layout(height=120 + ROW_PIXELS * len(models), margin={"l": 10, "r": 10, "t": 20, "b": 40})
    return figure


def agreement_figure(agreement: Agreement) -> go.Figure:
    """Draw Kendall's tau between metrics, those that agree side by side; what is not defined is empty."""
    shown = agreement.clustered()
    titles = [METRICS[metric].title for metric in shown.metrics]
    text = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in shown.tau]
    facts = np.dstack([shown.n_models, shown.low, shown.high, shown.weighted, shown.spearman])
    figure = go.Figure(
        go.Heatmap(
            z=shown.tau,
            x=titles,
            y=titles,
            text=text,
            texttemplate="%{text}",
            customdata=facts,
            zmin=-1,
            zmax=1,
            colorscale="PuOr",
            colorbar={"title": "Kendall τ", "len": 0.8},
            hovertemplate="%{y} and %{x}<br>τ = %{z:.2f} over %{customdata[0]:.0f} models, 90 % interval"
            " %{customdata[1]:.2f} to %{customdata[2]:.2f}<br>weighted τ %{customdata[3]:.2f}, Spearman"
            " %{customdata[4]:.2f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain", automargin=True)
    figure.update_xaxes(constrain="domain")
    figure.update_layout(height=240 + 38 * len(titles), margin={"l": 10, "r": 10, "t": 20, "b": 40})
    return figure
