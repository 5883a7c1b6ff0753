"""What WDJE sees: how source samples are moved onto yours, and the bound that this is a part of."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.wdje import WdjeRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import name_axes
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, chosen_rows
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_MOVES = 250
ENDS = ("bound", "error without transfer", "score")
TERMS = ("source error", "features moved", "labels moved", "labels without partner", "largest loss")


def picture(record: WdjeRecord, _: View) -> go.Figure:
    """Draw the bound, term by term, and the score beside it; then the plan that moves the features."""
    figure = make_subplots(1, 2, column_widths=[0.45, 0.55], horizontal_spacing=0.14)
    _add_terms(figure, record)
    _add_plan(figure, record)
    finish(figure, height=440, least_width=640)
    return figure


def _add_terms(figure: go.Figure, record: WdjeRecord) -> None:
    """Draw each term where the one above it ends, and below them what they come to."""
    terms = _terms(record)
    bases = [sum(terms[:place]) for place in range(len(terms))]
    totals = [record.parts.bound, record.target_error, record.value]
    bars = (
        ("terms of the bound", TERMS, terms, bases, BRIGHT[0]),
        ("what they come to", ENDS, totals, [0.0] * len(ENDS), BRIGHT[1]),
    )
    for name, titles, values, starts, color in bars:
        figure.add_trace(
            go.Bar(
                y=list(titles),
                x=values,
                base=starts,
                orientation="h",
                marker={"color": color},
                name=name,
                hovertemplate="%{customdata:.4g}<extra></extra>",
                customdata=values,
            ),
            row=1,
            col=1,
        )
    figure.update_yaxes(
        title="term",
        categoryorder="array",
        categoryarray=[*TERMS, *ENDS],
        autorange="reversed",
        zeroline=False,
        row=1,
        col=1,
    )
    figure.update_xaxes(title="error", nticks=5, row=1, col=1)


def _add_plan(figure: go.Figure, record: WdjeRecord) -> None:
    """Draw both clouds in a plane, and a line for each part of the plan that is drawn."""
    place = {"row": 1, "col": 2}
    x: list[float | None] = []
    y: list[float | None] = []
    for part in _drawn(record):
        source = record.source_plane[record.features.sources[part]]
        target = record.target_plane[record.features.targets[part]]
        x += [float(source[0]), float(target[0]), None]
        y += [float(source[1]), float(target[1]), None]
    lines_between = {"mode": "lines", "line": {"color": GREY, "width": 1}, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(x=x, y=y, name="moved to", **lines_between), **place)
    for name, plane, color, symbol in (
        ("source samples", record.source_plane, BRIGHT[3], "square"),
        ("your samples", record.target_plane, BRIGHT[4], "circle"),
    ):
        drawn = plane[chosen_rows(len(plane))].astype(np.float32)
        figure.add_trace(
            go.Scatter(
                x=drawn[:, 0],
                y=drawn[:, 1],
                mode="markers",
                marker={"color": color, "symbol": symbol, "size": 5, "opacity": 0.8},
                name=name,
                hoverinfo="name",
            ),
            **place,
        )
    name_axes(figure, place, ("features of length 1, first direction", "second direction"), "x2")


def _terms(record: WdjeRecord) -> list[float]:
    """Return the terms of the bound in the order of their names."""
    parts = record.parts
    return [parts.source_error, parts.feature_shift, parts.label_shift, parts.remainder, parts.largest_loss]


def _drawn(record: WdjeRecord) -> list[int]:
    """Return which parts of the plan are drawn: all, or evenly spaced ones where they are too many."""
    n_parts = len(record.features.masses)
    if n_parts <= MOST_MOVES:
        return list(range(n_parts))
    return [index * n_parts // MOST_MOVES for index in range(MOST_MOVES)]


def table(record: WdjeRecord, _: View) -> Table:
    """List the terms of the bound, and what they come to."""
    columns = (Column("term", "term"), Column("value", "error", "number", "%.5g"))
    values = [*_terms(record), record.parts.bound, record.target_error, record.value]
    return Table(
        "bound", "The bound, term by term", columns, tuple(zip((*TERMS, *ENDS), values, strict=True))
    )


def live_formula(record: WdjeRecord, _: View) -> str:
    """Put the costs of both plans, and all terms, into the formula."""
    lipschitz, tradeoff = number(record.lipschitz), number(record.tradeoff)
    terms = signed(_terms(record))
    return lines(
        rf"&\lambda L\,W_2^2(F_s,F_t)={tradeoff}\cdot{lipschitz}\cdot{number(record.features.cost)}",
        rf"&\quad={number(record.parts.feature_shift)}",
        rf"&L\,M e^{{-\lambda}}={lipschitz}\cdot{number(record.greatest)}\cdot e^{{-{tradeoff}}}",
        rf"&\quad={number(record.parts.largest_loss)}",
        rf"&-\big({''.join(terms[:3])}",
        rf"&\quad{''.join(terms[3:])}-{number(record.target_error)}\big)",
        rf"&={number(record.value, 4)}",
    )


def words(record: WdjeRecord, _: View) -> Words:
    """Say what the picture shows."""
    n_source, n_target, n_parts = (
        len(record.source_plane),
        len(record.target_plane),
        len(record.features.masses),
    )
    left_out = "Distances in the plane are shorter than those that count, in all directions."
    if n_parts > MOST_MOVES:
        left_out += f" Of {n_parts:,} moves {MOST_MOVES} are drawn."
    verdict = "transfer is bound to pay" if record.value > 0 else "transfer is not bound to pay"
    return Words(
        "How far do the source samples have to be moved onto yours?",
        f"The bound on the error after transfer is {record.parts.bound:.4g}, against "
        f"{record.target_error:.4g} without: the score is {record.value:.4g}. Beside it the plan that moves "
        f"{plural(n_source, 'source point')} onto {plural(n_target, 'point')} of yours at a mean squared "
        f"distance of {record.features.cost:.4g}.",
        f"Short lines mean that the model was trained on samples like yours. The upper bars add up to the "
        f"bound; where it is below the error without transfer the score is above 0. Here {verdict}.",
        left_out,
    )
