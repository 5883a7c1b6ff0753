"""The first models of a ranking: as many as a figure can show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType

from ptmrank_core.records import Ranking, RankIntervals

__all__ = ["N_SHOWN", "first_intervals", "first_models"]

# Rows of a figure that can still be read; the tables have every model.
N_SHOWN = 50


def first_models(ranking: Ranking, n_models: int = N_SHOWN) -> Ranking:
    """Leave the first models in a ranking, with the places, ranks and intervals that they have among all.

    Parameters
    ----------
    ranking
        Of a run.
    n_models
        How many stay, those without a rank after all others; the ranking itself if it has no more.
    """
    if len(ranking.order) + len(ranking.unranked) <= n_models:
        return ranking
    order = ranking.order[:n_models]
    return replace(
        ranking,
        order=order,
        mean_ranks=MappingProxyType({model: ranking.mean_ranks[model] for model in order}),
        unranked=ranking.unranked[: n_models - len(order)],
        intervals=ranking.intervals and first_intervals(ranking.intervals, order),
    )


def first_intervals(intervals: RankIntervals, models: Collection[str]) -> RankIntervals:
    """Leave some models in intervals; of tie groups what is left of two or more, none within another."""
    kept = set(models)
    if kept.issuperset(intervals.intervals):
        return intervals
    ties: list[tuple[str, ...]] = []
    for group in intervals.ties:
        left = tuple(model for model in group if model in kept)
        if len(left) > 1 and not (ties and set(left) <= set(ties[-1])):
            ties.append(left)
    return replace(
        intervals,
        intervals=MappingProxyType({m: own for m, own in intervals.intervals.items() if m in kept}),
        p_best=MappingProxyType({m: own for m, own in intervals.p_best.items() if m in kept}),
        shifts=MappingProxyType({m: own for m, own in intervals.shifts.items() if m in kept}),
        ties=tuple(ties),
    )
