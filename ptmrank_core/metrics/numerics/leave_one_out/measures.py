"""How good predictions are: votes for classes, means for numbers, shares for several labels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["count_hits", "mean_precision", "mean_r2"]

Array: TypeAlias = NDArray[np.float64]


def count_hits(votes: Array | NDArray[np.bool_], labels: NDArray[np.int64]) -> Array:
    """Whether the own class has most votes; several with most share the hit.

    Parameters
    ----------
    votes
        Array of shape (n_samples, n_classes).
    labels
        Codes of the own classes, shape (n_samples,).
    """
    is_most = votes == votes.max(axis=1, keepdims=True)
    return np.asarray(is_most[np.arange(len(labels)), labels] / is_most.sum(axis=1))


def mean_r2(targets: Array, predicted: Array) -> float:
    """Predicted share of the variance of the targets, mean over those that vary; 0 where none does."""
    spread = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    missed = ((targets - predicted) ** 2).sum(axis=0)
    varies = (targets != targets[0]).any(axis=0)
    return float(np.mean(1 - missed[varies] / spread[varies])) if varies.any() else 0.0


def mean_precision(targets: Array, predicted: Array) -> float:
    """Average precision, mean over the labels that some samples have; 0 where none has any."""
    known = [
        _precision(truth, scores) for truth, scores in zip(targets.T, predicted.T, strict=True) if truth.any()
    ]
    return float(np.mean(known)) if known else 0.0


def _precision(truth: Array, scores: Array) -> float:
    """Sum of the precision at each distinct score times the recall that it adds."""
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    found = np.cumsum(truth[order])[last]
    return float(np.sum(np.diff(found, prepend=0.0) * found / (last + 1)) / truth.sum())
