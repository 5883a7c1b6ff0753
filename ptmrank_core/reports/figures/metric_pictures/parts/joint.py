"""A table of classes against what stands for them, source classes or clusters: probabilities and masses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.metrics.intermediates.leep import LeepRecord
from ptmrank_core.reports.figures.metric_pictures.parts.latex import number
from ptmrank_core.reports.figures.metric_pictures.parts.view import View
from ptmrank_core.reports.figures.style.cells import numbers_in_cells
from ptmrank_core.reports.figures.style.rank_colours import RANKS
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import BRIGHT
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = [
    "MASS_PIXELS",
    "PROBABILITY_SCALE",
    "Joint",
    "TableLayout",
    "add_cells",
    "add_column_bars",
    "add_samples",
    "joint_table",
    "largest_products",
    "table_layout",
]

Array: TypeAlias = NDArray[np.float64]
Place: TypeAlias = dict[str, int]

MOST_ROWS, MOST_COLUMNS = 20, 24
KEPT_IN_ORDER = 12  # columns; more are put beside those that stand for the same class
MOST_NUMBERED = 10  # columns; the numbers of more are in the table and in the hover
ROW_PIXELS, AXES_PIXELS = 34, 90
MASS_PIXELS = 90
"""Height of the bars below a table."""
MOST_UPRIGHT = 24  # letters of all names below the bars together
LANES = 9  # of the points of one class, one below another
# Dark for 1: on a dark page the ramp is turned round.
PROBABILITY_SCALE = [[1 - share, color] for share, color in reversed(RANKS.scale())]  # type: ignore[operator]


@dataclass(frozen=True, eq=False, slots=True)
class Joint:
    """What is drawn of a table, and what is not.

    Parameters
    ----------
    rows, columns
        Codes of the classes, and of what stands for them, in the order in which they are drawn.
    conditional
        P(row | column) of all, shape (n_rows, n_columns).
    mass
        P(column) of all, shape (n_columns,).
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    conditional: Array
    mass: Array

    @classmethod
    def of(cls, joint: Array, conditional: Array, *, most_rows: int = MOST_ROWS) -> Joint:
        """Choose the classes and the columns with the most mass."""
        mass, class_mass = joint.sum(axis=0), joint.sum(axis=1)
        alive = int(np.count_nonzero(mass))
        largest = np.argsort(-mass, kind="stable")[: min(MOST_COLUMNS, alive)].tolist()
        rows = sorted(np.argsort(-class_mass, kind="stable")[:most_rows].tolist())
        if alive <= KEPT_IN_ORDER:
            columns = sorted(largest)
        else:
            favourite = conditional.argmax(axis=0).tolist()
            columns = sorted(largest, key=lambda column: (favourite[column], -mass[column]))
        return cls(tuple(rows), tuple(columns), conditional, mass)

    def say_left_out(self, noun: str) -> str:
        """Say which columns and rows are not drawn; empty where all are that have any mass."""
        sentences = []
        alive = int(np.count_nonzero(self.mass))
        if alive > len(self.columns):
            rest = 1 - float(self.mass[list(self.columns)].sum())
            sentences.append(
                f"Drawn are the {plural(len(self.columns), noun)} with the most mass of "
                f"{plural(alive, noun)} that have any; the others hold {rest:.0%} of it."
            )
        if len(self.rows) < len(self.conditional):
            n_classes = len(self.conditional)
            sentences.append(f"Of {n_classes:,} classes the {len(self.rows)} largest are drawn.")
        return " ".join(sentences)

    def cells(self) -> Array:
        """Return the drawn part of the table, shape (n drawn rows, n drawn columns)."""
        return self.conditional[np.ix_(self.rows, self.columns)]


def add_cells(
    figure: go.Figure, joint: Joint, view: View, place: Place, *, most_numbered: int = MOST_NUMBERED
) -> None:
    """Draw the table, with its numbers where it has few columns."""
    cells, row_names = joint.cells(), view.short_names(joint.rows)
    figure.add_heatmap(
        z=cells,
        colorscale=PROBABILITY_SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="%{z:.3f} in %{y}<extra></extra>",
        **place,
    )
    if cells.shape[1] <= most_numbered:
        written = [
            (x, y, f"{value:.2f}", 1 - float(value))
            for y, row in enumerate(cells)
            for x, value in enumerate(row)
        ]
        figure.add_trace(numbers_in_cells(written, RANKS, size=11), **place)
    n_columns = len(joint.columns)
    figure.update_xaxes(range=[-0.5, n_columns - 0.5], showgrid=False, showticklabels=False, **place)
    figure.update_xaxes(zeroline=False, ticks="", **place)
    figure.update_yaxes(**_ticks(row_names), range=[len(row_names) - 0.5, -0.5], title="class", **place)


@dataclass(frozen=True, eq=False, slots=True)
class TableLayout:
    """A table with bars below it, and something beside it.

    Parameters
    ----------
    grid
        Arguments of ``make_subplots``.
    height
        Pixels of the whole.
    """

    grid: dict[str, Any]
    height: int

    def finish(self, figure: go.Figure) -> None:
        """Set what all such figures have."""
        finish(figure, height=self.height, least_width=560, top=10)


def largest_products(record: LeepRecord, least: float) -> list[str]:
    """Write P(y|z) times theta of the first sample, the largest products first, in LaTeX.

    Parameters
    ----------
    record
        The counts.
    least
        Products up to this are left out.
    """
    given = zip(record.conditional[int(record.labels[0])], record.source_probs[0], strict=True)
    ordered = sorted(given, key=lambda pair: -pair[0] * pair[1])
    return [rf"{number(p)}\cdot{number(theta)}" for p, theta in ordered if p * theta > least]


def table_layout(joint: Joint) -> TableLayout:
    """Give each row of the table the same height, and the bars theirs, whatever the number of rows."""
    pixels = max(160, ROW_PIXELS * len(joint.rows))
    bars = MASS_PIXELS / (MASS_PIXELS + pixels)
    grid = {
        "rows": 2,
        "cols": 2,
        "column_widths": [0.66, 0.34],
        "row_heights": [1 - bars, bars],
        "horizontal_spacing": 0.15,
        "vertical_spacing": 0.04,
        "specs": [[{}, {}], [{}, None]],
    }
    return TableLayout(grid, pixels + MASS_PIXELS + AXES_PIXELS)


def add_column_bars(
    figure: go.Figure, values: Array, names: Sequence[str], place: Place, *, title: str, axis: str
) -> None:
    """Draw a number of each drawn column, at least 0, below the table."""
    figure.add_bar(
        x=list(range(len(values))),
        y=values,
        marker={"color": BRIGHT[0]},
        showlegend=False,
        hovertemplate="%{y:.3f}<extra></extra>",
        **place,
    )
    angle = 0 if sum(map(len, names)) <= MOST_UPRIGHT else -90
    figure.update_xaxes(**_ticks(names), title=title, tickangle=angle, **place)
    figure.update_xaxes(range=[-0.5, len(names) - 0.5], **place)
    figure.update_yaxes(title=axis, zeroline=False, nticks=3, rangemode="tozero", **place)


def add_samples(
    figure: go.Figure, values: Array, labels: NDArray[np.int64], joint: Joint, place: Place, *, axis: str
) -> None:
    """Draw a value from 0 to 1 of each drawn sample in the row of its class."""
    row_of = {code: row for row, code in enumerate(joint.rows)}
    members = [index for index, label in enumerate(labels.tolist()) if label in row_of]
    lanes = [(number % LANES - LANES // 2) / (LANES * 1.4) for number in range(len(members))]
    figure.add_scatter(
        x=values[members].astype(np.float32),
        y=[row_of[int(labels[index])] + lane for index, lane in zip(members, lanes, strict=True)],
        mode="markers",
        marker={"color": BRIGHT[0], "size": 4, "opacity": 0.7},
        showlegend=False,
        hovertemplate="%{x:.3f}<extra></extra>",
        **place,
    )
    figure.update_xaxes(title=axis, range=[-0.02, 1.02], zeroline=False, nticks=5, **place)
    figure.update_yaxes(
        range=[len(joint.rows) - 0.5, -0.5],
        showticklabels=False,
        tickvals=list(range(len(joint.rows))),
        zeroline=False,
        **place,
    )


def joint_table(
    about: tuple[str, str, str],
    joint: Joint,
    view: View,
    columns: Sequence[str],
    extra: tuple[Column, Array] | None = None,
) -> Table:
    """List the whole table: a row for each column of the picture that has any mass, its mass and classes.

    Parameters
    ----------
    about
        Name and title of the table, and what a column is.
    joint, view
        What is drawn.
    columns
        Names of all columns, drawn or not.
    extra
        Another number of every column.
    """
    name, title, first = about
    others = () if extra is None else (extra[0],)
    heads = (
        Column("of", first),
        Column("mass", "share of the samples", "number", fixed(4)),
        *others,
        *(
            Column(f"class_{code + 1}", class_name, "number", fixed(4), "of which are in class")
            for code, class_name in enumerate(view.class_names)
        ),
    )
    records: list[dict[str, Any]] = []
    for place in np.flatnonzero(joint.mass).tolist():
        shares = {f"class_{code + 1}": float(row[place]) for code, row in enumerate(joint.conditional)}
        own = {} if extra is None else {extra[0].key: float(extra[1][place])}
        records.append({"of": columns[place], "mass": float(joint.mass[place]), **own, **shares})
    return Table.of(name, title, heads, records)


def _ticks(names: Sequence[str]) -> dict[str, Any]:
    ticks = {"tickvals": list(range(len(names))), "ticktext": list(names)}
    return ticks | {"showgrid": False, "zeroline": False}
