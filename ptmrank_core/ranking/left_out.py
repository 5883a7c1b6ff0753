"""Rank correlations with each model left out in turn, all at once.

Leaving out one of n models takes n - 1 pairs away, and moves up whatever comes after it. Both are read off
the signs of all pairs, so that n correlations cost as much as a few matrices of n x n.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["kendall_tau_without_each", "weighted_tau_without_each"]

Array: TypeAlias = NDArray[np.float64]
Signs: TypeAlias = NDArray[np.int8]
BLOCK = 256  # models that are left out at a time


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
    """Vigna's weighted tau, with hyperbolic weights, without each of the models; see above.

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
