"""How every score, the probe and training move with one setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.lessons import Sweep
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.lessons.comparison import PROBE, TRAINING
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK, hide_buttons, set_least_width
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = ["sweep_figure", "sweep_table"]

COLUMNS = 5
GAP, GAP_BELOW = 0.04, 0.13
PANEL_PIXELS, PANEL_WIDTH = 150, 170
SETTING, SCORE = fixed(2), fixed(3)
QUIET: dict[str, Any] = {"zeroline": False, "tickfont": {"size": 10}}
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
    traces = [_curve(place, title, curves.at, values) for place, (title, values) in enumerate(named.items())]
    # One layout made at once: make_subplots, and updates of a figure so full, take several times as long.
    across = _setting_axis(curves, here)
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    for place, title in enumerate(named):
        panel, (left, right), (low, high) = _number(place), *_domains(place, n_rows)
        upright = {"anchor": f"x{panel}", "domain": [low, high], "nticks": 4, **QUIET}
        level = {"anchor": f"y{panel}", "domain": [left, right], **across, **QUIET}
        level |= {"matches": "x"} if place else {}
        level |= {"showticklabels": place // COLUMNS == n_rows - 1}
        layout |= {f"xaxis{panel}": level, f"yaxis{panel}": upright}
        layout["annotations"].append(_title_above(title, (left + right) / 2, high))
        layout["shapes"] += [] if here is None else [_line_at(here, panel)]
    margin = {"l": 10, "r": 10, "t": 30, "b": 30}
    layout |= {"height": 60 + n_rows * PANEL_PIXELS, "showlegend": False, "margin": margin}
    figure = go.Figure(traces, layout)
    hide_buttons(figure)
    set_least_width(figure, COLUMNS * PANEL_WIDTH)
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


def _curve(place: int, title: str, at: Sequence[float], values: Sequence[float | None]) -> dict[str, Any]:
    """One row of values in its panel."""
    panel = _number(place)
    return {
        "type": "scatter",
        "x": list(at),
        "y": list(values),
        "mode": "lines+markers",
        "marker": {"size": 4},
        "line": {"color": BRIGHT[2] if title in (TRAINING, PROBE) else BRIGHT[0], "width": 2},
        "name": title,
        "hovertemplate": f"{title} %{{y:.3g}} at %{{x}}<extra></extra>",
        "xaxis": f"x{panel}",
        "yaxis": f"y{panel}",
    }


def _setting_axis(curves: Sweep, here: float | None) -> dict[str, Any]:
    """Return what every axis of the setting has: steps that grow, or all of its values with some room."""
    least, most = curves.at[0], max(curves.at[-1], here or curves.at[-1])
    if least > 0 and most / least > SPREAD_OUT:
        return {"type": "log", "nticks": 6}
    spare = 0.03 * (most - least)
    return {"range": [least - spare, most + spare], "nticks": 6}


def _number(place: int) -> str:
    """Return what Plotly adds to the names of the axes of a panel, counted from 0."""
    return str(place + 1) if place else ""


def _domains(place: int, n_rows: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a panel begins and ends, from left to right and from below, as shares of the figure."""
    row, column = n_rows - 1 - place // COLUMNS, place % COLUMNS
    width, height = (1 - GAP * (COLUMNS - 1)) / COLUMNS, (1 - GAP_BELOW * (n_rows - 1)) / n_rows
    left, low = column * (width + GAP), row * (height + GAP_BELOW)
    return (left, left + width), (low, low + height)


def _title_above(title: str, x: float, y: float) -> dict[str, Any]:
    ends = {"x": x, "y": y, "xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    return {"text": title, "showarrow": False, "font": {"size": 13, "color": INK}, **ends}


def _line_at(x: float, panel: str) -> dict[str, Any]:
    """Upright dotted line through a whole panel."""
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "xref": f"x{panel}", "yref": f"y{panel} domain"}
    return {"type": "line", "line": {"color": BRIGHT[1], "width": 2, "dash": "dot"}, **ends}
