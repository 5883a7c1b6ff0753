"""How far the metrics agree: all pairs as a heatmap, and one pair model by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.style.theme import BRIGHT, INK
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, shared_format
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["PairLayout", "agreement_figure", "let_cells_be_chosen", "pair_figure", "pair_table"]

MAX_NAMES = 25
CELL_PIXELS, CELL_MARK = 34, 30


def agreement_figure(agreement: Agreement) -> go.Figure:
    """Draw Kendall's tau between metrics, those that agree side by side; what is not defined is empty."""
    shown = agreement.clustered()
    titles = [METRICS[metric].title for metric in shown.metrics]
    text = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in shown.tau]
    figure = go.Figure(
        go.Heatmap(
            z=shown.tau,
            x=titles,
            y=titles,
            text=text,
            texttemplate="%{text}",
            customdata=np.dstack([shown.n_models, shown.low, shown.high, shown.weighted, shown.spearman]),
            zmin=-1,
            zmax=1,
            colorscale="PuOr",
            colorbar={"title": "Kendall τ", "len": 0.8},
            hovertemplate="%{y} and %{x}<br>τ = %{z:.2f} over %{customdata[0]:.0f} models, 90 % interval"
            " %{customdata[1]:.2f} to %{customdata[2]:.2f}<br>weighted τ %{customdata[3]:.2f}, Spearman"
            " %{customdata[4]:.2f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(tickangle=-60, automargin=True)
    figure.update_layout(
        height=150 + CELL_PIXELS * len(titles),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        modebar={"orientation": "v"},
    )
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


def pair_figure(layout: PairLayout, *, by_rank: bool) -> go.Figure:
    """Draw a dot for each model: its ranks, or scores, under two metrics."""
    values = layout.ranks if by_rank else layout.scores
    last = max((max(pair) for pair in layout.ranks), default=1.0)
    figure = go.Figure()
    if by_rank:
        ends = [0.5, last + 0.5]
        figure.add_scatter(
            x=ends,
            y=ends,
            mode="lines",
            line={"color": BRIGHT[6], "dash": "dot", "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=[pair[0] for pair in values],
        y=[pair[1] for pair in values],
        text=[model.removeprefix("demo:") for model in layout.models],
        customdata=list(layout.models),
        mode="markers+text" if len(layout.models) <= MAX_NAMES else "markers",
        textposition=["top center" if i % 2 else "bottom center" for i in range(len(layout.models))],
        textfont={"size": 11, "color": INK},
        cliponaxis=False,
        marker={"color": BRIGHT[0], "size": 10},
        hovertemplate="%{customdata}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        showlegend=False,
    )
    for update, name in ((figure.update_xaxes, layout.first), (figure.update_yaxes, layout.second)):
        update(title=_axis_title(name, by_rank=by_rank), zeroline=False, automargin=True)
        if by_rank:
            update(range=[last + 0.6, 0.4], dtick=max(1, -(-int(last) // 15)), tick0=1)
    figure.update_layout(height=460, margin={"l": 10, "r": 30, "t": 20, "b": 40})
    return figure


def _axis_title(metric: str, *, by_rank: bool) -> str:
    spec = METRICS[metric]
    if by_rank:
        return f"rank under {spec.title} (1 is best)"
    return f"{spec.title} ({'higher' if spec.higher_is_better else 'lower'} is better)"
