"""Ranks and correlations of scipy.stats, which is slow to import and therefore imported on first use."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "SCORE_ROUND_OFF",
    "average_ranks",
    "kendall_tau",
    "leads_of",
    "pearson",
    "round_scores",
    "spearman",
    "weighted_kendall_tau",
]

# Scores must tie where exact arithmetic would make them equal: their significant digits, and the share of the
# metric's largest score that is taken for 0. A metric that has saturated for two models gives them -8e-25 and
# -4e-22.
SCORE_DIGITS = 10
SCORE_ROUND_OFF = 1e-15


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
