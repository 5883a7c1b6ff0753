"""How well models separate the classes, pair by pair, as heatmaps."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ptmrank_core.reports.figures.embeddings import PER_ROW, TITLE_CHARS
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.results.class_pairs import MIN_DISTANCE, ClassPairs

__all__ = ["class_pairs_figure"]

PANEL_PIXELS = 340
TICKS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)


def class_pairs_figure(pairs: ClassPairs) -> go.Figure:
    """Draw a matrix of distances for each model, all on one scale of colours: the closer, the darker."""
    n_columns = min(PER_ROW, len(pairs.distances))
    n_rows = -(-len(pairs.distances) // n_columns)
    figure = make_subplots(
        n_rows,
        n_columns,
        subplot_titles=[shorten_middle(model, TITLE_CHARS) for model in pairs.distances],
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.25 / n_rows,
    )
    ticks = {"tickvals": list(range(len(pairs.names))), "ticktext": pairs.names, "showgrid": False}
    for index, distances in enumerate(pairs.distances.values()):
        place = {"row": index // n_columns + 1, "col": index % n_columns + 1}
        figure.add_trace(_matrix(distances), **place)
        figure.update_xaxes(**ticks, **place)
        figure.update_yaxes(**ticks, autorange="reversed", **place)
    scale = {
        "title": "distance",
        "tickvals": [float(np.log10(tick)) for tick in TICKS],
        "ticktext": [f"{tick:g}" for tick in TICKS],
    }
    figure.update_layout(
        height=90 + PANEL_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 70, "b": 40},
        coloraxis={"colorscale": "Blues", "reversescale": True, "colorbar": scale},
    )
    return figure


def _matrix(distances: NDArray[np.float64]) -> go.Heatmap:
    """Draw the distances of one model; those of a class with itself are empty."""
    itself = np.eye(len(distances), dtype=bool)
    written = [
        ["" if i == j else f"{value:.3g}" for j, value in enumerate(row)] for i, row in enumerate(distances)
    ]
    return go.Heatmap(
        z=np.where(itself, np.nan, np.log10(np.maximum(distances, MIN_DISTANCE))),
        text=written,
        texttemplate="%{text}",
        customdata=distances,
        coloraxis="coloraxis",
        hovertemplate="distance %{customdata:.3g}<extra></extra>",
    )
