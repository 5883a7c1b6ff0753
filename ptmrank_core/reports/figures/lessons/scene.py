"""The samples of a scene: the plane that holds the classes of one candidate."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import plotly.graph_objects as go

from ptmrank_core.lessons import World
from ptmrank_core.reports.figures.style.theme import class_marker, hide_buttons
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = ["reach_of", "scene_figure", "scene_table"]

# Pixels; the names of more classes than stand in two rows of a narrow picture make it higher.
HEIGHT, MANY, EACH = 300, 4, 20
FEATURE = fixed(2)
# The plane that most scenes fit into, so that moving a slider moves the points alone; it grows by steps, so
# that the scenes beside the one that changes stay as they are.
MIN_REACH, STEP = 5.0, 1.25


def reach_of(worlds: Iterable[World]) -> float:
    """Return how far the axes of scenes have to reach that are compared: the same for all, in few steps."""
    farthest = max([MIN_REACH, *(float(np.abs(world.points).max()) * 1.05 for world in worlds)])
    reach = MIN_REACH
    while reach < farthest:
        reach *= STEP
    return reach


def scene_figure(world: World, reach: float = 0.0) -> go.Figure:
    """Draw the plane that holds the classes; a sample whose label is not its class is drawn hollow.

    Parameters
    ----------
    world
        The samples.
    reach
        How far the axes reach (:func:`reach_of`); as far as the samples do by default.
    """
    labels = np.asarray(world.arrays["labels"])
    is_wrong = labels != world.true_classes
    figure = go.Figure()
    n_classes = int(world.true_classes.max()) + 1
    for index in range(n_classes):
        for hollow in (False, True):
            chosen = (labels == index) & (is_wrong == hollow)
            marker = class_marker(index, size=7)
            if hollow:
                marker |= {"symbol": f"{marker['symbol']}-open"}
            points = world.points[chosen].astype(np.float32)
            figure.add_scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                marker=marker,
                name=f"class {index + 1}{', wrong label' if hollow else ''}",
                showlegend=bool(chosen.any()) and not hollow,
                legendgroup=str(index),
                hoverinfo="name",
            )
    reach = reach or reach_of([world])
    look = {"range": [-reach, reach], "zeroline": False}
    figure.update_xaxes(title="first informative feature", **look)
    figure.update_yaxes(title="second informative feature", scaleanchor="x", **look)
    figure.update_layout(
        height=HEIGHT + EACH * max(0, n_classes - MANY),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    hide_buttons(figure)
    return figure


def scene_table(world: World) -> Table:
    """List the samples of the figure: where each lies, what its label says, and what class it is."""
    columns = (
        Column("first", "first informative feature", "number", FEATURE),
        Column("second", "second informative feature", "number", FEATURE),
        Column("label", "label", "integer"),
        Column("true_class", "true class", "integer"),
    )
    labels = np.asarray(world.arrays["labels"])
    rows = zip(world.points.tolist(), labels.tolist(), world.true_classes.tolist(), strict=True)
    records = [
        {"first": x, "second": y, "label": label + 1, "true_class": true_class + 1}
        for (x, y), label, true_class in rows
    ]
    return Table.of("scene", "The samples of the scene", columns, records)
