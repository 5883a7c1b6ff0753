"""One value of each sample, in the row of its class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.reports.figures.metric_pictures.parts.view import View, chosen_rows
from ptmrank_core.reports.figures.style.theme import class_marker

__all__ = ["add_strips", "lanes"]

Array: TypeAlias = NDArray[np.float64]
N_LANES = 9  # of the points of a row, one below another
HEIGHT = 0.7  # of a row that has the height 1


def lanes(count: int) -> Array:
    """Return how far each of some points that would cover each other is moved up or down, shape (count,)."""
    return HEIGHT * (np.arange(count) % N_LANES - N_LANES // 2) / N_LANES


def add_strips(
    figure: go.Figure,
    values: Array,
    labels: NDArray[np.int64],
    view: View,
    rows: Sequence[int],
    place: dict[str, int],
) -> None:
    """Draw a row of points for each of some classes.

    Parameters
    ----------
    figure
        With the panel.
    values
        One for each sample, shape (n_samples,).
    labels
        Codes of their classes, shape (n_samples,).
    view
        Names of the classes.
    rows
        Codes of the classes that are drawn, from the top.
    place
        The panel.
    """
    drawn = np.array(chosen_rows(len(labels)))
    for row, code in enumerate(rows):
        own = drawn[labels[drawn] == code]
        figure.add_trace(
            go.Scatter(
                x=values[own].astype(np.float32),
                y=row + lanes(len(own)),
                mode="markers",
                marker=class_marker(code, size=5) | {"opacity": 0.6},
                showlegend=False,
                hovertemplate="%{x:.3f}<extra></extra>",
            ),
            **place,
        )
    ticks = {"tickvals": list(range(len(rows))), "ticktext": view.short_names(rows)}
    figure.update_yaxes(**ticks, range=[len(rows) - 0.5, -0.5], zeroline=False, **place)
