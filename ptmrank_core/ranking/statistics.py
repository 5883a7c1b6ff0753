"""Ranks and correlations of scipy.stats, which is slow to import and therefore imported on first use."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["average_ranks", "kendall_tau", "pearson", "spearman", "weighted_kendall_tau"]


def _stats() -> ModuleType:
    from scipy import stats  # noqa: PLC0415

    return stats


def average_ranks(values: ArrayLike, *, axis: int | None = None) -> NDArray[np.float64]:
    """Ranks from 1, ties with the mean of their ranks; over all values, or along an axis."""
    ranks: NDArray[np.float64] = _stats().rankdata(values, method="average", axis=axis)
    return ranks


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
