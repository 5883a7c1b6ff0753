"""The columns of the ranking overview: how wide they are, and what stands in those of text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import plotly.graph_objects as go

from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout, OverviewRow
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.theme import INK
from ptmrank_core.reports.tables.table import COMPACT, Column, fixed, shown

__all__ = [
    "LONGEST_NAME",
    "SOFT",
    "add_facts",
    "add_text",
    "cell_edges",
    "cell_middles",
    "domains",
    "fact_titles",
    "first_band",
    "lane",
    "last_place",
    "least_width",
    "narrow_width",
    "placed",
]

# Widths of the columns, in widths of a narrow cell.
NAMES, PLACES, FACT, MIN_CELLS, GAP = 6.8, 4.4, 1.42, 3.0, 0.25
CELL = 32  # pixels; in narrower ones numbers and names would overlap
MORE = 2.0  # narrow cells that the votes share, beyond one for each
PARAMETERS = Column("n_parameters", "parameters", "integer", COMPACT)
SECONDS = Column("seconds_per_1000", "s per 1,000", "number", fixed(1))
REACHED_FORM = fixed(3)
LONGEST_NAME = 28
LICENCE = "licence"
SOFT = 0.85
APART = 0.75  # rows between the ranked models and the references


def placed(layout: OverviewLayout) -> list[tuple[float, OverviewRow]]:
    """Place every row: ranked models from 0, and references below them."""
    start = len(layout.rows) + APART
    return [
        *((float(y), row) for y, row in enumerate(layout.rows)),
        *((start + y, row) for y, row in enumerate(layout.references)),
    ]


def add_text(
    figure: go.Figure, axis: str, marks: Sequence[tuple[float, float, str]], size: float, **look: Any
) -> None:
    """Write texts at places."""
    figure.add_scatter(
        x=[x for x, _, _ in marks],
        y=[y for _, y, _ in marks],
        text=[text for *_, text in marks],
        xaxis=axis,
        mode="text",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        textfont={"size": size, "color": look.pop("color", INK)},
        **look,
    )


def cell_edges(layout: OverviewLayout) -> list[float]:
    """Where the columns of ranks begin, and where the last one ends: the heavier a vote, the wider its own.

    A column is never so narrow that its number would not fit; those without a vote are just as wide as that.
    """
    n_voters = sum(voter.weight > 0 for voter in layout.metrics)
    widths = [max(1.0, (n_voters + MORE) * voter.weight) for voter in layout.metrics]
    return list(accumulate(widths, initial=0.0))


def cell_middles(layout: OverviewLayout) -> list[float]:
    """Middle of each column of ranks."""
    edges = cell_edges(layout)
    return [(left + right) / 2 for left, right in pairwise(edges)]


def fact_titles(layout: OverviewLayout) -> list[str]:
    """Headings of the columns to the right."""
    return [*(column.title for column in layout.reached), PARAMETERS.title, SECONDS.title, LICENCE]


def add_facts(figure: go.Figure, layout: OverviewLayout) -> None:
    """Write what each model reaches, what it costs, and its licence."""
    numbers: list[tuple[float, float, str]] = []
    words: list[tuple[float, float, str]] = []
    n_reached = len(layout.reached)
    for y, row in placed(layout):
        texts = [
            "–" if (value := column.values.get(row.model)) is None else REACHED_FORM % value
            for column in layout.reached
        ]
        texts.append(shown(row.cost.n_parameters, PARAMETERS) or "–")
        texts.append(shown(row.cost.seconds_per_1000, SECONDS) or "–")
        numbers += [(x + 0.42, y, text) for x, text in enumerate(texts)]
        words.append((n_reached + 1.68, y, shorten_middle(row.licence or "–", 9)))
    add_text(figure, "x4", numbers, 12.5, textposition="middle left")
    add_text(figure, "x4", words, 12.5, textposition="middle right")


def _widths(layout: OverviewLayout) -> tuple[float, ...]:
    """Width of each group of columns from left to right, in narrow cells."""
    n_facts = len(fact_titles(layout))
    return NAMES, PLACES, max(cell_edges(layout)[-1], MIN_CELLS), FACT * n_facts + 0.6


def least_width(layout: OverviewLayout) -> int:
    """Pixels below which the overview is scrolled rather than squeezed."""
    return round(CELL * sum(_widths(layout)))


def narrow_width() -> int:
    """Pixels that names and places need alone."""
    return round(CELL * (NAMES + PLACES))


def domains(layout: OverviewLayout) -> list[list[float]]:
    """Share of the width of each group of columns, from left to right."""
    widths = _widths(layout)
    total, start, shares = sum(widths), 0.0, []
    for width in widths:
        shares.append([start / total, (start + width - GAP) / total])
        start += width
    return shares


def lane(layout: OverviewLayout) -> float:
    """Ranks between two bands side by side."""
    return max(0.45, 0.06 * layout.last_rank)


def last_place(layout: OverviewLayout) -> float:
    """End of the column of places, behind the bands."""
    n_lanes = max((lane + 1 for *_, lane in layout.bands), default=0)
    return max(1.6, layout.last_rank + 0.6 + (lane(layout) * n_lanes + 0.5 if n_lanes else 0))


def first_band(layout: OverviewLayout) -> float:
    """Where the first band stands, behind the last place."""
    return layout.last_rank + 0.9
