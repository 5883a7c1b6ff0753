"""The order with the least weighted number of swapped pairs (Kemeny), exact for few models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.ranking.consensus import Scores

__all__ = ["MAX_EXACT", "kemeny_order", "preferences"]

Array: TypeAlias = NDArray[np.float64]

MAX_EXACT = 12


def preferences(ranks: Scores, weights: Mapping[str, float], models: Sequence[str]) -> Array:
    """Sum the weights of the metrics that rank the first model before the second, shape (m, m).

    A tie adds half the weight to each; a metric without a score for one of the two adds nothing.

    Parameters
    ----------
    ranks
        Metric -> model -> rank, 1 is best.
    weights
        Weight of each metric.
    models
        m ids.
    """
    total = np.zeros((len(models), len(models)))
    for name, ranked in ranks.items():
        places = np.array([ranked.get(model, np.nan) for model in models])
        gap = places[None, :] - places[:, None]
        total += weights.get(name, 0.0) * np.where(np.isnan(gap), 0.0, 0.5 * (1 + np.sign(gap)))
    np.fill_diagonal(total, 0.0)
    return total


def kemeny_order(
    ranks: Scores, weights: Mapping[str, float], start: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """Order models so that the weight of the pairs that metrics order the other way is least.

    Up to 12 models by dynamic programming over subsets, which is exact; for more by moving single models
    while that improves the order, which is a heuristic.

    Parameters
    ----------
    ranks
        Metric -> model -> rank, 1 is best.
    weights
        Weight of each metric.
    start
        The models in an order that decides between equally good ones, and from which the heuristic starts.

    Returns
    -------
    tuple
        The order, best first, and whether it is exact.

    References
    ----------
    .. [1] Kemeny: Mathematics without numbers. Daedalus 88, 1959.
    .. [2] Betzler, Fellows, Guo, Niedermeier, Rosamond: Fixed-parameter algorithms for Kemeny rankings.
       Theoretical Computer Science 410, 2009. doi:10.1016/j.tcs.2009.08.033
    """
    lost = preferences(ranks, weights, start).T  # what is lost by putting the first before the second
    is_exact = len(start) <= MAX_EXACT
    order = _best_of_all(lost) if is_exact else _improve(lost)
    return tuple(start[i] for i in order), is_exact


def _best_of_all(lost: Array) -> list[int]:
    """Find the order of least cost, from that of every subset; ties keep the order of the start."""
    n_models = len(lost)
    cost = np.full(1 << n_models, np.inf)
    last = np.zeros(1 << n_models, dtype=np.int64)
    cost[0] = 0.0
    for subset in range(1, 1 << n_models):
        members = [i for i in range(n_models) if subset >> i & 1]
        for model in reversed(members):
            before = subset & ~(1 << model)
            value = cost[before] + sum(lost[other, model] for other in members)
            if value < cost[subset] - 1e-12:
                cost[subset], last[subset] = value, model
    order: list[int] = []
    subset = (1 << n_models) - 1
    while subset:
        order.append(int(last[subset]))
        subset &= ~(1 << order[-1])
    return order[::-1]


def _improve(lost: Array) -> list[int]:
    """Move single models to their best place until no move helps."""
    order = np.arange(len(lost))
    gains = lost.T - lost  # row: of a model that is put before another instead of behind it
    moved = True
    while moved:
        moved = False
        for model in range(len(order)):
            now = int(np.flatnonzero(order == model)[0])
            rest = np.delete(order, now)
            # Cost of each place, relative to the front: every model passed is before instead of behind.
            costs = np.concatenate([[0.0], np.cumsum(gains[model, rest])])
            place = int(np.argmin(costs))
            if costs[place] < costs[now] - 1e-12:
                order = np.insert(rest, place, model)
                moved = True
    return [int(model) for model in order]
