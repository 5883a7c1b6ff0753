"""How close the classes of each pair are under models, as heatmaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ptmrank_core.reports.figures.embeddings import PER_ROW
from ptmrank_core.reports.figures.style.cells import numbers_in_cells
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.rank_colours import RANKS
from ptmrank_core.reports.figures.style.theme import INK, set_least_width
from ptmrank_core.results.class_pairs import MIN_DISTANCE, ClassPairs

__all__ = ["HOW_TO_READ", "class_pairs_figure"]

HOW_TO_READ = (
    "The Bhattacharyya distance of each pair of classes, as the Gaussians that GBC fits to them (Pándy and "
    "others, CVPR 2022): 0 is the same Gaussian, and exp(−distance) is the overlap that GBC adds up. Taken "
    "from the features' first 64 principal components, not from the plane. Compare pairs within a model: "
    "more features alone put all of them farther apart. The stronger the colour, the closer the pair."
)

PANEL_PIXELS, PANEL_WIDTH, SIDES = 390, 290, 200
MAX_NUMBERED = 6  # classes; the numbers of more are in the table and in the hover
NAME_CHARS, TITLE_CHARS = 14, 32
SLANT, MAX_UPRIGHT = -50, 2  # degrees; letters of names that stand side by side
TICKS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)


def class_pairs_figure(pairs: ClassPairs) -> go.Figure:
    """Draw a matrix of distances for each model, all on one scale: the closer, the more a pair stands out."""
    n_columns = min(PER_ROW, len(pairs.distances))
    n_rows = -(-len(pairs.distances) // n_columns)
    figure = make_subplots(
        n_rows,
        n_columns,
        subplot_titles=[shorten_middle(model, TITLE_CHARS) for model in pairs.distances],
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.42 / n_rows,
    )
    low, high = _ends(list(pairs.distances.values()))
    names = [shorten_middle(name, NAME_CHARS) for name in pairs.names]
    angle = 0 if max(map(len, names)) <= MAX_UPRIGHT else SLANT
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False, "zeroline": False}
    for index, distances in enumerate(pairs.distances.values()):
        place = {"row": index // n_columns + 1, "col": index % n_columns + 1}
        figure.add_trace(_matrix(distances), **place)
        if len(pairs.names) <= MAX_NUMBERED:
            figure.add_trace(_numbers(distances, low, high), **place)
        figure.update_xaxes(**ticks, tickangle=angle, title="class", title_standoff=4, **place)
        figure.update_yaxes(**ticks, autorange="reversed", **place)
    figure.update_yaxes(title="class", col=1)
    shown = [tick for tick in TICKS if low <= np.log10(tick) <= high]
    scale = {
        "title": "distance",
        "tickvals": [float(np.log10(tick)) for tick in shown],
        "ticktext": [f"{tick:g}" for tick in shown],
    }
    figure.update_annotations(font={"size": 13, "color": INK})
    figure.update_layout(
        height=110 + PANEL_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 70, "b": 40},
        coloraxis={"colorscale": RANKS.scale(), "cmin": low, "cmax": high, "colorbar": scale},
    )
    set_least_width(figure, SIDES + PANEL_WIDTH * n_columns)
    return figure


def _log(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log10(np.maximum(distances, MIN_DISTANCE)))


def _ends(matrices: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Find the ends of the scale that all matrices share; distances of a class from itself do not count."""
    values = np.concatenate([_log(matrix)[~np.eye(len(matrix), dtype=bool)] for matrix in matrices])
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1)


def _matrix(distances: NDArray[np.float64]) -> go.Heatmap:
    """Draw the distances of one model; those of a class with itself are empty."""
    return go.Heatmap(
        z=np.where(np.eye(len(distances), dtype=bool), np.nan, _log(distances)),
        customdata=distances,
        coloraxis="coloraxis",
        hoverongaps=False,
        hovertemplate="distance %{customdata:.3g}<extra></extra>",
    )


def _numbers(distances: NDArray[np.float64], low: float, high: float) -> go.Scatter:
    """Write the distances of one model into its cells."""
    shares = (_log(distances) - low) / (high - low)
    cells = [
        (x, y, f"{distances[y, x]:.3g}", float(shares[y, x]))
        for y in range(len(distances))
        for x in range(len(distances))
        if x != y
    ]
    return numbers_in_cells(cells, RANKS, size=11)
