"""What PACTran sees: the bound at every point of its grid, and which samples make the optimum sharp."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.pactran import PactranRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import lines, number
from ptmrank_core.reports.figures.metric_pictures.parts.view import (
    MOST_POINTS,
    View,
    Words,
    chosen_rows,
)
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]


def picture(record: PactranRecord, view: View) -> go.Figure:
    """Draw the parts of the bound for each lambda and s2, and what every sample adds to the sharpness."""
    figure = make_subplots(1, 2, column_widths=[0.58, 0.42], horizontal_spacing=0.16)
    names = [f"{prior:g}; {scale:g}" for prior, scale in zip(record.lambdas, record.s2, strict=True)]
    parts = (
        ("cross-entropy", record.cross_entropy, BRIGHT[0]),
        ("ridge", record.penalty, BRIGHT[4]),
        ("flatness", record.flatness, BRIGHT[1]),
    )
    widths = [3 if place == record.chosen else 0 for place in range(len(names))]
    for name, values, color in parts:
        figure.add_trace(
            go.Bar(
                x=list(range(len(names))),
                y=values,
                name=name,
                marker={"color": color, "line": {"color": INK, "width": widths}},
                hovertemplate=name + " %{y:.4g} nats<extra></extra>",
            ),
            row=1,
            col=1,
        )
    figure.update_xaxes(
        title="λ; s²", tickvals=list(range(len(names))), ticktext=names, zeroline=False, row=1, col=1
    )
    figure.update_yaxes(title="bound, nats", rangemode="tozero", nticks=6, row=1, col=1)
    _add_samples(figure, record, view)
    figure.update_layout(barmode="stack")
    finish(figure, height=430, least_width=620)
    return figure


def _add_samples(figure: go.Figure, record: PactranRecord, view: View) -> None:
    """Draw what each sample adds to H against what the classifier gives its class."""
    drawn = np.array(chosen_rows(len(record.labels)))
    names = view.short_names(range(len(view.class_names)))
    figure.add_trace(
        go.Scatter(
            x=_given(record)[drawn].astype(np.float32),
            y=record.sharpness[drawn].astype(np.float32),
            mode="markers",
            marker={"color": BRIGHT[1], "size": 5, "opacity": 0.6},
            showlegend=False,
            text=[names[label] for label in record.labels[drawn].tolist()],
            hovertemplate="%{text}: given %{x:.3f}, adds %{y:.4g}<extra></extra>",
        ),
        row=1,
        col=2,
    )
    figure.update_xaxes(
        title="what its own class is given", range=[-0.03, 1.03], zeroline=False, row=1, col=2
    )
    figure.update_yaxes(title="what it adds to H", rangemode="tozero", zeroline=False, nticks=6, row=1, col=2)


def _given(record: PactranRecord) -> np.ndarray:
    """Return what the classifier gives the samples' own classes, shape (n_samples,)."""
    return 1 + record.residuals[np.arange(len(record.labels)), record.labels]


def table(record: PactranRecord, _: View) -> Table:
    """List the bound and its parts at every point of the grid."""
    columns = (
        Column("lambda", "λ", "number", "%.4g"),
        Column("s2", "s²", "number", "%.4g"),
        Column("cross_entropy", "cross-entropy", "number", "%.5g"),
        Column("penalty", "ridge", "number", "%.5g"),
        Column("trace", "H", "number", "%.5g"),
        Column("flatness", "flatness", "number", "%.5g"),
        Column("bound", "bound", "number", "%.5g"),
        Column("is_score", "the score is minus this"),
    )
    arrays = (
        record.lambdas,
        record.s2,
        record.cross_entropy,
        record.penalty,
        record.traces,
        record.flatness,
        record.bounds,
    )
    rows = tuple(
        (*values, "yes" if place == record.chosen else "")
        for place, values in enumerate(zip(*(array.tolist() for array in arrays), strict=True))
    )
    return Table("grid", "The bound over the authors' grid, in nats", columns, rows)


def live_formula(record: PactranRecord, _: View) -> str:
    """Put the parts of the chosen point into the formula."""
    chosen, n_samples = record.chosen, len(record.labels)
    d, c = record.n_features, record.n_classes
    r = float(record.lambdas[chosen]) * n_samples
    trace, s2 = number(float(record.traces[chosen])), number(float(record.s2[chosen]))
    loss, flatness = float(record.loss[chosen]), float(record.flatness[chosen])
    parts = rf"{number(float(record.cross_entropy[chosen]))}+{number(float(record.penalty[chosen]))}"
    return lines(
        rf"&J^*={parts}={number(loss)}",
        r"&\frac{C\,s^2}{2r}\ln\frac{H\,r}{DC}",
        rf"&\quad=\frac{{{c}\cdot{s2}}}{{2\cdot{number(r)}}}\ln\frac{{{trace}\cdot{number(r)}}}{{{d}\cdot{c}}}",
        rf"&\quad={number(flatness)}",
        rf"&-\big(J^*+\dots\big)=-({number(loss)}+{number(flatness)})",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: PactranRecord, _: View) -> Words:
    """Say what the picture shows."""
    chosen, n_samples = record.chosen, len(record.labels)
    drawn = f"Of {n_samples:,} samples {MOST_POINTS:,} are drawn." if n_samples > MOST_POINTS else ""
    lowest, highest = float(record.bounds.min()), float(record.bounds.max())
    share = float(record.flatness[chosen] / record.bounds[chosen])
    return Words(
        "What is the loss bounded by, and how much of that is flatness?",
        f"The bound at {plural(len(record.bounds), 'point')} of the grid, from {lowest:.4g} to "
        f"{highest:.4g} nats; at the outlined one it is {record.bounds[chosen]:.4g}, of which {share:.0%} "
        f"is flatness, so that the score is {record.value:.4g}. Beside it what each of "
        f"{plural(n_samples, 'sample')} adds to the curvature.",
        "PACTran is minus the outlined bar. Samples of which the classifier is unsure, far from the mean of "
        "all, make the optimum sharp and the upper part tall.",
        drawn,
    )
