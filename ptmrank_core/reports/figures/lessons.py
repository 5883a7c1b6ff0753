"""Figures of the lessons: the scene, and how every score moves with the separation of the classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.lessons import Lesson, Sweep
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK, class_marker, hide_buttons, set_least_width
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = [
    "scene_figure",
    "scene_table",
    "share_of_range",
    "sweep_figure",
    "sweep_table",
]

COLUMNS = 5
PANEL_PIXELS, PANEL_WIDTH = 150, 170
PROBE = "Linear probe"
FEATURE, SCORE = fixed(2), fixed(3)
# The plane that every scene up to this separation fits into, so that moving a slider moves the points alone.
MIN_REACH = 5.0


def scene_figure(lesson: Lesson) -> go.Figure:
    """Draw the plane that holds the classes; a sample whose label is not its class is drawn hollow."""
    world = lesson.world
    labels = np.asarray(world.arrays["labels"])
    is_wrong = labels != world.true_classes
    figure = go.Figure()
    for index in range(lesson.scene.n_classes):
        for hollow in (False, True):
            chosen = (labels == index) & (is_wrong == hollow)
            marker = class_marker(index, size=8)
            if hollow:
                marker |= {"symbol": f"{marker['symbol']}-open"}
            points = world.points[chosen].astype(np.float32)
            figure.add_scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                marker=marker,
                name=f"class {index + 1}{', wrong label' if hollow else ''}",
                showlegend=bool(chosen.any()),
                legendgroup=str(index),
                hoverinfo="name",
            )
    reach = max(MIN_REACH, float(np.abs(world.points).max()) * 1.05)
    figure.update_xaxes(title="first informative feature", range=[-reach, reach], zeroline=False)
    figure.update_yaxes(
        title="second informative feature", range=[-reach, reach], zeroline=False, scaleanchor="x"
    )
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    hide_buttons(figure)
    return figure


def scene_table(lesson: Lesson) -> Table:
    """List the samples of the figure: where each lies, what its label says, and what class it is."""
    columns = (
        Column("first", "first informative feature", "number", FEATURE),
        Column("second", "second informative feature", "number", FEATURE),
        Column("label", "label", "integer"),
        Column("true_class", "true class", "integer"),
    )
    labels = np.asarray(lesson.world.arrays["labels"])
    rows = zip(lesson.world.points.tolist(), labels.tolist(), lesson.world.true_classes.tolist(), strict=True)
    records = [
        {"first": x, "second": y, "label": label + 1, "true_class": true_class + 1}
        for (x, y), label, true_class in rows
    ]
    return Table.of("scene", "The samples of the scene", columns, records)


def sweep_table(curves: Sweep) -> Table:
    """List every score, and the probe's accuracy, at every separation of the sweep."""
    columns = (
        Column("separation", "separation", "number", FEATURE),
        Column("probe", PROBE, "number", SCORE),
        *(Column(metric, METRICS[metric].title, "number", SCORE) for metric in curves.values),
    )
    records: list[dict[str, float | None]] = []
    for place, separation in enumerate(curves.separations):
        scores = {metric: values[place] for metric, values in curves.values.items()}
        records.append({"separation": separation, "probe": curves.accuracies[place], **scores})
    return Table.of("sweep", "Scores against the separation of the classes", columns, records)


def share_of_range(curves: Sweep, lesson: Lesson) -> dict[str, float | None]:
    """Place every score of a scene between the least and the greatest that it has over a sweep.

    Parameters
    ----------
    curves
        What to compare with: a sweep of a world without traps shows how good a score looks.
    lesson
        The scene.

    Returns
    -------
    dict
        Metric -> share in [0, 1], 1 at the best end or beyond it; ``None`` without a score or a range.
    """
    shares: dict[str, float | None] = {}
    for metric, values in curves.values.items():
        output = lesson.outputs.get(metric)
        known = [value for value in values if value is not None]
        if output is None or len(set(known)) < 2:
            shares[metric] = None
            continue
        share = (output.value - min(known)) / (max(known) - min(known))
        share = share if METRICS[metric].higher_is_better else 1 - share
        shares[metric] = min(1.0, max(0.0, share))
    return shares


def sweep_figure(curves: Sweep, separation: float) -> go.Figure:
    """Draw a small panel for each metric and the probe: score against separation, and where the scene is."""
    titles = [METRICS[metric].title for metric in curves.values]
    series = [PROBE, *titles], [curves.accuracies, *curves.values.values()]
    n_rows = -(-len(series[0]) // COLUMNS)
    figure = make_subplots(
        rows=n_rows, cols=COLUMNS, subplot_titles=series[0], shared_xaxes="all", vertical_spacing=0.13
    )
    lines = []  # set at once: add_vline copies all that are there already
    for place, (title, values) in enumerate(zip(*series, strict=True)):
        row, column = place // COLUMNS + 1, place % COLUMNS + 1
        figure.add_scatter(
            x=list(curves.separations),
            y=list(values),
            mode="lines+markers",
            marker={"size": 4},
            line={"color": BRIGHT[2] if title == PROBE else BRIGHT[0], "width": 2},
            name=title,
            hovertemplate=title + " %{y:.3g} at separation %{x}<extra></extra>",
            row=row,
            col=column,
        )
        lines.append(_line_at(separation, place))
    reach = max(*curves.separations, separation)
    figure.update_xaxes(zeroline=False, tickfont={"size": 10}, range=[-0.03 * reach, 1.03 * reach])
    figure.update_yaxes(zeroline=False, tickfont={"size": 10}, nticks=4)
    figure.update_annotations(font={"size": 13, "color": INK})
    figure.update_layout(
        height=60 + n_rows * PANEL_PIXELS,
        showlegend=False,
        margin={"l": 10, "r": 10, "t": 30, "b": 30},
        shapes=lines,
    )
    hide_buttons(figure)
    set_least_width(figure, COLUMNS * PANEL_WIDTH)
    return figure


def _line_at(x: float, place: int) -> dict[str, Any]:
    """Upright dotted line through a whole panel, counted from 0."""
    panel = str(place + 1) if place else ""
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "xref": f"x{panel}", "yref": f"y{panel} domain"}
    return {"type": "line", "line": {"color": BRIGHT[1], "width": 2, "dash": "dot"}, **ends}
