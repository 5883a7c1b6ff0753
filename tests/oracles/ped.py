"""PED: all samples moved, one step at a time, in units of the reference's deviations."""

from __future__ import annotations

import numpy as np

from tests.oracles.common import INVERSE, SMALL_DIRECTIONS, Array, Given, Opinion, classes_of, one_hot
from tests.oracles.logme import logme
from tests.oracles.sfda import sfda


def push(features: Array, labels: Array, reference: Array) -> tuple[Array, int]:
    """Standardise, push every pair of classes, move all samples, undo; return them and the steps taken."""
    mean, std = reference.mean(axis=0), np.maximum(reference.std(axis=0), 1e-3)
    first = 0.0
    for step in range(6):
        x = (features - mean) / std
        groups = classes_of(x, labels)
        centres = [group.mean(axis=0) for group in groups]
        radii = [np.sqrt(group.var(axis=0).sum()) for group in groups]
        moves = np.zeros((len(groups), x.shape[1]))
        for c in range(len(groups)):
            for k in range(len(groups)):
                gap = centres[c] - centres[k]
                distance = np.linalg.norm(gap)
                if c != k and distance > 0:
                    overlap = max(0.6 * (radii[c] + radii[k]) - distance, 0)
                    moves[c] += min(0.5 * 0.1**2 * overlap, overlap) * gap / distance
        change = np.abs(moves).sum()
        first = first or change
        if not (first > 0 and change / first > 0.5):
            return features, step
        features = (x + moves[labels]) * std + mean
    return features, 6


def pushed(given: Given) -> Array:
    """Features after the push."""
    return push(given["embeddings"], given["labels"], given["reference_embeddings"])[0]


OPINIONS = {
    "ped": Opinion(lambda given: sfda(pushed(given), given["labels"]).mean_p, 1e-8, INVERSE),
    "ped:logme": Opinion(
        lambda given: logme(pushed(given), one_hot(given["labels"])), 1e-9, SMALL_DIRECTIONS
    ),
}
