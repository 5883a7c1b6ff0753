"""Rank intervals and ties as a figure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.records import RankIntervals
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, ROW_PIXELS, stripe_models
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.intervals import assign_lanes, tie_letters

__all__ = ["IntervalLayout", "interval_figure", "interval_table"]

DOT, LINE, BAND = BRIGHT[0], "#7392C2", GREY
LANE = 0.45  # of a rank, between the bands of two groups that overlap
MAX_TICKS = 15


@dataclass(frozen=True, slots=True)
class IntervalLayout:
    """The numbers of the interval figure, one row for each model with an interval.

    Parameters
    ----------
    models
        Best first.
    places
        Place of each in the order, from 1.
    lows, highs
        Ends of the intervals.
    p_best
        Chance of being the best.
    bands
        First row, last row and lane of each tie group; bands in one lane do not touch.
    """

    models: tuple[str, ...]
    places: tuple[int, ...]
    lows: tuple[int, ...]
    highs: tuple[int, ...]
    p_best: tuple[float, ...]
    bands: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, order: Sequence[str], intervals: RankIntervals) -> IntervalLayout:
        """Collect the intervals of an order."""
        models = tuple(model for model in order if model in intervals.intervals)
        row = {model: i for i, model in enumerate(models)}
        spans = [tuple(sorted(row[model] for model in group)) for group in intervals.ties]
        return cls(
            models=models,
            places=tuple(order.index(model) + 1 for model in models),
            lows=tuple(intervals.intervals[model][0] for model in models),
            highs=tuple(intervals.intervals[model][1] for model in models),
            p_best=tuple(intervals.p_best[model] for model in models),
            bands=tuple(
                (span[0], span[-1], lane)
                for span, lane in zip(spans, assign_lanes([(s[0], s[-1]) for s in spans]), strict=True)
            ),
        )


def interval_table(order: Sequence[str], intervals: RankIntervals) -> Table:
    """Write the numbers of the figure, and how far each model still moves with more samples."""
    letters = tie_letters(intervals)
    columns = (
        Column("place", "place", "integer"),
        Column("model", "model"),
        Column("rank_from", "rank from", "integer"),
        Column("rank_to", "rank to", "integer"),
        Column("p_best", "chance of being best", "number", fixed(2)),
        Column("tied", "same letter: not distinguishable"),
        Column("moved", "places moved from n/2 to n", "number", "%+.1f"),
    )
    records = [
        {
            "place": place,
            "model": model,
            "rank_from": intervals.intervals[model][0],
            "rank_to": intervals.intervals[model][1],
            "p_best": intervals.p_best[model],
            "tied": letters[model] or None,
            "moved": intervals.shifts[model],
        }
        for place, model in enumerate(order, start=1)
        if model in intervals.intervals
    ]
    return Table.of("intervals", "How sure the order is", columns, records)


def interval_figure(
    order: Sequence[str], intervals: RankIntervals, *, highlight: Collection[str] = ()
) -> go.Figure:
    """Draw one row for each model: its place as a dot, its interval as a line, ties as bands to the right.

    Parameters
    ----------
    order
        Ids of the ranked models, best first.
    intervals
        Their intervals.
    highlight
        Models whose rows stand out.
    """
    layout = IntervalLayout.of(order, intervals)
    figure = go.Figure()
    level = f"{intervals.level:.0%}"
    for row, (model, low, high) in enumerate(zip(layout.models, layout.lows, layout.highs, strict=True)):
        figure.add_scatter(
            x=[low, high],
            y=[row, row],
            mode="lines",
            line={"color": LINE, "width": 7},
            name=f"{level} interval",
            showlegend=row == 0,
            legendgroup="interval",
            hovertemplate=f"{model}<br>{level} interval: {low} to {high}<extra></extra>",
        )
    figure.add_scatter(
        x=layout.places,
        y=list(range(len(layout.models))),
        mode="markers",
        marker={"color": DOT, "size": 12, "line": {"width": 0}},
        unselected={"marker": {"opacity": 1}},
        name="place on all samples",
        customdata=[[model, p] for model, p in zip(layout.models, layout.p_best, strict=True)],
        hovertemplate="%{customdata[0]}<br>place %{x}<br>best: %{customdata[1]:.0%}<extra></extra>",
    )
    last = max(len(order), *layout.highs)
    _add_bands(figure, layout, last)
    _lay_out(figure, layout, last)
    stripe_models(figure, [y for y, model in enumerate(layout.models) if model in highlight])
    return figure


def _add_bands(figure: go.Figure, layout: IntervalLayout, last_rank: int) -> None:
    """Draw the tie groups beside the last rank."""
    for index, (first, last, lane) in enumerate(layout.bands):
        x = last_rank + 0.75 + LANE * lane
        names = ", ".join(layout.models[first : last + 1])
        figure.add_scatter(
            x=[x, x],
            y=[first - 0.3, last + 0.3],
            mode="lines",
            line={"color": BAND, "width": 9},
            name="not distinguishable",
            showlegend=index == 0,
            legendgroup="ties",
            hovertemplate=f"not distinguishable: {names}<extra></extra>",
        )


def _lay_out(figure: go.Figure, layout: IntervalLayout, last_rank: int) -> None:
    n_lanes = max((lane + 1 for *_, lane in layout.bands), default=0)
    step = max(1, -(-last_rank // MAX_TICKS))
    figure.update_xaxes(
        title="rank (1 is best)",
        tickvals=list(range(1, last_rank + 1, step)),
        range=[0.5, last_rank + 0.6 + LANE * (n_lanes + 0.5)],
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(layout.models))),
        ticktext=list(layout.models),
        range=[len(layout.models) - 0.4, -0.6],
        automargin=True,
        zeroline=False,
        title="model",
    )
    figure.update_layout(
        height=140 + ROW_PIXELS * len(layout.models),
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
