"""How far the metrics agree: all pairs as a heatmap, and one pair model by model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.style.cells import numbers_in_cells
from ptmrank_core.reports.figures.style.labels import beside_marks, padded
from ptmrank_core.reports.figures.style.rank_colours import TAU
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK, set_least_width
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, shared_format
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["PairLayout", "agreement_figure", "let_cells_be_chosen", "pair_figure", "pair_table"]

LEAST, INSIDE = 560, (430, 350)  # pixels of a pair, and what its axes enclose of them
LETTERS = 11
CELL_PIXELS, CELL_MARK, LABEL_PIXELS = 34, 30, 280


def agreement_figure(agreement: Agreement) -> go.Figure:
    """Draw Kendall's tau between metrics, those that agree side by side; what is not defined is empty."""
    shown = agreement.clustered()
    titles = [METRICS[metric].title for metric in shown.metrics]
    cells = [
        (titles[x], titles[y], f"{value:.2f}", (float(value) + 1) / 2)
        for y, row in enumerate(shown.tau)
        for x, value in enumerate(row)
        if not np.isnan(value)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=shown.tau,
            x=titles,
            y=titles,
            customdata=np.dstack([shown.n_models, shown.low, shown.high, shown.weighted, shown.spearman]),
            zmin=-1,
            zmax=1,
            colorscale=TAU.scale(),
            colorbar={"title": "Kendall τ", "len": 0.8},
            hovertemplate="%{y} and %{x}<br>τ = %{z:.2f} over %{customdata[0]:.0f} models, 90 % interval"
            " %{customdata[1]:.2f} to %{customdata[2]:.2f}<br>weighted τ %{customdata[3]:.2f}, Spearman"
            " %{customdata[4]:.2f}<extra></extra>",
        )
    )
    figure.add_trace(numbers_in_cells(cells, TAU, size=11))
    figure.update_yaxes(autorange="reversed", automargin=True, title="metric")
    figure.update_xaxes(tickangle=-60, automargin=True, title="metric")
    figure.update_layout(
        height=190 + CELL_PIXELS * len(titles),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        modebar={"orientation": "v"},
    )
    set_least_width(figure, LABEL_PIXELS + CELL_PIXELS * len(titles))
    return figure


def let_cells_be_chosen(figure: go.Figure, agreement: Agreement) -> None:
    """Add a nearly transparent mark over every cell: Streamlit lets marks be selected, not cells.

    A mark's ``customdata`` is the pair, by the metrics' names.
    """
    shown = agreement.clustered()
    pairs = [(first, second) for first in shown.metrics for second in shown.metrics if first != second]
    figure.add_scatter(
        x=[METRICS[second].title for _, second in pairs],
        y=[METRICS[first].title for first, _ in pairs],
        customdata=[list(pair) for pair in pairs],
        mode="markers",
        marker={"symbol": "square", "size": CELL_MARK, "color": BRIGHT[0], "opacity": 0.01},
        selected={"marker": {"opacity": 0.35}},
        unselected={"marker": {"opacity": 0.01}},
        hoverinfo="none",
        showlegend=False,
    )


@dataclass(frozen=True, slots=True)
class PairLayout:
    """Models under two metrics, by place in the order.

    Parameters
    ----------
    first, second
        Names of the metrics.
    models
        Those with a score under both, best of the order first.
    scores, ranks
        For each model the pair.
    """

    first: str
    second: str
    models: tuple[str, ...]
    scores: tuple[tuple[float, float], ...]
    ranks: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, first: str, second: str, result: RunResult, ranking: Ranking) -> PairLayout:
        """Collect the models of a run under two metrics."""
        scores = scores_by_metric(result.of_candidates().cells)
        scored = scores[first].keys() & scores[second].keys()
        models = tuple(model for model in (*ranking.order, *ranking.unranked) if model in scored)
        return cls(
            first,
            second,
            models,
            _pairs(scores, first, second, models),
            _pairs(ranking.ranks, first, second, models),
        )


def _pairs(
    values: Mapping[str, Mapping[str, float]], first: str, second: str, models: Sequence[str]
) -> tuple[tuple[float, float], ...]:
    return tuple((values[first][model], values[second][model]) for model in models)


def pair_table(layout: PairLayout) -> Table:
    """Write the scores and the ranks of the models under two metrics."""
    names = (layout.first, layout.second)
    titles = [METRICS[name].title for name in names]
    columns = (
        Column("model", "model"),
        *(
            Column(f"rank_{i}", f"rank, {title}", "number", SIGNIFICANT)
            for i, title in enumerate(titles, start=1)
        ),
        *(
            Column(f"score_{i}", f"score, {title}", "number", shared_format(s[i - 1] for s in layout.scores))
            for i, title in enumerate(titles, start=1)
        ),
    )
    records = [
        {"model": model, "rank_1": rank[0], "rank_2": rank[1], "score_1": score[0], "score_2": score[1]}
        for model, rank, score in zip(layout.models, layout.ranks, layout.scores, strict=True)
    ]
    return Table.of("pair", " and ".join(titles), columns, records)


def pair_figure(layout: PairLayout, *, by_rank: bool, highlight: Collection[str] = ()) -> go.Figure:
    """Draw a dot for each model: its ranks, or scores, under two metrics.

    Parameters
    ----------
    layout
        What is drawn.
    by_rank
        Whether ranks are drawn, not scores.
    highlight
        Models that stand out.
    """
    values = layout.ranks if by_rank else layout.scores
    last = max((max(pair) for pair in layout.ranks), default=1.0)
    ends = [last + 0.6, 0.4]
    ranges = (ends, ends) if by_rank else (_range(values, 0), _range(values, 1))
    figure = go.Figure()
    if by_rank:
        figure.add_scatter(
            x=[0.5, last + 0.5],
            y=[0.5, last + 0.5],
            mode="lines",
            line={"color": BRIGHT[6], "dash": "dot", "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_trace(_dots(layout, values, ranges, highlight))
    for axis, name, ends in (("xaxis", layout.first, ranges[0]), ("yaxis", layout.second, ranges[1])):
        look = {"title": _axis_title(name, by_rank=by_rank), "zeroline": False, "automargin": True}
        look |= {"range": ends} | ({"dtick": max(1, -(-int(last) // 10)), "tick0": 1} if by_rank else {})
        figure.update_layout({axis: look})
    figure.update_layout(height=460, margin={"l": 10, "r": 30, "t": 20, "b": 40})
    figure.update_xaxes(nticks=5 if not by_rank else None)
    set_least_width(figure, LEAST)
    return figure


def _range(values: Sequence[tuple[float, float]], place: int) -> list[float]:
    return padded([pair[place] for pair in values])


def _dots(
    layout: PairLayout,
    values: Sequence[tuple[float, float]],
    ranges: tuple[list[float], list[float]],
    highlight: Collection[str],
) -> go.Scatter:
    """Draw the models, named where there is room; those that stand out are named first."""
    order = sorted(range(len(values)), key=lambda index: layout.models[index] not in highlight)
    models = [layout.models[index] for index in order]
    points = [values[index] for index in order]
    labels = beside_marks(points, models, ranges=ranges, pixels=INSIDE, size=LETTERS)
    stands_out = [model in highlight for model in models]
    return go.Scatter(
        x=[pair[0] for pair in points],
        y=[pair[1] for pair in points],
        text=list(labels.texts),
        customdata=models,
        mode="markers+text",
        textposition=list(labels.sides),
        textfont={"size": LETTERS, "color": INK},
        cliponaxis=False,
        marker={
            "color": [BRIGHT[1] if own else BRIGHT[0] for own in stands_out],
            "size": [15 if own else 10 for own in stands_out],
        },
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{customdata}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        showlegend=False,
    )


def _axis_title(metric: str, *, by_rank: bool) -> str:
    spec = METRICS[metric]
    if by_rank:
        return f"rank under {spec.title} (1 is best)"
    return f"{spec.title} ({'higher' if spec.higher_is_better else 'lower'} is better)"
