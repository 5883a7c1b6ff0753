"""Distances between pairs of classes by hand, and that GBC is their sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import class_distances, gbc

RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1, 2, 3], [10, 25, 7, 30])


def literal_distances(features: np.ndarray, shape: str) -> np.ndarray:
    """Bhattacharyya distances of [1], one pair at a time, with full covariance matrices."""
    centred = features - features.mean(axis=0)
    scores = centred @ np.linalg.svd(centred, full_matrices=False)[2][:64].T
    found = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            one, other = scores[i == LABELS], scores[j == LABELS]
            v, w = (np.maximum(rows.var(axis=0), 1e-4) for rows in (one, other))
            if shape == "fulldet":
                v, w = np.full_like(v, v.mean()), np.full_like(w, w.mean())
            middle = np.diag((v + w) / 2)
            gap = one.mean(axis=0) - other.mean(axis=0)
            logs = [np.linalg.slogdet(matrix)[1] for matrix in (middle, np.diag(v), np.diag(w))]
            found[i, j] = gap @ np.linalg.solve(middle, gap) / 8 + (logs[0] - (logs[1] + logs[2]) / 2) / 2
    return found


@pytest.mark.parametrize("shape", ["diagonal", "fulldet"])
@pytest.mark.parametrize("width", [6, 100])
def test_distances_follow_their_formula(shape: Any, width: int) -> None:
    """Each pair is as far apart as its covariance matrices say, tall and wide."""
    features = RNG.normal(size=(72, width)) + RNG.normal(size=(4, width))[LABELS]
    assert class_distances(features, LABELS, shape=shape) == pytest.approx(
        literal_distances(features, shape), rel=1e-6, abs=1e-9
    )


def test_gbc_adds_them_up() -> None:
    """Minus the sum of exp(-distance) over ordered pairs is the metric."""
    features = RNG.normal(size=(72, 5)) + RNG.normal(size=(4, 5))[LABELS]
    distances = class_distances(features, LABELS)
    assert -np.exp(-distances[~np.eye(4, dtype=bool)]).sum() == pytest.approx(gbc(features, LABELS))


def test_one_class_is_refused() -> None:
    """There is no pair."""
    with pytest.raises(MetricInputError):
        class_distances(np.eye(3), [1, 1, 1])
