"""What H-Score sees: how much of the covariance, direction by direction, lies between the classes."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.hscore import HscoreRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import (
    MOST_NAMED,
    add_outlines,
    add_points,
    name_axes,
    outline,
)
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_BARS = 30  # directions


def picture(record: HscoreRecord, view: View) -> go.Figure:
    """Draw both covariances on the first two directions, and what every direction adds to the trace."""
    figure = make_subplots(1, 2, column_widths=[0.52, 0.48], horizontal_spacing=0.13)
    plane = {"row": 1, "col": 1}
    add_points(figure, record.points, record.labels, view, plane)
    kinds = (
        ("all samples", GREY, "solid"),
        ("shrunk", BRIGHT[0], "dash"),
        ("between classes", BRIGHT[1], "solid"),
    )
    for (name, color, dash), axes in zip(kinds, record.ellipses, strict=True):
        add_outlines(figure, [outline((0.0, 0.0), axes)], plane, color=color, dash=dash, name=name)
    figure.add_scatter(
        x=record.class_means[:, 0],
        y=record.class_means[:, 1],
        mode="markers",
        marker={
            "color": BRIGHT[1],
            "size": 11 if len(record.class_means) <= MOST_NAMED else 6,
            "symbol": "x",
            "line": {"color": INK, "width": 1},
        },
        name="class mean",
        hoverinfo="name",
        **plane,
    )
    name_axes(figure, plane, ("first principal component", "second principal component"), "x")
    _add_spectrum(figure, record)
    finish(figure, height=460, least_width=620)
    return figure


def _add_spectrum(figure: go.Figure, record: HscoreRecord) -> None:
    """Draw the share of each direction that lies between the classes, and what is counted of it."""
    place = {"row": 1, "col": 2}
    directions = list(range(1, 1 + min(MOST_BARS, len(record.parts))))
    figure.add_bar(
        x=directions,
        y=record.parts[: len(directions)],
        marker={"color": BRIGHT[0]},
        name="counted",
        hovertemplate="direction %{x} adds %{y:.3f}<extra></extra>",
        **place,
    )
    figure.add_scatter(
        x=directions,
        y=record.shares[: len(directions)],
        mode="markers",
        marker={"color": BRIGHT[1], "size": 7, "symbol": "diamond"},
        name="share between classes",
        hovertemplate="direction %{x}: %{y:.1%} between the classes<extra></extra>",
        **place,
    )
    figure.update_xaxes(title="principal direction, widest first", zeroline=False, **place)
    figure.update_yaxes(title="share", range=[0, 1.05], zeroline=False, **place)


def table(record: HscoreRecord, _: View) -> Table:
    """List every principal direction."""
    columns = (
        Column("direction", "principal direction", "integer"),
        Column("total", "variance of all samples", "number", "%.4g"),
        Column("shrunk", "the same, shrunk", "number", "%.4g"),
        Column("between", "variance of the class means", "number", "%.4g"),
        Column("share", "share between the classes", "number", fixed(4)),
        Column("part", "adds to the score", "number", fixed(4)),
    )
    values = zip(
        record.total.tolist(),
        record.shrunk.tolist(),
        record.between.tolist(),
        record.shares.tolist(),
        record.parts.tolist(),
        strict=True,
    )
    keys = [column.key for column in columns]
    records = [dict(zip(keys, (place, *row), strict=True)) for place, row in enumerate(values, start=1)]
    return Table.of("covariances", "Both covariances along the principal directions", columns, records)


def live_formula(record: HscoreRecord, _: View) -> str:
    """Put the numbers of these samples into the trace, direction by direction."""
    a, m, keep = (number(v) for v in (record.shrinkage, record.mean_variance, 1 - record.shrinkage))
    shown = [
        rf"&a={a},\quad m={m}",
        r"&(1-a)\,\mathrm{tr}\big(\Sigma_a^{-1}\Sigma_B\big)",
        r"&\quad=\sum_j\tfrac{(1-a)\,b_j}{(1-a)\lambda_j+a\,m}",
    ]
    if len(record.parts):
        between, total = (number(float(values[0])) for values in (record.between, record.total))
        shown.append(rf"&\quad=\tfrac{{{keep}\cdot{between}}}{{{keep}\cdot{total}+{a}\cdot{m}}}+\dots")
        shown.append(rf"&\quad={few_terms(signed(record.parts.tolist()))}")
        shown.append(rf"&\quad={number(record.value, 4)}")
    return lines(*shown)


def words(record: HscoreRecord, view: View) -> Words:
    """Say what the picture shows."""
    n_directions, n_classes = len(record.parts), len(view.class_names)
    left_out = ""
    if n_directions > MOST_BARS:
        rest = float(record.parts[MOST_BARS:].sum())
        left_out = (
            f"Of {n_directions:,} directions the {MOST_BARS} widest are drawn; the others add {rest:.3f}."
        )
    return Words(
        "How much of each direction lies between the classes?",
        f"The samples on two principal components with the covariance of all samples and that of the class "
        f"means, and for {plural(n_directions, 'direction')} the share that lies between the classes. The "
        f"shrinkage is {record.shrinkage:.3f}, the score {record.value:.4g}, {n_classes - 1} or so at most.",
        "A diamond at 1 is a direction in which only the class matters; the bar is what shrinking leaves of "
        "it, little where the direction is narrow, and H-Score is the sum of the bars.",
        left_out,
    )
