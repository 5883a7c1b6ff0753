"""Samples in a plane, and the ellipses of their classes or clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.reports.figures.metric_pictures.parts.view import View, chosen_rows
from ptmrank_core.reports.figures.style.theme import BRIGHT, class_marker

__all__ = ["MOST_NAMED", "add_outlines", "add_points", "circles", "name_axes", "outline"]

Array: TypeAlias = NDArray[np.float64]
Place: TypeAlias = dict[str, int]
Outline: TypeAlias = tuple[list[float | None], list[float | None]]

MOST_NAMED = 10
"""Classes that a legend has room for."""
ANGLES = [2 * math.pi * step / 48 for step in range(49)]


def outline(centre: Sequence[float], half_axes: Array) -> Outline:
    """Return the points of an ellipse, and a gap after them.

    Parameters
    ----------
    centre
        Its two coordinates.
    half_axes
        Rows a and b, shape (2, 2): the ellipse is a cos(t) + b sin(t).
    """
    (ax, ay), (bx, by) = half_axes.tolist()
    x: list[float | None] = [centre[0] + ax * math.cos(t) + bx * math.sin(t) for t in ANGLES]
    y: list[float | None] = [centre[1] + ay * math.cos(t) + by * math.sin(t) for t in ANGLES]
    return [*x, None], [*y, None]


def circles(centres: Array, radii: Array) -> list[Outline]:
    """Return a circle around each centre."""
    pairs = zip(centres.tolist(), radii.tolist(), strict=True)
    return [outline(centre, np.array([[radius, 0.0], [0.0, radius]])) for centre, radius in pairs]


def add_points(
    figure: go.Figure, points: Array, labels: NDArray[np.int64], view: View, place: Place, *, size: int = 5
) -> None:
    """Draw the samples, each class by its colour and symbol; many classes have no legend."""
    drawn = np.array(chosen_rows(len(labels)))
    n_classes = len(view.class_names)
    for code in range(n_classes):
        own = drawn[labels[drawn] == code]
        figure.add_trace(
            go.Scatter(
                x=points[own, 0].astype(np.float32),
                y=points[own, 1].astype(np.float32),
                mode="markers",
                marker=class_marker(code, size=size) | {"opacity": 0.6},
                name=view.class_names[code],
                legendgroup=f"class {code}",
                showlegend=n_classes <= MOST_NAMED,
                hoverinfo="name",
            ),
            **place,
        )


def add_outlines(
    figure: go.Figure, outlines: Sequence[Outline], place: Place, *, color: str = BRIGHT[6], **look: Any
) -> None:
    """Draw ellipses of one kind as one line; ``look`` has its width, dash and name."""
    line = {"color": color, "width": look.get("width", 2), "dash": look.get("dash", "solid")}
    figure.add_trace(
        go.Scatter(
            x=[x for xs, _ in outlines for x in xs],
            y=[y for _, ys in outlines for y in ys],
            mode="lines",
            line=line,
            name=look.get("name", ""),
            showlegend="name" in look,
            hoverinfo="skip",
        ),
        **place,
    )


def name_axes(figure: go.Figure, place: Place, titles: tuple[str, str], anchor: str) -> None:
    """Give a plane its titles, and the same scale across and up; ``anchor`` is its x axis."""
    figure.update_xaxes(title=titles[0], zeroline=False, **place)
    figure.update_yaxes(title=titles[1], zeroline=False, scaleanchor=anchor, **place)
