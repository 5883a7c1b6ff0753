"""One metric: the score of every model, its rank and its rank interval."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult, Score
from ptmrank_core.reports.figures.intervals import DOT, LINE
from ptmrank_core.reports.figures.style.theme import BRIGHT, ROW_PIXELS, set_least_width, stripe_models
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, fixed, shared_format
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["MetricLayout", "MetricRow", "metric_figure", "metric_table"]

WARNED = BRIGHT[1]
MAX_TICKS = 10
LEAST = 620  # pixels


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One model under a metric.

    Parameters
    ----------
    model
        Its id.
    score, rank
        Its score, and its rank among the models with one.
    interval
        Ranks that the samples are compatible with; ``None`` where that is not known.
    p_best
        How often it is the best; ``None`` where that is not known.
    warnings
        What the metric warns of in this score.
    """

    model: str
    score: float
    rank: float
    interval: tuple[int, int] | None
    p_best: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricLayout:
    """The numbers of one metric, best model first; ``level`` is ``None`` where there are no intervals."""

    metric: str
    rows: tuple[MetricRow, ...]
    level: float | None

    @classmethod
    def of(cls, metric: str, result: RunResult, ranking: Ranking) -> MetricLayout:
        """Collect the scores of a run under one metric."""
        scores = scores_by_metric(result.of_candidates().cells)[metric]
        intervals = ranking.metric_intervals.get(metric)
        warned = {
            cell.model: cell.warnings
            for cell in result.cells
            if isinstance(cell, Score) and cell.metric == metric
        }
        rows = tuple(
            MetricRow(
                model=model,
                score=scores[model],
                rank=ranking.ranks[metric][model],
                interval=intervals.intervals.get(model) if intervals else None,
                p_best=intervals.p_best.get(model) if intervals else None,
                warnings=warned[model],
            )
            for model in ranking.per_metric[metric]
        )
        return cls(metric, rows, intervals.level if intervals else None)


def metric_table(layout: MetricLayout) -> Table:
    """Write the numbers of one metric: ranks, scores, intervals and warnings."""
    columns = (
        Column("rank", "rank", "number", SIGNIFICANT),
        Column("model", "model"),
        Column("score", "score", "number", shared_format(row.score for row in layout.rows)),
        Column("rank_from", "rank from", "integer"),
        Column("rank_to", "rank to", "integer"),
        Column("p_best", "P(best)", "number", fixed(2)),
        Column("warnings", "warnings"),
    )
    records = [
        {
            "rank": row.rank,
            "model": row.model,
            "score": row.score,
            "rank_from": row.interval[0] if row.interval else None,
            "rank_to": row.interval[1] if row.interval else None,
            "p_best": row.p_best,
            "warnings": " ".join(row.warnings) or None,
        }
        for row in layout.rows
    ]
    return Table.of(layout.metric, METRICS[layout.metric].title, columns, records).known()


def metric_figure(layout: MetricLayout, *, highlight: Collection[str] = ()) -> go.Figure:
    """Draw one row for each model: its score as a dot, and beside it its rank with the interval.

    Nothing starts at zero: scores may be negative, and their zero means nothing.

    Parameters
    ----------
    layout
        What is drawn.
    highlight
        Models whose rows stand out.
    """
    rows = list(enumerate(layout.rows))
    figure = go.Figure()
    for is_warned, symbol, color, name in (
        (False, "circle", DOT, "score"),
        (True, "circle-open", WARNED, "score that the metric warns of"),
    ):
        shown = [(y, row) for y, row in rows if bool(row.warnings) == is_warned]
        if shown:
            figure.add_scatter(
                x=[row.score for _, row in shown],
                y=[y for y, _ in shown],
                customdata=[[row.model, " ".join(row.warnings)] for _, row in shown],
                mode="markers",
                marker={"color": color, "symbol": symbol, "size": 11, "line": {"width": 3}},
                name=name,
                hovertemplate="%{customdata[0]}<br>%{x:.4g} %{customdata[1]}<extra></extra>",
            )
    _add_ranks(figure, layout)
    _lay_out(figure, layout)
    stripe_models(figure, [y for y, row in rows if row.model in highlight])
    return figure


def _add_ranks(figure: go.Figure, layout: MetricLayout) -> None:
    """Draw the ranks and their intervals in a panel of their own."""
    spans = [(y, *row.interval) for y, row in enumerate(layout.rows) if row.interval]
    if spans:
        figure.add_scatter(
            x=[end for _, low, high in spans for end in (low, high, None)],
            y=[row for y, *_ in spans for row in (y, y, None)],
            xaxis="x2",
            mode="lines",
            line={"color": LINE, "width": 7},
            name=f"{layout.level or 0:.0%} interval of its rank",
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[row.rank for row in layout.rows],
        y=list(range(len(layout.rows))),
        xaxis="x2",
        customdata=[[row.model, *(row.interval or (row.rank, row.rank))] for row in layout.rows],
        mode="markers",
        marker={"color": DOT, "symbol": "diamond", "size": 10},
        name="rank",
        hovertemplate="%{customdata[0]}<br>rank %{x}, %{customdata[1]} to %{customdata[2]}<extra></extra>",
    )


def _lay_out(figure: go.Figure, layout: MetricLayout) -> None:
    spec, n_rows = METRICS[layout.metric], len(layout.rows)
    direction = "higher is better" if spec.higher_is_better else "lower is better"
    step = max(1, -(-n_rows // MAX_TICKS))
    figure.update_layout(
        xaxis={"domain": [0, 0.58], "title": f"{spec.title} ({direction})", "zeroline": False},
        xaxis2={"domain": [0.64, 1], "title": "rank (1 is best)", "zeroline": False}
        | {"range": [0.4, n_rows + 0.6], "tickvals": list(range(1, n_rows + 1, step))},
        yaxis={"range": [n_rows - 0.4, -0.6], "zeroline": False, "automargin": True}
        | {"tickvals": list(range(n_rows)), "ticktext": [row.model for row in layout.rows]},
        height=140 + ROW_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_yaxes(title="model")
    figure.update_xaxes(nticks=4, selector={"anchor": "y"})
    set_least_width(figure, LEAST)
