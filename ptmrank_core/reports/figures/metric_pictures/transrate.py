"""What TransRate sees: how many nats each direction takes, of all samples and of the classes by themselves."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.transrate import TransrateRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, count_of
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, hide_buttons, set_least_width
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = ["live_formula", "picture", "table", "words"]

MOST_CLASSES = 20
FILL = "rgba(236,91,108,0.25)"


def picture(record: TransrateRecord, view: View) -> go.Figure:
    """Draw the nats of every direction, of all samples and of the classes, and the rates that they add up to."""
    figure = make_subplots(1, 2, column_widths=[0.62, 0.38], horizontal_spacing=0.2)
    _add_spectra(figure, record, view)
    shown = _shown(record)
    names = ["all samples", "mean of the classes", *view.short_names(shown)]
    rates = [record.rate, record.rate - record.value, *record.class_rates[shown].tolist()]
    figure.add_bar(
        y=list(range(len(names))),
        x=rates,
        orientation="h",
        marker={"color": [BRIGHT[0], BRIGHT[1], *[GREY] * len(shown)]},
        showlegend=False,
        hovertemplate="%{x:.2f} nats<extra></extra>",
        row=1,
        col=2,
    )
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    figure.update_yaxes(**ticks, autorange="reversed", zeroline=False, row=1, col=2)
    figure.update_xaxes(title="coding rate, nats", rangemode="tozero", nticks=4, row=1, col=2)
    figure.update_layout(
        height=max(400, 120 + 18 * len(names)),
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    hide_buttons(figure)
    set_least_width(figure, 620)
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
    whole = _curve(record.terms, BRIGHT[0], 3, "all samples")
    figure.add_trace(whole.update(fill="tonexty", fillcolor=FILL), **place)
    figure.update_xaxes(title="direction, widest first", zeroline=False, **place)
    figure.update_yaxes(title="nats", zeroline=False, rangemode="tozero", **place)


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
    """Return which classes have a curve and a bar: all, or the largest."""
    order = np.argsort(-record.class_sizes, kind="stable")[:MOST_CLASSES]
    return sorted(order.tolist())


def table(record: TransrateRecord, view: View) -> Table:
    """List the nats of every direction, and the rates as the last row."""
    columns = (
        Column("direction", "direction"),
        Column("all", "all samples", "number", fixed(4)),
        Column("mean", "mean of the classes", "number", fixed(4)),
        *(
            Column(f"class_{code + 1}", name, "number", fixed(4), "of each class")
            for code, name in enumerate(view.class_names)
        ),
    )
    records = []
    for place, mean in enumerate(record.mean_class_terms.tolist()):
        own = {f"class_{code + 1}": float(row[place]) for code, row in enumerate(record.class_terms)}
        whole = float(record.terms[place]) if place < len(record.terms) else 0.0
        records.append({"direction": str(place + 1), "all": whole, "mean": mean, **own})
    rates = {f"class_{code + 1}": float(rate) for code, rate in enumerate(record.class_rates)}
    sums = {"direction": "sum", "all": record.rate, "mean": record.rate - record.value}
    return Table.of(
        "rates", "Coding rates in nats, direction by direction", columns, [*records, sums | rates]
    )


def live_formula(record: TransrateRecord, _: View) -> str:
    """Put the rates of these samples into the formula."""
    n_classes = len(record.class_rates)
    rates = few_terms(signed(record.class_rates.tolist(), 4))
    terms = few_terms(signed(record.terms.tolist()))
    return lines(
        rf"R(Z)&={terms}={number(record.rate, 4)}",
        rf"R(Z)-\tfrac1C\sum_c R(Z_c)&={number(record.rate, 4)}-\tfrac1{{{n_classes}}}\big({rates}\big)"
        rf"={number(record.value, 4)}",
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
            f" {count_of(small, 'class has', 'classes have')} fewer samples than there are directions: "
            "beyond them the class takes no nats, whatever the features are."
        )
    return Words(
        "In which directions do all samples take more nats than a class?",
        f"The nats that each of {count_of(n_directions, 'direction')} takes, of all samples and of the mean "
        f"class. All samples take {record.rate:.4g} nats, the mean of {count_of(n_classes, 'class', 'classes')} "
        f"{record.rate - record.value:.4g}, so that the score is {record.value:.4g}.",
        "The shaded area between both curves is TransRate: a direction adds to it where all samples are "
        "spread more widely than a class is.",
        left_out.strip(),
    )
