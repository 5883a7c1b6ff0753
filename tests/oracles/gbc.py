"""GBC: two Gaussians at a time, in the space of the first principal components."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import SMALL_DIRECTIONS, Array, Opinion, centred, classes_of, of_features

FLOOR = 1e-4


def gbc(features: Array, labels: Array, shape: str) -> float:
    """Minus the overlap exp(-D_B) of every ordered pair; ``spherical``, ``fulldet`` or ``diagonal``."""
    left, singular, _ = np.linalg.svd(centred(features), full_matrices=False)
    groups = classes_of((left * singular)[:, :64], labels)
    score = 0.0
    for i, one in enumerate(groups):
        for j, other in enumerate(groups):
            if i != j:
                score -= math.exp(-_distance(one, other, shape))
    return score


def _distance(one: Array, other: Array, shape: str) -> float:
    """Bhattacharyya distance of two classes."""
    v, w = (np.maximum(rows.var(axis=0), FLOOR) for rows in (one, other))
    apart = (one.mean(axis=0) - other.mean(axis=0)) ** 2
    if shape == "diagonal":
        middle = (v + w) / 2
        logs = sum(math.log(m / math.sqrt(a * b)) for m, a, b in zip(middle, v, w, strict=True))
        return float(np.sum(apart / middle) / 8 + logs / 2)
    a, b = v.mean(), w.mean()
    times = len(v) if shape == "fulldet" else 1
    return float(apart.sum() / ((a + b) / 2) / 8 + times * math.log((a + b) / 2 / math.sqrt(a * b)) / 2)


OPINIONS = {
    "gbc": Opinion(of_features(gbc, "spherical"), 1e-9, SMALL_DIRECTIONS),
    "gbc:diagonal": Opinion(of_features(gbc, "diagonal"), 1e-9, SMALL_DIRECTIONS),
    "gbc:fulldet": Opinion(of_features(gbc, "fulldet"), 1e-9, SMALL_DIRECTIONS),
}
