"""Ranks and correlations of scipy.stats, which is slow to import and therefore imported on first use.

Those with each model left out in turn are computed all at once. Leaving out one of n models takes n - 1 pairs
away, and moves up whatever comes after it. Both are read off the signs of all pairs, so that n correlations
cost as much as a few matrices of n x n.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "SCORE_ROUND_OFF",
    "average_ranks",
    "kendall_tau",
    "kendall_tau_without_each",
    "leads_of",
    "pearson",
    "round_scores",
    "spearman",
    "weighted_kendall_tau",
    "weighted_tau_without_each",
]

Array: TypeAlias = NDArray[np.float64]
Signs: TypeAlias = NDArray[np.int8]

# Scores must tie where exact arithmetic would make them equal: their significant digits, and the share of the
# metric's largest score that is taken for 0. A metric that has saturated for two models gives them -8e-25 and
# -4e-22.
SCORE_DIGITS = 10
SCORE_ROUND_OFF = 1e-15
BLOCK = 256  # models that are left out at a time


def _stats() -> ModuleType:
    from scipy import stats  # noqa: PLC0415

    return stats


def average_ranks(values: ArrayLike, *, axis: int | None = None) -> NDArray[np.float64]:
    """Ranks from 1, ties with the mean of their ranks; over all values, or along an axis."""
    ranks: NDArray[np.float64] = _stats().rankdata(values, method="average", axis=axis)
    return ranks


def leads_of(draws: NDArray[np.float64]) -> NDArray[np.int16]:
    """Count the draws in which one model is ahead of another, less those in which it is behind.

    Parameters
    ----------
    draws
        Higher is better, shape (n_draws, n_models), of at most 32,767 draws.

    Returns
    -------
    ndarray
        Shape (n_models, n_models).
    """
    n_draws, n_models = draws.shape
    # Places are small integers, and 64 comparisons of them are counted in one step.
    places = np.zeros((n_models, -(-n_draws // 64) * 64), dtype=np.min_scalar_type(2 * n_models))
    places[:, :n_draws] = 2 * average_ranks(draws, axis=-1).T
    ahead = np.empty((n_models, n_models), dtype=np.int16)
    for model, own in enumerate(places):
        bits = np.packbits(own > places, axis=1).view(np.uint64)
        ahead[model] = np.bitwise_count(bits).sum(axis=1)
    return ahead - ahead.T


def round_scores(values: ArrayLike, largest: float | None = None) -> NDArray[np.float64]:
    """Round scores of one metric to what is not round-off: ten significant digits.

    Parameters
    ----------
    values
        Scores of any shape; NaN stays NaN.
    largest
        The metric's largest absolute score, beside which 1e-15 is taken for 0; that of ``values`` if it is
        not given.
    """
    numbers = np.array(values, dtype=np.float64)
    sizes = np.abs(numbers)
    if largest is None:
        largest = float(np.nanmax(sizes, initial=0.0))
    counts = sizes >= max(SCORE_ROUND_OFF * largest, np.finfo(np.float64).tiny)
    places = SCORE_DIGITS - 1 - np.floor(np.log10(np.where(counts, sizes, 1.0)))
    # A power of ten beyond 1e300 would overflow: so small a number is scaled in two steps.
    first = np.power(10.0, np.clip(places, -300, 300))
    second = np.power(10.0, places - np.clip(places, -300, 300))
    rounded = np.round(numbers * first * second) / first / second
    return np.where(counts | np.isnan(numbers), rounded, 0.0)


def kendall_tau(x: ArrayLike, y: ArrayLike) -> float:
    """Kendall's tau-b."""
    return _statistic(_stats().kendalltau(x, y, variant="b"))


def weighted_kendall_tau(x: ArrayLike, y: ArrayLike) -> float:
    """Vigna's weighted tau with hyperbolic weights: what is largest weighs most."""
    return _statistic(_stats().weightedtau(x, y))


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's rank correlation."""
    return _statistic(_stats().spearmanr(x, y))


def pearson(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson's correlation."""
    return _statistic(_stats().pearsonr(x, y))


def _statistic(result: Any) -> float:
    return float(result.statistic)


def kendall_tau_without_each(x: Array, y: Array) -> Array:
    """Kendall's tau-b without each of the models.

    Parameters
    ----------
    x, y
        Arrays of shape (n_models,), n_models >= 3; neither is constant without any one model.

    Returns
    -------
    ndarray
        Array of shape (n_models,): the tau of all others.
    """
    signs = _signs(x), _signs(y)
    pairs = [np.abs(signs[0]), np.abs(signs[1]), signs[0] * signs[1]]
    untied_x, untied_y, agreeing = (_pairs_without_each(own) for own in pairs)
    return np.asarray(agreeing / np.sqrt(untied_x * untied_y))


def weighted_tau_without_each(x: Array, y: Array) -> Array:
    """Vigna's weighted tau, with hyperbolic weights, without each of the models; see there.

    It is the mean of the two that take their weights from the ranks under ``x`` and under ``y``.
    """
    signs = _signs(x), _signs(y)
    pairs = np.abs(signs[0]), np.abs(signs[1]), signs[0] * signs[1]
    orders = np.lexsort((y, x)), np.lexsort((x, y))
    by_x, by_y = (_weighted_without_each(pairs, order[::-1]) for order in orders)
    return (by_x + by_y) / 2


def _signs(values: Array) -> Signs:
    """Signs of the differences of all pairs, shape (n, n)."""
    return np.sign(values[:, None] - values).astype(np.int8)


def _pairs_without_each(pairs: Signs) -> Array:
    """Return the sums over the pairs of all models but one, shape (n,)."""
    of_each = pairs.sum(axis=1, dtype=np.float64)
    return np.asarray(of_each.sum() / 2 - of_each)


def _weighted_without_each(pairs: tuple[Signs, Signs, Signs], order: NDArray[np.int64]) -> Array:
    """Weigh every pair by the sum of 1 / rank of both models, the first in the order having rank 1."""
    n_models = len(order)
    rank = np.empty(n_models)
    rank[order] = np.arange(1, n_models + 1)
    totals = [own.sum(axis=1, dtype=np.float64) for own in pairs]
    found = np.empty(n_models)
    for start in range(0, n_models, BLOCK):
        left_out = np.arange(start, min(start + BLOCK, n_models))
        weights = 1 / (rank - (rank > rank[left_out, None]))
        weights[np.arange(len(left_out)), left_out] = 0.0
        untied_x, untied_y, agreeing = (
            np.einsum("ij,ij->i", weights, total - own[left_out])
            for own, total in zip(pairs, totals, strict=True)
        )
        found[left_out] = agreeing / np.sqrt(untied_x * untied_y)
    return found
