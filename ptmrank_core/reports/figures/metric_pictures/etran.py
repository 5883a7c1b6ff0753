"""What ETran sees: how surely the nearest class mean finds each class, and what the model knows least."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.etran import EtranRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.strips import add_strips
from ptmrank_core.reports.figures.metric_pictures.parts.view import MOST_POINTS, View, Words
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_CLASSES = 20


def picture(record: EtranRecord, view: View) -> go.Figure:
    """Draw what each sample's class is given, or the error of each target, and the ordered energies."""
    figure = make_subplots(1, 2, column_widths=[0.6, 0.4], horizontal_spacing=0.16)
    place = {"row": 1, "col": 1}
    if len(record.labels):
        n_drawn = min(MOST_CLASSES, len(view.class_names))
        add_strips(figure, record.probabilities, record.labels, view, list(range(n_drawn)), place)
        figure.add_vline(record.value, line={"color": BRIGHT[1], "dash": "dot", "width": 2}, **place)
        figure.update_xaxes(title="what its own class is given", range=[-0.02, 1.02], **place)
    else:
        errors = (record.squared_errors / record.n_samples)[:MOST_CLASSES]
        figure.add_bar(
            y=list(range(len(errors))), x=errors, orientation="h", marker={"color": BRIGHT[0]}, **place
        )
        ticks = {"tickvals": list(range(len(errors))), "ticktext": view.short_names(range(len(errors)))}
        figure.update_yaxes(**ticks, autorange="reversed", **place)
        figure.update_xaxes(title="mean squared error", rangemode="tozero", **place)
    _add_energies(figure, record)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    height = max(400, 130 + 26 * min(MOST_CLASSES, len(view.class_names)))
    finish(figure, height=height, least_width=560, top=10)
    return figure


def _add_energies(figure: go.Figure, record: EtranRecord) -> None:
    """Draw the energies of all samples, the lowest first; those that count are marked."""
    order = np.argsort(record.energies, kind="stable")
    ranked = record.energies[order]
    step = max(1, len(ranked) // MOST_POINTS)
    places = np.arange(0, len(ranked), step)
    n_lowest = len(record.lowest)
    for x, y, color, size in (
        (places + 1, ranked[places], GREY, 4),
        (np.arange(1, 1 + n_lowest), ranked[:n_lowest], BRIGHT[1], 9),
    ):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y.astype(np.float32),
                mode="markers",
                marker={"color": color, "size": size},
                hovertemplate="%{y:.4g}<extra></extra>",
            ),
            row=1,
            col=2,
        )
    figure.update_xaxes(title="samples, by energy", row=1, col=2)
    figure.update_yaxes(title="energy", nticks=6, row=1, col=2)


def table(record: EtranRecord, view: View) -> Table:
    """List every sample's probability and energy; with targets the error of each target."""
    if not len(record.labels):
        heads = (Column("target", "target"), Column("error", "mean squared error", "number", "%.5g"))
        errors = (record.squared_errors / record.n_samples).tolist()
        pairs = tuple(zip(view.class_names, errors, strict=True))
        return Table("errors", "The error of each target", heads, pairs)
    counted = set(record.lowest.tolist())
    columns = (
        Column("class", "class"),
        Column("probability", "what its own class is given", "number", fixed(4)),
        Column("energy", "energy", "number", "%.5g"),
        Column("counts", "counts in the energy"),
    )
    samples = zip(
        record.labels.tolist(), record.probabilities.tolist(), record.energies.tolist(), strict=True
    )
    rows = tuple(
        (view.class_names[label], probability, energy, "yes" if place in counted else "")
        for place, (label, probability, energy) in enumerate(samples)
    )
    return Table("energies", "Every sample's probability and energy", columns, rows)


def live_formula(record: EtranRecord, _: View) -> str:
    """Put the means of probabilities and of the lowest energies into the formula."""
    n_lowest = len(record.lowest)
    energies = few_terms(signed(record.energies[record.lowest].tolist(), 4), most=2)
    energy = rf"S_{{en}}&=\tfrac1{{{n_lowest}}}\big({energies}\big)={number(record.energy, 4)}"
    if not len(record.labels):
        n = record.n_samples * len(record.squared_errors)
        errors = few_terms(signed(record.squared_errors.tolist()), most=2)
        return lines(
            rf"S_{{reg}}&=-\tfrac1{{{n}}}\big({errors}\big)", rf"&={number(record.value, 4)}", energy
        )
    every = few_terms(signed(record.probabilities.tolist()), most=2)
    n_samples = len(record.labels)
    return lines(
        rf"S_{{cls}}&=\tfrac1{{{n_samples}}}\big({every}\big)", rf"&={number(record.value, 4)}", energy
    )


def words(record: EtranRecord, view: View) -> Words:
    """Say what the picture shows."""
    n_classes, n_samples = len(view.class_names), record.n_samples
    lowest = plural(len(record.lowest), "sample")
    counted = f"the mean energy of the lowest {lowest} is {record.energy:.4g}"
    left_out = []
    if n_classes > MOST_CLASSES:
        left_out.append(f"Of {n_classes:,} classes the first {MOST_CLASSES} are drawn.")
    if n_samples > MOST_POINTS:
        left_out.append(f"Of {n_samples:,} samples about {MOST_POINTS:,} are drawn.")
    if not len(record.labels):
        return Words(
            "How far is a linear map from the targets?",
            f"The mean squared error of {plural(n_classes, 'target')}, on average {-record.value:.4g}, "
            f"and the energies of {plural(n_samples, 'sample')}; {counted}.",
            "ETran for numbers is minus the mean of the bars; the energies do not count in it.",
            " ".join(left_out),
        )
    return Words(
        "How surely is each sample nearest to its own class mean, and which samples does the model know "
        "least?",
        f"The probability that the nearest class mean gives each of {plural(n_samples, 'sample')}, "
        f"{record.value:.4g} on average, and their energies; {counted}.",
        "Points at the right edge are sure of their class. The marked energies belong to the samples that "
        "the model knows least: a candidate gains where even these are high.",
        " ".join(left_out),
    )
