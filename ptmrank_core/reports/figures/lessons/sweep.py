"""How every score, the probe and training move with one setting."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.lessons import Sweep
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.lessons.comparison import PROBE, TRAINING
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK, hide_buttons, set_least_width
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = ["sweep_figure", "sweep_table"]

COLUMNS = 5
PANEL_PIXELS, PANEL_WIDTH = 150, 170
SETTING, SCORE = fixed(2), fixed(3)
SPREAD_OUT = 50.0  # settings whose greatest value is so many times the least are drawn on a logarithmic axis


def sweep_figure(curves: Sweep, here: float | None) -> go.Figure:
    """Draw a small panel for training, the probe and each metric: its value against the setting.

    Parameters
    ----------
    curves
        The values; what is unknown is a gap.
    here
        The setting's value in the scene, where a line is drawn; ``None`` for none.
    """
    named = {TRAINING: curves.trained, PROBE: curves.probed}
    named |= {METRICS[metric].title: values for metric, values in curves.values.items()}
    n_rows = -(-len(named) // COLUMNS)
    figure = make_subplots(
        rows=n_rows, cols=COLUMNS, subplot_titles=list(named), shared_xaxes="all", vertical_spacing=0.13
    )
    lines = []  # set at once: add_vline copies all that are there already
    for place, (title, values) in enumerate(named.items()):
        figure.add_scatter(
            x=list(curves.at),
            y=list(values),
            mode="lines+markers",
            marker={"size": 4},
            line={"color": BRIGHT[2] if title in (TRAINING, PROBE) else BRIGHT[0], "width": 2},
            name=title,
            hovertemplate=f"{title} %{{y:.3g}} at %{{x}}<extra></extra>",
            row=place // COLUMNS + 1,
            col=place % COLUMNS + 1,
        )
        lines += [] if here is None else [_line_at(here, place)]
    _lay_out(figure, curves, here, n_rows)
    figure.update_layout(shapes=lines)
    return figure


def sweep_table(curves: Sweep) -> Table:
    """List every score, and the accuracies of probe and training, at every value of the setting."""
    columns = (
        Column(curves.knob.name, curves.knob.title, "number", SETTING),
        Column("training", TRAINING, "number", SCORE),
        Column("probe", PROBE, "number", SCORE),
        *(Column(metric, METRICS[metric].title, "number", SCORE) for metric in curves.values),
    )
    records: list[dict[str, float | None]] = []
    for place, value in enumerate(curves.at):
        scores = {metric: values[place] for metric, values in curves.values.items()}
        own = {"training": curves.trained[place], "probe": curves.probed[place]}
        records.append({curves.knob.name: value, **own, **scores})
    return Table.of("sweep", f"Scores against: {curves.knob.title}", columns, records)


def _lay_out(figure: go.Figure, curves: Sweep, here: float | None, n_rows: int) -> None:
    least, most = curves.at[0], max(curves.at[-1], here or curves.at[-1])
    if least > 0 and most / least > SPREAD_OUT:
        figure.update_xaxes(type="log")
    else:
        spare = 0.03 * (most - least)
        figure.update_xaxes(range=[least - spare, most + spare])
    figure.update_xaxes(zeroline=False, tickfont={"size": 10}, nticks=6)
    figure.update_yaxes(zeroline=False, tickfont={"size": 10}, nticks=4)
    figure.update_annotations(font={"size": 13, "color": INK})
    figure.update_layout(
        height=60 + n_rows * PANEL_PIXELS, showlegend=False, margin={"l": 10, "r": 10, "t": 30, "b": 30}
    )
    hide_buttons(figure)
    set_least_width(figure, COLUMNS * PANEL_WIDTH)


def _line_at(x: float, place: int) -> dict[str, Any]:
    """Upright dotted line through a whole panel, counted from 0."""
    panel = str(place + 1) if place else ""
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "xref": f"x{panel}", "yref": f"y{panel} domain"}
    return {"type": "line", "line": {"color": BRIGHT[1], "width": 2, "dash": "dot"}, **ends}
