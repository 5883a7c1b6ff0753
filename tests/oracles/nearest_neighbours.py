"""Nearest neighbours, one sample at a time; scikit-learn says how good the predictions are."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score, r2_score

from tests.oracles.common import ROUNDING, Array, Given, Opinion, of_features

K = 5
# Distances of small differences of large numbers agree to about this share.
SAME = 1 + 1e-7


def nearest(features: Array, i: int) -> list[int]:
    """All other samples that are at most as far from sample i as the fifth of them."""
    others = [j for j in range(len(features)) if j != i]
    distances = [float(np.linalg.norm(features[j] - features[i])) for j in others]
    limit = sorted(distances)[min(K, len(others)) - 1] * SAME
    return [j for j, distance in zip(others, distances, strict=True) if distance <= limit]


def accuracy(features: Array, labels: Array) -> float:
    """Share of samples whose class has most votes; one of c classes with most votes is right 1 time in c."""
    right = 0.0
    for i, label in enumerate(labels):
        votes = [labels[j] for j in nearest(features, i)]
        counts = {c: votes.count(c) for c in set(votes)}
        winners = [c for c, count in counts.items() if count == max(counts.values())]
        right += (label in winners) / len(winners)
    return right / len(labels)


def of_targets(given: Given, targets: Array) -> float:
    """R2 of the neighbours' mean, mean over targets; average precision where all are zeros and ones."""
    features = given["embeddings"]
    predicted = np.array([targets[nearest(features, i)].mean(axis=0) for i in range(len(features))])
    if set(np.unique(targets)) <= {0.0, 1.0}:
        known = [k for k in range(targets.shape[1]) if targets[:, k].any()]
        # Means of 0/1 over five others round differently; those of a sum and a count do not.
        return float(
            np.mean([average_precision_score(targets[:, k], predicted[:, k].round(12)) for k in known])
        )
    return float(r2_score(targets, predicted))


OPINIONS = {"nearest_neighbours": Opinion(of_features(accuracy), 1e-12, ROUNDING, targets=of_targets)}
