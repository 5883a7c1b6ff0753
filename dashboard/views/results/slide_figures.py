"""The figure of each slide, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import plotly.graph_objects as go

from dashboard import jobs
from dashboard.views.results import projections as projected
from dashboard.views.results.summary import verdict_once
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.reports.figures.evidence import correlation_figure, truth_figure
from ptmrank_core.reports.figures.intervals import interval_figure
from ptmrank_core.reports.figures.scatter import projection_figure
from ptmrank_core.reports.figures.style.projector import SMALL_LETTERS
from ptmrank_core.results.cost import COST_TITLES, costs_of, fronts_of
from ptmrank_core.results.evidence import (
    CONSENSUS,
    PARAMETERS,
    contender_title,
    contenders_of,
    evidence_of,
    measure_title,
)
from ptmrank_core.results.slides import SlideKind, shown_model, strongest_truth

__all__ = ["SlideFigure", "figure_of"]

MAX_MODELS = 8  # rows of a figure that are read from the back of a room
MAX_METRICS = 6  # beside the consensus and the size
MAX_CLASSES = 12  # in a legend
CORRELATION = "weighted_tau"
POINT_PIXELS = 9
LEAST_ROOM = (800, 180)  # pixels within the axes, on a small screen


@dataclass(frozen=True, eq=False, slots=True)
class SlideFigure:
    """A figure, and what it shows for readers who cannot see it."""

    figure: go.Figure
    alt: str


Drawn: TypeAlias = SlideFigure | str


def figure_of(kind: SlideKind, result: RunResult, ranking: Ranking) -> Drawn:
    """Draw the figure of a slide; a text says why there is none, an empty one that none is needed."""
    return _MADE[kind](result, ranking)


def _none(result: RunResult, ranking: Ranking) -> Drawn:
    del result, ranking
    return ""


def _intervals(result: RunResult, ranking: Ranking) -> Drawn:
    del result
    intervals = ranking.intervals
    if intervals is None or len(ranking.order) < 2:
        return ""
    order = tuple(model for model in ranking.order if model in intervals.intervals)[:MAX_MODELS]
    shown = replace(
        intervals,
        intervals={model: intervals.intervals[model] for model in order},
        ties=tuple(group for ties in intervals.ties if len(group := _among(ties, order)) > 1),
    )
    return SlideFigure(
        interval_figure(order, shown),
        f"Place of the first {len(order)} models with their intervals, and which of them are tied",
    )


def _among(models: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(model for model in models if model in order)


def _sight(result: RunResult, ranking: Ranking) -> Drawn:
    model = shown_model(verdict_once(result, ranking), ranking)
    try:
        samples, points = jobs.samples_of(result), projected.projection(result, model)
    except PTMRankError:
        return f"The features of {model} are not kept any more: run it again to see them."
    figure = projection_figure(points, samples, samples.names.__getitem__)
    figure.update_xaxes(title=None, showticklabels=False, showgrid=False)
    figure.update_yaxes(title=None, showticklabels=False, showgrid=False)
    figure.update_traces(marker_size=POINT_PIXELS)
    figure.update_layout(
        legend_itemsizing="constant",
        showlegend=samples.target_kind != "regression" and len(figure.data) <= MAX_CLASSES,
    )
    return SlideFigure(figure, f"Projected embeddings of {model}, coloured by label")


def _hold(result: RunResult, ranking: Ranking) -> Drawn:
    strongest = strongest_truth(result)
    if strongest is None:
        return ""
    name, truth = strongest
    wanted = {*_heaviest(ranking), CONSENSUS, PARAMETERS}
    known = evidence_of(result, ranking)[name]
    evidence = {contender: one for contender, one in known.items() if contender in wanted}
    if any(one.correlations[CORRELATION] is not None for one in evidence.values()):
        alt = f"Weighted tau of the metrics that weigh most with {measure_title(truth)}"
        return SlideFigure(correlation_figure(evidence, CORRELATION), alt)
    values, _ = contenders_of(result, ranking).get(CONSENSUS, ({}, False))
    if not values:
        return ""
    alt = f"{contender_title(CONSENSUS)} against {measure_title(truth)}, one dot for each model"
    return SlideFigure(truth_figure(CONSENSUS, values, truth, ranking.order), alt)


def _heaviest(ranking: Ranking) -> list[str]:
    """Name the metrics whose votes weigh most, as many as there is room for."""
    by_weight = sorted(ranking.votes, key=lambda name: -ranking.votes[name].weight) or list(
        ranking.per_metric
    )
    return by_weight[:MAX_METRICS]


def _cost(result: RunResult, ranking: Ranking) -> Drawn:
    costs = costs_of(result)
    name, front = next(iter(fronts_of(costs, ranking).items()), (None, ()))
    if name is None:
        return ""
    figure = cost_figure(name, costs, ranking, front, letters=SMALL_LETTERS, room=LEAST_ROOM)
    return SlideFigure(figure, f"Place against {COST_TITLES[name]}")


_MADE: Mapping[SlideKind, Callable[[RunResult, Ranking], Drawn]] = MappingProxyType(
    {
        SlideKind.ANSWER: _none,
        SlideKind.CERTAINTY: _intervals,
        SlideKind.SIGHT: _sight,
        SlideKind.HOLD: _hold,
        SlideKind.COST: _cost,
    }
)
