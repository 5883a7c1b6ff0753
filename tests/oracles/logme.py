"""LogME: the fixed point and the evidence, one target column at a time, from an SVD of the features."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import SMALL_DIRECTIONS, Array, Opinion, of_features, one_hot


def logme(features: Array, targets: Array, *, published: bool = False) -> float:
    """Mean log evidence of the columns; ``published`` leaves out what the first code left out for n < d.

    Features and each target are divided by the power of ten nearest to their root mean square (of a target's
    values that are not 0); ``published`` takes them as they are.
    """
    scaled = features if published else features / unit(features.ravel())
    left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
    values = []
    for t in targets.T:
        own = 1.0 if published or not t.any() else unit(t[t != 0])
        values.append(_column(features.shape, left, singular**2, t / own, published) - math.log(own))
    return float(np.mean(values))


def unit(values: Array) -> float:
    """Power of ten nearest to the root mean square."""
    mean_square = sum(float(value) ** 2 for value in values) / len(values)
    return 10.0 ** round(math.log10(mean_square) / 2) if mean_square else 1.0


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
