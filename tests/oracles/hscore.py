"""H-Score with explicit inverses; Ledoit and Wolf's intensity with a loop over samples."""

from __future__ import annotations

import numpy as np

from tests.oracles.common import INVERSE, Array, Opinion, centred, of_features

# Of the largest eigenvalue. The authors write 1e-15, which also inverts what is round-off of n products.
CUTOFF = 1e-13


def between(features: Array, labels: Array) -> Array:
    """Covariance (over n - 1) of the features with each row replaced by its class mean."""
    replaced = np.array([features[labels == y].mean(axis=0) for y in labels])
    return np.atleast_2d(np.cov(replaced, rowvar=False))


def hscore_plain(features: Array, labels: Array) -> float:
    """tr(S^+ S_B), both over n - 1."""
    covariance = np.atleast_2d(np.cov(features, rowvar=False))
    inverse = np.linalg.pinv(covariance, rcond=CUTOFF, hermitian=True)
    return float(np.trace(inverse @ between(features, labels)))


def shrinkage(features: Array) -> tuple[float, Array]:
    """Return the intensity a and S_a = (1 - a) S + a m I, S over n."""
    f = centred(features)
    n, d = f.shape
    s = f.T @ f / n
    m = np.trace(s) / d
    squared = np.zeros((d, d))
    for row in f:
        squared += np.outer(row, row) ** 2
    noise = (squared.sum() / n - np.sum(s**2)) / (d * n)
    distance = np.sum((s - m * np.eye(d)) ** 2) / d
    a = min(noise, distance) / distance if noise > 0 and distance > 0 else 0.0
    return float(a), (1 - a) * s + a * m * np.eye(d)


def hscore(features: Array, labels: Array) -> float:
    """(1 - a) tr(S_a^-1 S_B), S_B over n - 1."""
    a, shrunk = shrinkage(features)
    return float((1 - a) * np.trace(np.linalg.inv(shrunk) @ between(features, labels)))


OPINIONS = {
    "hscore": Opinion(of_features(hscore), 1e-8, INVERSE),
    "hscore:plain": Opinion(of_features(hscore_plain), 1e-8, INVERSE),
}
