"""What EMMS sees: where a linear map takes every sample, and where its label stands."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.emms import EmmsRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import MOST_NAMED, add_points, name_axes
from ptmrank_core.reports.figures.metric_pictures.parts.strips import lanes
from ptmrank_core.reports.figures.metric_pictures.parts.view import (
    MOST_POINTS,
    View,
    Words,
    chosen_rows,
)
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import (
    BRIGHT,
    GREY,
    INK,
    class_marker,
)
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_BARS = 20


def picture(record: EmmsRecord, view: View) -> go.Figure:
    """Draw samples and labels in a plane of the label embeddings; beside it the encoders, or the errors."""
    figure = make_subplots(1, 2, column_widths=[0.66, 0.34], horizontal_spacing=0.16)
    if record.is_by_class:
        _add_classes(figure, record, view)
    else:
        _add_targets(figure, record)
    names, values, title = _bars(record, view)
    figure.add_bar(
        y=list(range(len(names))),
        x=values,
        orientation="h",
        marker={"color": BRIGHT[0]},
        showlegend=False,
        hovertemplate="%{x:.4g}<extra></extra>",
        row=1,
        col=2,
    )
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    figure.update_yaxes(**ticks, autorange="reversed", zeroline=False, row=1, col=2)
    figure.update_xaxes(title=title, rangemode="tozero", nticks=4, row=1, col=2)
    finish(figure, height=max(430, 110 + 22 * len(names)), least_width=600)
    return figure


def _add_classes(figure: go.Figure, record: EmmsRecord, view: View) -> None:
    """Draw the samples by class, and the label of each class as a large mark."""
    place = {"row": 1, "col": 1}
    is_flat = not record.plane[:, 1].any()
    points = record.fitted_plane
    if is_flat:  # on a line points would cover each other: the height that they get instead means nothing
        points = np.column_stack([points[:, 0], lanes(len(points))])
    add_points(figure, points, record.labels, view, place, size=5)
    few = len(view.class_names) <= MOST_NAMED
    for code in range(len(view.class_names)):
        marker = class_marker(code, size=16 if few else 9) | {
            "line": {"color": INK, "width": 2},
            "opacity": 1,
        }
        figure.add_trace(
            go.Scatter(
                x=[record.plane[code, 0]],
                y=[record.plane[code, 1]],
                mode="markers",
                marker=marker,
                name=f"label of {view.class_names[code]}",
                showlegend=False,
                hoverinfo="name",
            ),
            **place,
        )
    name_axes(
        figure, place, ("label embeddings, first direction", "" if is_flat else "second direction"), "x"
    )
    if is_flat:
        figure.update_yaxes(showticklabels=False, showgrid=False, **place)


def _add_targets(figure: go.Figure, record: EmmsRecord) -> None:
    """Draw what the map gives against what the label is, along the first direction of the targets."""
    place = {"row": 1, "col": 1}
    drawn = chosen_rows(len(record.labels))
    wanted, found = record.plane[record.labels][drawn, 0], record.fitted_plane[drawn, 0]
    ends = [float(min(wanted.min(), found.min())), float(max(wanted.max(), found.max()))]
    figure.add_trace(
        go.Scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, name="no error"),
        **place,
    )
    figure.add_trace(
        go.Scatter(
            x=wanted.astype(np.float32),
            y=found.astype(np.float32),
            mode="markers",
            marker={"color": BRIGHT[0], "size": 5, "opacity": 0.7},
            name="samples",
        ),
        **place,
    )
    name_axes(figure, place, ("where the label stands", "where the map takes the sample"), "x")


def _bars(record: EmmsRecord, view: View) -> tuple[list[str], list[float], str]:
    """Return the weights of several encoders, or the mean error of each class or target."""
    if len(record.weights) > 1:
        names = [f"encoder {place + 1}" for place in range(len(record.weights))]
        return names[:MOST_BARS], record.weights.tolist()[:MOST_BARS], "weight in the mixture"
    shown = range(min(MOST_BARS, len(view.class_names)))
    return view.short_names(shown), [_error_of(record, code) for code in shown], "mean squared error"


def _error_of(record: EmmsRecord, code: int) -> float:
    """Mean squared error of the samples of a class, or of a target."""
    if record.is_by_class:
        return float(record.errors[record.labels == code].mean())
    apart = record.fitted[:, code] - record.mixture[record.labels][:, code]
    return float((apart**2).mean())


def table(record: EmmsRecord, view: View) -> Table:
    """List every class or target: where its label stands and how far its samples fall short of it."""
    columns = (
        Column("name", "class" if record.is_by_class else "target"),
        Column("x", "label: first direction", "number", "%.4g"),
        Column("y", "second direction", "number", "%.4g"),
        Column("error", "mean squared error", "number", "%.5g"),
    )
    places = record.plane.tolist() if record.is_by_class else [[None, None]] * len(view.class_names)
    rows = tuple(
        (name, *place, _error_of(record, code))
        for code, (name, place) in enumerate(zip(view.class_names, places, strict=True))
    )
    weights = tuple(
        (f"encoder {place + 1}: weight {weight:.4f}", None, None, None)
        for place, weight in enumerate(record.weights.tolist())
    )
    return Table("labels", "How far samples fall short of their labels", columns, rows + weights)


def live_formula(record: EmmsRecord, _: View) -> str:
    """Put the errors of the samples, and the weights of the encoders, into the formula."""
    n_samples, width = len(record.labels), record.mixture.shape[1]
    errors = few_terms(signed(record.errors.tolist()), most=2)
    factor = rf"-\tfrac{{{width}}}{{{n_samples}}}"
    score = (
        rf"&{factor}\lVert\tilde FW-\tilde E\rVert^2",
        rf"&={factor}\big({errors}\big)",
        rf"&={number(record.value, 4)}",
    )
    if len(record.weights) == 1:
        return lines(*score)
    parts = [rf"{number(weight)}\,\tilde E_{{{place + 1}}}" for place, weight in enumerate(record.weights)]
    return lines(rf"&\tilde E={few_terms(parts, '+', most=2)}", *score)


def words(record: EmmsRecord, view: View) -> Words:
    """Say what the picture shows."""
    n_samples, width = len(record.labels), record.mixture.shape[1]
    kind = "class" if record.is_by_class else "target"
    left_out = []
    if width > 2:
        left_out.append(f"Labels have {width:,} coordinates; the two in which they differ most are drawn.")
    if n_samples > MOST_POINTS:
        left_out.append(f"Of {n_samples:,} samples {MOST_POINTS:,} are drawn.")
    if len(view.class_names) > MOST_BARS and len(record.weights) == 1:
        left_out.append(f"The errors of the first {MOST_BARS} are drawn, those of all are in the table.")
    encoders = f" of {plural(len(record.weights), 'text encoder')}" if len(record.weights) > 1 else ""
    return Words(
        "How near does a linear map take the samples to their labels?",
        f"{plural(n_samples, 'sample')} where the map takes them, and the labels of "
        f"{plural(len(view.class_names), kind)}{encoders}. The mean squared error is "
        f"{record.error:.4g}, the score {record.value:.4g}.",
        "Samples that lie on the large mark of their class are explained in full; EMMS is minus the mean "
        "squared distance to it, times the width of the label embeddings."
        if record.is_by_class
        else "Samples on the dotted line are explained in full; EMMS is minus the sum of the bars times the "
        "number of targets.",
        " ".join(left_out),
    )
