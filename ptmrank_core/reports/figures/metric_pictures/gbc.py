"""What GBC sees: every class as a ball, and how much each pair of balls overlaps."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.gbc import GbcRecord
from ptmrank_core.reports.figures.metric_pictures.parts.joint import PROBABILITY_SCALE
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import (
    MOST_NAMED,
    add_outlines,
    add_points,
    circles,
    name_axes,
)
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, gap_before
from ptmrank_core.reports.figures.style.cells import numbers_in_cells
from ptmrank_core.reports.figures.style.rank_colours import RANKS
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, class_marker
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_CLASSES = 12  # of a matrix; of more the closest pairs are drawn
MOST_NUMBERED = 6
MOST_PAIRS = 20
MOST_LISTED = 500
LEAST_PIXELS = 680


def picture(record: GbcRecord, view: View) -> go.Figure:
    """Draw the classes as circles on two components, and the overlap of every pair."""
    n_classes = len(view.class_names)
    is_matrix = n_classes <= MOST_CLASSES
    names = view.short_names(range(n_classes)) if is_matrix else _pair_names(record, view)
    gap = gap_before(names, LEAST_PIXELS)
    figure = make_subplots(1, 2, column_widths=[0.55, 0.45], horizontal_spacing=gap)
    plane = {"row": 1, "col": 1}
    add_points(figure, record.points, record.labels, view, plane, size=4)
    rings = circles(record.centres, record.radii)
    if n_classes <= MOST_NAMED:
        for code, ring in enumerate(rings):
            add_outlines(figure, [ring], plane, color=class_marker(code, size=1)["color"])
    else:
        add_outlines(figure, rings, plane, width=1)
    name_axes(figure, plane, ("first principal component", "second principal component"), "x")
    if is_matrix:
        _add_matrix(figure, record, names)
    else:
        _add_pairs(figure, record, names)
    finish(figure, height=440, least_width=LEAST_PIXELS)
    return figure


def _add_matrix(figure: go.Figure, record: GbcRecord, names: list[str]) -> None:
    """Draw the overlap of every pair; a class with itself does not count and is empty."""
    place = {"row": 1, "col": 2}
    n_classes = len(names)
    figure.add_heatmap(
        z=np.where(np.eye(n_classes, dtype=bool), np.nan, record.overlaps),
        zmin=0,
        zmax=1,
        colorscale=PROBABILITY_SCALE,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate="overlap %{z:.3g}<extra></extra>",
        **place,
    )
    if n_classes <= MOST_NUMBERED:
        cells = [
            (x, y, f"{record.overlaps[y, x]:.2f}", 1 - float(record.overlaps[y, x]))
            for y in range(n_classes)
            for x in range(n_classes)
            if x != y
        ]
        figure.add_trace(numbers_in_cells(cells, RANKS, size=11), **place)
    ticks = {"tickvals": list(range(n_classes)), "ticktext": names, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**ticks, title="class", tickangle=-50, **place)
    figure.update_yaxes(**ticks, title="class", range=[n_classes - 0.5, -0.5], **place)


def _add_pairs(figure: go.Figure, record: GbcRecord, names: list[str]) -> None:
    """Draw the pairs that overlap most."""
    place = {"row": 1, "col": 2}
    pairs = _closest(record, MOST_PAIRS)
    figure.add_bar(
        y=list(range(len(pairs))),
        x=[float(record.overlaps[pair]) for pair in pairs],
        orientation="h",
        marker={"color": BRIGHT[0]},
        showlegend=False,
        hovertemplate="overlap %{x:.3g}<extra></extra>",
        **place,
    )
    figure.update_yaxes(tickvals=list(range(len(pairs))), ticktext=names, autorange="reversed", **place)
    figure.update_xaxes(
        title="overlap of the closest pairs", rangemode="tozero", nticks=4, exponentformat="e", **place
    )


def _pair_names(record: GbcRecord, view: View) -> list[str]:
    return [" / ".join(view.short_names(pair)) for pair in _closest(record, MOST_PAIRS)]


def _closest(record: GbcRecord, most: int) -> list[tuple[int, int]]:
    """Return the pairs of classes, each once, that overlap most: by their distance, as overlaps may be 0."""
    rows, columns = np.triu_indices(len(record.distances), 1)
    order = np.argsort(record.distances[rows, columns], kind="stable")[:most]
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


def table(record: GbcRecord, view: View) -> Table:
    """List the pairs, the closest first."""
    columns = (
        Column("one", "class"),
        Column("other", "other class"),
        Column("means", "distance of the means", "number", "%.4g"),
        Column("spreads", "difference of the spreads", "number", "%.4g"),
        Column("distance", "Bhattacharyya distance", "number", "%.4g"),
        Column("overlap", "overlap", "number", fixed(4)),
    )
    records = [
        {
            "one": view.class_names[pair[0]],
            "other": view.class_names[pair[1]],
            "means": float(record.mean_terms[pair]),
            "spreads": float(record.spread_terms[pair]),
            "distance": float(record.distances[pair]),
            "overlap": float(record.overlaps[pair]),
        }
        for pair in _closest(record, MOST_LISTED)
    ]
    return Table.of("overlaps", "How much the classes overlap in pairs", columns, records)


def live_formula(record: GbcRecord, view: View) -> str:
    """Put the numbers of the closest pair into the formula, then all pairs into the sum."""
    n_pairs = len(view.class_names) * (len(view.class_names) - 1) // 2
    pairs = _closest(record, 4)
    first = pairs[0]
    means, spreads = number(float(record.mean_terms[first])), number(float(record.spread_terms[first]))
    terms = signed([-2 * float(record.overlaps[pair]) for pair in pairs])
    written = few_terms(terms if n_pairs == len(pairs) else [*terms, ""])
    return lines(
        rf"&D_B({first[0] + 1},{first[1] + 1})={means}+{spreads}",
        rf"&\quad={number(float(record.distances[first]))}",
        rf"&e^{{-D_B({first[0] + 1},{first[1] + 1})}}={number(float(record.overlaps[first]))}",
        rf"&{{-\sum_{{c\neq c'}}}}e^{{-D_B(c,c')}}={written}",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: GbcRecord, view: View) -> Words:
    """Say what the picture shows."""
    n_classes, n_components = record.means.shape
    one, other = _closest(record, 1)[0]
    left_out = []
    if n_classes > MOST_CLASSES:
        left_out.append(f"Of {n_classes * (n_classes - 1) // 2:,} pairs the {MOST_PAIRS} closest are drawn.")
    if n_components > 2:
        left_out.append(
            f"The balls are in {n_components} principal components; two are drawn, so balls that overlap "
            "here may be apart."
        )
    return Words(
        "How much do the classes, as balls, overlap?",
        f"{plural(n_classes, 'class')} on their first two principal components, each with a "
        f"circle of one standard deviation, and the overlap of each pair from 0 to 1. The closest pair is "
        f"{view.class_names[one]} and {view.class_names[other]} with {record.overlaps[one, other]:.3g}; the "
        f"score is {record.value:.4g}.",
        "Balls that lie apart have a cell near 0; GBC is minus the sum of all cells, so one pair that "
        "lies together costs as much as many that touch.",
        " ".join(left_out),
    )
