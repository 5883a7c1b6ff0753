"""What TransRate sees: the nats that each direction takes, of all samples and of every class."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.transrate import TransrateRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_CLASSES = 20


def picture(record: TransrateRecord, view: View) -> go.Figure:
    """Draw the nats of every direction, of all samples and of the classes, and how far these are apart."""
    figure = make_subplots(1, 2, column_widths=[0.54, 0.46], horizontal_spacing=0.14)
    _add_spectra(figure, record, view)
    figure.add_bar(
        x=np.arange(1, 1 + len(record.gains)),
        y=record.gains,
        marker={"color": BRIGHT[0]},
        showlegend=False,
        hovertemplate="direction %{x} adds %{y:.3f} nats<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_xaxes(title="direction, widest first", zeroline=False, row=1, col=2)
    figure.update_yaxes(title="nats apart", nticks=6, row=1, col=2)
    finish(figure, height=420, least_width=620)
    return figure


def _add_spectra(figure: go.Figure, record: TransrateRecord, view: View) -> None:
    """Draw a curve for all samples, one for the mean of the classes, thin ones for the classes."""
    place = {"row": 1, "col": 1}
    for code in _shown(record):
        terms = record.class_terms[code]
        figure.add_trace(
            _curve(terms, GREY, 1, view.class_names[code]).update(showlegend=False),
            **place,
        )
    figure.add_trace(_curve(record.mean_class_terms, BRIGHT[1], 3, "mean of the classes"), **place)
    figure.add_trace(_curve(record.terms, BRIGHT[0], 3, "all samples"), **place)
    figure.update_xaxes(title="direction, widest first", zeroline=False, **place)
    figure.update_yaxes(title="nats", zeroline=False, **place)


def _curve(terms: np.ndarray, color: str, width: int, name: str) -> go.Scatter:
    return go.Scatter(
        x=np.arange(1, 1 + len(terms)),
        y=terms.astype(np.float32),
        mode="lines+markers" if len(terms) <= 30 else "lines",
        line={"color": color, "width": width},
        name=name,
        hovertemplate="direction %{x}: %{y:.3f} nats<extra></extra>",
    )


def _shown(record: TransrateRecord) -> list[int]:
    """Return which classes have a curve: all, or the largest."""
    order = np.argsort(-record.class_sizes, kind="stable")[:MOST_CLASSES]
    return sorted(order.tolist())


def table(record: TransrateRecord, view: View) -> Table:
    """List the nats of every direction, and the rates as the last row."""
    columns = (
        Column("direction", "direction"),
        Column("all", "all samples", "number", fixed(4)),
        Column("mean", "mean of the classes", "number", fixed(4)),
        Column("gain", "adds to the score", "number", fixed(4)),
        *(
            Column(f"class_{code + 1}", name, "number", fixed(4), "of each class")
            for code, name in enumerate(view.class_names)
        ),
    )
    records = []
    means_and_gains = zip(record.mean_class_terms.tolist(), record.gains.tolist(), strict=True)
    for place, (mean, gain) in enumerate(means_and_gains):
        own = {f"class_{code + 1}": float(row[place]) for code, row in enumerate(record.class_terms)}
        whole = float(record.terms[place]) if place < len(record.terms) else 0.0
        records.append({"direction": str(place + 1), "all": whole, "mean": mean, "gain": gain, **own})
    rates = {f"class_{code + 1}": float(rate) for code, rate in enumerate(record.class_rates)}
    sums = {"direction": "sum", "all": record.rate, "mean": record.rate - record.value, "gain": record.value}
    records.append(sums | rates)
    return Table.of("rates", "Coding rates in nats, direction by direction", columns, records)


def live_formula(record: TransrateRecord, _: View) -> str:
    """Put the rates of these samples into the formula."""
    n_classes = len(record.class_rates)
    rates = few_terms(signed(record.class_rates.tolist(), 4))
    return lines(
        rf"&R(Z)={few_terms(signed(record.terms.tolist()))}",
        rf"&\quad={number(record.rate, 4)}",
        r"&R(Z)-\tfrac1C\sum_c R(Z_c)",
        rf"&\quad={number(record.rate, 4)}-\tfrac1{{{n_classes}}}\big({rates}\big)",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: TransrateRecord, _: View) -> Words:
    """Say what the picture shows."""
    n_classes, n_directions = len(record.class_rates), len(record.terms)
    left_out = ""
    if n_classes > MOST_CLASSES:
        left_out = f"Of {n_classes:,} classes the {MOST_CLASSES} largest are drawn."
    small = int(np.count_nonzero(record.class_sizes < n_directions))
    if small:
        left_out += (
            f" {plural(small, 'class')} {'has' if small == 1 else 'have'} fewer samples than there are "
            "directions: beyond them the class takes no nats, whatever the features are."
        )
    return Words(
        "In which directions do all samples take more nats than a class?",
        f"The nats that each of {plural(n_directions, 'direction')} takes, of all samples and of the mean "
        f"class. All samples take {record.rate:.4g} nats, the mean of {n_classes:,} classes "
        f"{record.rate - record.value:.4g}, so that the score is {record.value:.4g}.",
        "A bar on the right is how far both curves are apart, and TransRate is the sum of the bars: a "
        "direction adds to it where all samples are spread more widely than those of a class.",
        left_out.strip(),
    )
