"""What SFDA sees: the samples before and after unsure ones were pulled towards the other classes."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.sfda import SfdaRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import MOST_NAMED, add_points
from ptmrank_core.reports.figures.metric_pictures.parts.strips import lanes
from ptmrank_core.reports.figures.metric_pictures.parts.view import MOST_POINTS, View, Words
from ptmrank_core.reports.figures.style.still import ABOVE, finish
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

AXES = ("first direction of the discriminant", "second direction")


def picture(record: SfdaRecord, view: View) -> go.Figure:
    """Draw the samples in the plane of the first discriminant, before the pull and after it."""
    titles = ("before the pull", "after the pull")
    figure = make_subplots(
        1, 2, subplot_titles=titles, shared_xaxes="all", shared_yaxes="all", horizontal_spacing=0.05
    )
    flat = not record.view.plane[:, 1].any()
    for column, plane in enumerate((record.view.plane, record.view.pulled_plane), start=1):
        # On a line points would cover each other: the height that they get instead means nothing.
        points = np.column_stack([plane[:, 0], lanes(len(plane))]) if flat else plane
        add_points(figure, points, record.labels, view, {"row": 1, "col": column}, size=6)
    figure.update_traces(showlegend=False, col=2)
    both: NDArray[np.float64] = np.concatenate([record.view.plane, record.view.pulled_plane])
    low, high = both.min(axis=0), both.max(axis=0)
    room = 0.05 * (high - low)
    figure.update_xaxes(title=AXES[0], range=[low[0] - room[0], high[0] + room[0]], zeroline=False)
    if flat:
        figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, range=[-1, 1])
    else:
        figure.update_yaxes(range=[low[1] - room[1], high[1] + room[1]], zeroline=False)
        figure.update_yaxes(title=AXES[1], col=1)
    finish(
        figure,
        height=430,
        least_width=560,
        top=60 if len(view.class_names) <= MOST_NAMED else ABOVE,
        legend=1.08,
    )
    return figure


def table(record: SfdaRecord, view: View) -> Table:
    """List every sample: where it is before and after, what it keeps, how probable its class is."""
    columns = (
        Column("class", "class"),
        Column("before_x", "before: first direction", "number", fixed(3)),
        Column("before_y", "before: second direction", "number", fixed(3)),
        Column("after_x", "after: first direction", "number", fixed(3)),
        Column("after_y", "after: second direction", "number", fixed(3)),
        Column("first", "probability before", "number", fixed(4)),
        Column("kept", "kept of itself", "number", fixed(4)),
        Column("second", "probability after", "number", fixed(4)),
    )
    rows = tuple(
        (view.class_names[label], *before, *after, first, kept, second)
        for label, before, after, first, kept, second in zip(
            record.labels.tolist(),
            record.view.plane.tolist(),
            record.view.pulled_plane.tolist(),
            record.first_probabilities.tolist(),
            record.mixing.tolist(),
            record.probabilities.tolist(),
            strict=True,
        )
    )
    return Table("pull", "Every sample before and after the pull", columns, rows)


def live_formula(record: SfdaRecord, _: View) -> str:
    """Put the shrinkage, the first sample and the mean over all into the formula."""
    n_samples, own = len(record.labels), int(record.labels[0]) + 1
    kept, probability = float(record.mixing[0]), float(record.probabilities[0])
    logit = number(float(record.logits[0, own - 1]))
    every = few_terms(signed(record.probabilities.tolist()), most=2)
    return lines(
        rf"&s=\max(e^{{-5\cdot {number(record.lambda1)}}},10^{{-10}})={number(record.shrinkage)}",
        rf"&x_1\to {number(kept)}\,x_1+{number(1 - kept)}\,m_{{{own}}}",
        rf"&p_1=\mathrm{{softmax}}(\dots,{logit},\dots)_{{{own}}}={number(probability)}",
        rf"&\tfrac1{{{n_samples}}}\sum_i p_i=\tfrac1{{{n_samples}}}\big({every}\big)",
        rf"&\phantom{{\tfrac1N\sum_i p_i}}={number(record.value, 4)}",
    )


def words(record: SfdaRecord, view: View) -> Words:
    """Say what the picture shows."""
    n_samples, n_classes = len(record.labels), len(view.class_names)
    left_out = []
    if n_classes > 3:
        left_out.append(
            f"The discriminant of {n_classes:,} classes has {n_classes - 1:,} directions; the two along "
            f"which class means differ most are drawn."
        )
    if n_samples > MOST_POINTS:
        left_out.append(f"Of {n_samples:,} samples {MOST_POINTS:,} are drawn.")
    return Words(
        "Is the right class still found when unsure samples are pulled away from it?",
        f"{plural(n_samples, 'sample')} of {plural(n_classes, 'class')} in the plane of the "
        f"discriminant, before and after each was pulled towards the other classes. The mean probability of "
        f"the right class is {record.first_probabilities.mean():.4g} before and {record.value:.4g} after, "
        f"which is the score.",
        "The less sure the first discriminant is of a sample, the farther it moves to the middle of the "
        "other classes; SFDA is what a second discriminant still finds there.",
        " ".join(left_out),
    )
