"""LogME: the fixed point and the evidence, one target column at a time, from an SVD of the features."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import SMALL_DIRECTIONS, Array, Opinion, of_features, one_hot


def logme(features: Array, targets: Array, *, published: bool = False) -> float:
    """Mean log evidence of the columns; ``published`` leaves out what the first code left out for n < d."""
    left, singular, _ = np.linalg.svd(features, full_matrices=False)
    return float(np.mean([_column(features.shape, left, singular**2, t, published) for t in targets.T]))


def _column(shape: tuple[int, ...], left: Array, sigma: Array, t: Array, published: bool) -> float:
    """Log evidence of one column for each sample."""
    n, d = shape
    x = left.T @ t
    outside = t - left @ x
    rest = outside @ outside
    alpha = beta = 1.0
    for _ in range(11):
        tau = alpha / beta
        gamma = m2 = 0.0
        r2 = rest
        for s, projection in zip(sigma, x, strict=True):
            gamma += s / (s + tau)
            m2 += s * projection**2 / (tau + s) ** 2
            r2 += projection**2 * (tau / (tau + s)) ** 2
        alpha, beta = gamma / (m2 + 1e-5), (n - gamma) / (r2 + 1e-5)
        if abs(alpha / beta - tau) / tau <= 1e-3:
            break
    determinant = sum(math.log(alpha + beta * s) for s in sigma)
    if not published:
        determinant += (d - len(sigma)) * math.log(alpha)
    evidence = d / 2 * math.log(alpha) + n / 2 * math.log(beta) - determinant / 2
    return float(evidence - beta / 2 * r2 - alpha / 2 * m2 - n / 2 * math.log(2 * math.pi)) / n


OPINIONS = {
    "logme": Opinion(
        of_features(lambda f, y: logme(f, one_hot(y))),
        1e-9,
        SMALL_DIRECTIONS,
        targets=lambda given, t: logme(given["embeddings"], t),
    ),
    "logme:thuml": Opinion(
        of_features(lambda f, y: logme(f, one_hot(y), published=True)),
        1e-9,
        SMALL_DIRECTIONS,
        targets=lambda given, t: logme(given["embeddings"], t, published=True),
    ),
}
