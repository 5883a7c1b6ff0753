"""Training, the probe and every metric: what each says of every candidate, and which it puts first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.lessons import Comparison
from ptmrank_core.lessons.comparison import View
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK, hide_buttons, set_least_width, stripe
from ptmrank_core.reports.tables.table import Column, Table, fixed

__all__ = ["comparison_figure", "comparison_table"]

TRAINING, PROBE = "Training", "Linear probe"
ROW, TOP = 27, 40  # pixels
COLUMN, VERDICTS, NAMES = 78, 98, 86  # pixels
PENDING = "…"
SAID = {"agrees": "✓ agrees", "disagrees": "✗ does not", "undecided": ""}
TIES = "✗ cannot tell"


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its name, the number of each candidate as a text, who is first, what that is worth."""

    title: str
    shown: dict[str, str]
    first: tuple[str, ...]
    said: str

    @property
    def has_marks(self) -> bool:
        """Whether it puts any candidate before the others."""
        return bool(self.first)


def comparison_figure(comparison: Comparison, names: Sequence[str]) -> go.Figure:
    """Draw a row for training, for the probe and for each metric: its number for every candidate.

    A filled mark stands before the number of the candidate that a row puts first, a hollow one before the
    others; the last column tells whether that agrees with training. What is still to come is shown as dots.

    Parameters
    ----------
    comparison
        So far as it is known.
    names
        All candidates, in the order of the columns.
    """
    rows = _rows(comparison, names)
    cells = [
        (column, place, f" {row.shown[name]}", name in row.first, row.has_marks)
        for place, row in enumerate(rows)
        for column, name in enumerate(names)
    ]
    figure = go.Figure()
    for is_first in (True, False):
        marker = {"size": 11, "symbol": "circle" if is_first else "circle-open", "color": _colour(is_first)}
        chosen = [cell[:3] for cell in cells if cell[4] and cell[3] == is_first]
        _write(figure, "puts first" if is_first else "does not put first", chosen, marker)
    _write(figure, "no order", [cell[:3] for cell in cells if not cell[4]])
    verdicts = [(len(names), place, row.said) for place, row in enumerate(rows) if row.said]
    _write(figure, "agreement", verdicts)
    _lay_out(figure, rows, names)
    return figure


def _write(
    figure: go.Figure,
    name: str,
    cells: Sequence[tuple[int, int, str]],
    marker: Mapping[str, object] | None = None,
) -> None:
    """Write texts at columns and rows, each with a mark before it or none."""
    figure.add_scatter(
        x=[cell[0] for cell in cells],
        y=[cell[1] for cell in cells],
        text=[cell[2] for cell in cells],
        mode="text" if marker is None else "markers+text",
        textposition="middle right",
        marker=marker,
        name=name,
        hoverinfo="skip",
    )


def comparison_table(comparison: Comparison, names: Sequence[str]) -> Table:
    """List what the figure shows: each row's numbers, who is first, whether that agrees."""
    columns = (
        Column("row", "says"),
        *(Column(name, name, "number", fixed(3)) for name in names),
        Column("first", "puts first"),
        Column("agrees", "agrees with training"),
        Column("tau", "Kendall's tau with training", "number", fixed(2)),
    )
    views = {
        TRAINING: View(comparison.accuracies, comparison.best, "undecided", None),
        PROBE: comparison.probe,
        **{METRICS[name].title: view for name, view in comparison.views.items()},
    }
    records = [
        {
            "row": title,
            **{name: view.values.get(name) for name in names},
            "first": ", ".join(view.first) or None,
            "agrees": {"agrees": "yes", "disagrees": "no"}.get(view.verdict),
            "tau": view.tau,
        }
        for title, view in views.items()
    ]
    return Table.of("comparison", "What training, the probe and every metric say", columns, records)


def _rows(comparison: Comparison, names: Sequence[str]) -> list[_Row]:
    trained = {name: _percent(comparison.accuracies.get(name)) for name in names}
    rows = [_Row(TRAINING, trained, comparison.best if len(names) > 1 else (), "the truth here")]
    probed = {name: _percent(comparison.probe.values.get(name)) for name in names}
    rows.append(_Row(PROBE, probed, comparison.probe.first, _said(comparison.probe)))
    for metric in default_metrics():
        view = comparison.views.get(metric)
        if view is None:
            rows.append(_Row(METRICS[metric].title, dict.fromkeys(names, PENDING), (), ""))
            continue
        shown = {name: _number(view.values[name]) if name in view.values else "no value" for name in names}
        rows.append(_Row(METRICS[metric].title, shown, view.first, _said(view)))
    return rows


def _said(view: View) -> str:
    return TIES if view.verdict == "disagrees" and len(view.first) > 1 else SAID[view.verdict]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _percent(share: float | None) -> str:
    return PENDING if share is None else f"{100 * share:.1f} %"


def _colour(is_first: bool) -> str:  # noqa: FBT001
    return BRIGHT[0] if is_first else GREY


def _lay_out(figure: go.Figure, rows: Sequence[_Row], names: Sequence[str]) -> None:
    """Name rows and columns, and set training apart."""
    figure.update_xaxes(
        side="top",
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        ticklabelposition="outside",
        range=[-0.2, len(names) + VERDICTS / COLUMN],
        showgrid=False,
        zeroline=False,
        title={"text": "candidate", "standoff": 5},
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[row.title for row in rows],
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        title=None,
    )
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)
    figure.update_traces(textfont={"size": 13, "color": INK}, cliponaxis=False)
    figure.update_layout(
        height=TOP + 30 + ROW * len(rows),
        showlegend=False,
        margin={"l": NAMES, "r": 5, "t": TOP + 20, "b": 10},
        shapes=[stripe(0)],
    )
    hide_buttons(figure)
    set_least_width(figure, NAMES + COLUMN * len(names) + VERDICTS)
