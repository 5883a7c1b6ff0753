"""SFDA from the samples before its pull, written out: what the records of SFDA and PED are rebuilt with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["own", "pull", "second_logits", "softmax"]

Array: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]


def softmax(logits: Array) -> Array:
    """Probabilities of each row."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def own(table: Array, labels: Codes) -> Array:
    """What each row says of the sample's own class."""
    return np.array([row[label] for row, label in zip(table, labels, strict=True)])


def pull(points: Array, labels: Codes, mixing: Array) -> Array:
    """q_i x_i + (1 - q_i) m_y, m_y the mean of the other classes' means."""
    means = np.array([points[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    others = [np.delete(means, c, axis=0).mean(axis=0) for c in range(len(means))]
    return np.array(
        [q * x + (1 - q) * others[label] for x, label, q in zip(points, labels, mixing, strict=True)]
    )


def second_logits(pulled: Array, labels: Codes, shrinkage: float, n_features: int) -> Array:
    """Logits x' S^-1 mu_c - 1/2 mu_c' S^-1 mu_c + ln pi_c with S = (1 - s) S_w + s tr(S_w)/d I."""
    counts = np.bincount(labels)
    means = np.array([pulled[labels == c].mean(axis=0) for c in range(len(counts))])
    deviations = pulled - means[labels]
    within = deviations.T @ deviations / len(labels)
    shrunk = (1 - shrinkage) * within + shrinkage * np.trace(within) / n_features * np.eye(len(within))
    axes = np.linalg.solve(shrunk, means.T)
    halves = 0.5 * np.sum(means.T * axes, axis=0)
    return np.asarray(pulled @ axes - halves + np.log(counts / len(labels)))
