"""Projected samples coloured by their labels, and histograms of regression targets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.projection import Projection
from ptmrank_core.records import Samples
from ptmrank_core.reports.figures.maps.looks import classes_of, looks_of, marker_of
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, set_least_width

__all__ = ["MAX_POINTS", "projection_figure", "target_histogram"]

MAX_POINTS = 5_000
"""More samples than these are subsampled evenly: a browser draws each one."""
LEAST, TARGET_CHARS = 560, 16  # pixels, letters


def projection_figure(
    projection: Projection,
    samples: Samples,
    caption: Callable[[int], str],
    *,
    max_points: int = MAX_POINTS,
) -> go.Figure:
    """Draw a model's projected embeddings.

    Classes differ by colour and symbol; a sample with several labels is drawn as the first of them. Numbers
    are drawn on a colour scale; of several targets, the first.

    Parameters
    ----------
    projection
        Points of shape (n, 2).
    samples
        The n samples.
    caption
        Index of a sample -> its text on hover.
    max_points
        More samples than these are subsampled evenly.
    """
    n_samples = samples.n_samples
    shown = np.unique(np.linspace(0, n_samples - 1, min(n_samples, max_points)).round().astype(int))
    figure = go.Figure()
    if samples.target_kind == "regression":
        _add_scale(figure, projection, samples, caption, shown)
    else:
        looks = looks_of(samples)
        for name, chosen in classes_of(samples):
            members = shown[chosen[shown]]
            if len(members) or samples.target_kind == "classification":
                marker = marker_of(looks[name], size=7)
                _add_points(figure, projection, members, caption, name=name, marker=marker)
    shares = [f"{100 * ratio:.0f} %" for ratio in projection.explained_variance_ratio]
    figure.update_xaxes(title=f"first component ({shares[0]} of the variance)", zeroline=False)
    figure.update_yaxes(title=f"second component ({shares[1]})", zeroline=False)
    figure.update_layout(height=520, margin={"l": 10, "r": 10, "t": 20, "b": 40})
    set_least_width(figure, LEAST)
    return figure


def _target(samples: Samples) -> str:
    return shorten_middle(samples.class_names[0], TARGET_CHARS) if samples.class_names else "target"


def _add_scale(
    figure: go.Figure,
    projection: Projection,
    samples: Samples,
    caption: Callable[[int], str],
    shown: NDArray[np.int_],
) -> None:
    """Add all points, coloured by their number."""
    numbers = samples.labels.reshape(samples.n_samples, -1)[shown, 0]
    marker = {
        "color": numbers.astype(np.float32),
        "colorscale": "Viridis",
        "showscale": True,
        "colorbar": {"title": _target(samples)},
        "size": 7,
        "line": {"color": GREY, "width": 1},  # each end of the scale is close to one page background
    }
    _add_points(
        figure, projection, shown, caption, name="samples", marker=marker, hover="%{marker.color:.4g}"
    )


def _add_points(
    figure: go.Figure,
    projection: Projection,
    members: NDArray[np.int_],
    caption: Callable[[int], str],
    *,
    name: str,
    marker: dict[str, object],
    hover: str = "%{fullData.name}",
) -> None:
    figure.add_scatter(
        x=projection.points[members, 0],
        y=projection.points[members, 1],
        mode="markers",
        name=name,
        customdata=members.astype(np.int32),
        text=[caption(i) for i in members.tolist()],
        marker=marker,
        hovertemplate="%{text}<br><b>" + hover + "</b><extra></extra>",
    )


def target_histogram(samples: Samples) -> go.Figure:
    """Draw a histogram of each target of a regression."""
    columns = samples.labels.reshape(samples.n_samples, -1)
    figure = go.Figure()
    for index, name in enumerate(samples.class_names):
        numbers = columns[:, index].astype(np.float32)
        color = BRIGHT[index % len(BRIGHT)]
        figure.add_histogram(x=numbers, name=name, marker={"color": color}, nbinsx=30, opacity=0.75)
    title = samples.class_names[0] if len(samples.class_names) == 1 else "target"
    figure.update_xaxes(title=title)
    figure.update_yaxes(title="samples")
    figure.update_layout(height=300, barmode="overlay", margin={"l": 10, "r": 10, "t": 20, "b": 40})
    return figure
