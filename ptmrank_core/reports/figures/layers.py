"""The scores of hidden layers as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.style.theme import class_marker

__all__ = ["layer_figure"]


def layer_figure(metric: str, scores: Mapping[str, Sequence[float | None]]) -> go.Figure:
    """Draw the score of every hidden layer, one line for each model.

    Parameters
    ----------
    metric
        Name of the metric.
    scores
        Model -> one value for each layer, the input's own embedding first; ``None`` where there is none.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=[layer / max(1, len(values) - 1) for layer in range(len(values))],
                y=list(values),
                name=model,
                mode="lines+markers",
                marker=class_marker(index, size=8),
                customdata=[f"layer {layer} of {len(values) - 1}" for layer in range(len(values))],
                hovertemplate="%{customdata}: %{y:.4g}<extra>%{fullData.name}</extra>",
            )
            for index, (model, values) in enumerate(scores.items())
        ]
    )
    figure.update_layout(
        height=440,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        yaxis_title=METRICS[metric].title,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        modebar={"orientation": "v"},
    )
    figure.update_xaxes(title="depth (0: input embedding, 1: last layer)", tickformat=".0%")
    return figure
