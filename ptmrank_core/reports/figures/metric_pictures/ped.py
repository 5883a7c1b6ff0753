"""What PED sees: classes that overlap push one another apart, step by step."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.ped import PedRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import lines, number
from ptmrank_core.reports.figures.metric_pictures.parts.plane import (
    MOST_NAMED,
    add_outlines,
    circles,
    name_axes,
)
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import (
    BRIGHT,
    GREY,
    class_marker,
)
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

REACH = 0.6  # of the radii: nearer classes repel
STRETCH = 10  # times as long as the classes drift: steps are too short to be seen
MOST_CLASSES = 30


def picture(record: PedRecord, view: View) -> go.Figure:
    """Draw how the class means drift, and the overlap that is left after each step."""
    figure = make_subplots(1, 2, column_widths=[0.66, 0.34], horizontal_spacing=0.14)
    _add_drifts(figure, record, view)
    _add_overlaps(figure, record)
    finish(figure, height=430, least_width=600)
    return figure


def _add_drifts(figure: go.Figure, record: PedRecord, view: View) -> None:
    """Draw the reach of each class before the first step, and the path of its mean."""
    place = {"row": 1, "col": 1}
    n_drawn = min(MOST_CLASSES, len(record.radii))
    start = record.plane[0][:n_drawn]
    rings = circles(start, REACH * record.radii[:n_drawn])
    add_outlines(figure, rings, place, color=GREY, width=1, dash="dot", name="0.6 radii")
    for code in range(n_drawn):
        path = start[code] + STRETCH * (record.plane[:, code] - start[code])
        marker = class_marker(code, size=9)
        marker["size"] = [*[4] * (len(path) - 1), 11]
        figure.add_trace(
            go.Scatter(
                x=path[:, 0],
                y=path[:, 1],
                mode="lines+markers",
                line={"color": marker["color"], "width": 2},
                marker=marker,
                name=view.class_names[code],
                showlegend=len(record.radii) <= MOST_NAMED,
                customdata=list(range(len(path))),
                hovertemplate="after step %{customdata}<extra>" + view.short_names([code])[0] + "</extra>",
            ),
            **place,
        )
    name_axes(figure, place, ("class means, reference deviations", "second direction"), "x")


def _add_overlaps(figure: go.Figure, record: PedRecord) -> None:
    """Draw the overlap of all pairs before the first step, and after each."""
    left = [float(overlap.sum()) / 2 for overlap in record.overlaps]
    figure.add_bar(
        x=list(range(len(left))),
        y=left,
        marker={"color": [GREY, *[BRIGHT[0]] * record.n_steps]},
        showlegend=False,
        hovertemplate="after step %{x}: %{y:.4g}<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_xaxes(title="after step", dtick=1, zeroline=False, row=1, col=2)
    figure.update_yaxes(title="overlap of all pairs", nticks=5, zeroline=False, row=1, col=2)
    if left[-1] > 0:
        room = 0.25 * (left[0] - left[-1])
        figure.update_yaxes(range=[left[-1] - room, left[0] + room], row=1, col=2)


def table(record: PedRecord, view: View) -> Table:
    """List where every class mean is after each step, and how much its overlaps sum to."""
    columns = (
        Column("step", "after step", "integer"),
        Column("class", "class"),
        Column("x", "first direction", "number", "%.5g"),
        Column("y", "second direction", "number", "%.5g"),
        Column("radius", "radius", "number", "%.5g"),
        Column("overlap", "overlap with all others", "number", "%.5g"),
    )
    rows = tuple(
        (step, name, *place, radius, overlap)
        for step, (plane, overlaps) in enumerate(zip(record.plane, record.overlaps, strict=True))
        for name, place, radius, overlap in zip(
            view.class_names,
            plane.tolist(),
            record.radii.tolist(),
            overlaps.sum(axis=1).tolist(),
            strict=True,
        )
    )
    return Table("push", "The classes after every step, in reference deviations", columns, rows)


def live_formula(record: PedRecord, _: View) -> str:
    """Put the pair that overlaps most, and the scores without and with the push, into the formula."""
    one, other = (
        int(code) for code in np.unravel_index(record.overlaps[0].argmax(), record.overlaps[0].shape)
    )
    overlap = float(record.overlaps[0][one, other])
    scores = (
        rf"&\mathrm{{SFDA}}(F)={number(record.unpushed, 4)}",
        rf"&\mathrm{{SFDA}}(F+\Delta)={number(record.value, 4)}",
    )
    if not record.n_steps:
        return lines(r"&\text{no }o_{cc'}>0:\ \Delta=0", *scores)
    reach = REACH * float(record.radii[one] + record.radii[other])
    pair = f"{{{one + 1},{other + 1}}}"
    radii = f"{number(float(record.radii[one]))}+{number(float(record.radii[other]))}"
    return lines(
        rf"&o_{pair}=0.6({radii})-{number(reach - overlap)}={number(overlap)}",
        rf"&0.005\,o_{pair}={number(0.005 * overlap)},\quad {record.n_steps}\text{{ steps}}",
        *scores,
    )


def words(record: PedRecord, _: View) -> Words:
    """Say what the picture shows."""
    n_classes = len(record.radii)
    before, after = float(record.overlaps[0].sum()) / 2, float(record.overlaps[-1].sum()) / 2
    left_out = [f"Drifts are drawn {STRETCH} times as long as they are."] if record.n_steps else []
    if n_classes > 3:
        left_out.append("Class means lie in more than the two directions that are drawn.")
    if n_classes > MOST_CLASSES:
        left_out.append(f"Of {n_classes:,} classes the first {MOST_CLASSES} are drawn.")
    moved = (
        f"After {plural(record.n_steps, 'step')} the overlaps of all pairs sum to {after:.4g} instead of "
        f"{before:.4g}"
        if record.n_steps
        else "No two classes overlap, and none moves"
    )
    return Words(
        "Which classes push one another apart, and how far?",
        f"The means of {plural(n_classes, 'class')} with circles of 0.6 radii. {moved}; the "
        f"score is {record.value:.4g}, and {record.unpushed:.4g} without the push.",
        "Circles that overlap push their classes apart, as fine-tuning would; PED is SFDA of the classes at "
        f"the end of their "
        f"paths{'' if record.n_steps else ', which here have no length: PED is SFDA itself'}.",
        " ".join(left_out),
    )
