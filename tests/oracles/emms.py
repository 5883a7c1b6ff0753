"""EMMS step by step on arrays of one row for each sample."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from tests.oracles.common import SMALL_DIRECTIONS, Array, Given, Opinion, centred, of_features, one_hot


def standardised(columns: Array) -> Array:
    """Columns less their mean, over their spread + 1e-8; what never changes becomes 0."""
    c = centred(columns)
    c[:, (columns == columns[0]).all(axis=0)] = 0.0
    return np.asarray(c / (np.sqrt(np.mean(c**2, axis=0)) + 1e-8))


def to_simplex(weights: Array) -> Array:
    """Nearest weights that are at least 0 and sum to 1: max(w - t, 0) with the t that makes it so."""
    low, high = weights.min() - 1.0, weights.max()
    threshold = brentq(lambda t: np.maximum(weights - t, 0).sum() - 1, low, high, xtol=1e-15, rtol=1e-15)
    return np.asarray(np.maximum(weights - threshold, 0))


def emms(features: Array, encodings: list[Array]) -> float:
    """Fit the mean encoding, mix the encodings to what was fitted, and return minus the error times width."""
    f, codes = standardised(features), [standardised(code) for code in encodings]
    n, width = codes[0].shape
    w = np.linalg.lstsq(f, sum(codes) / len(codes), rcond=None)[0]
    columns = np.stack([code.ravel() for code in codes], axis=1)
    mix = to_simplex(np.linalg.lstsq(columns, (f @ w).ravel(), rcond=None)[0])
    target = sum(weight * code for weight, code in zip(mix, codes, strict=True))
    return -float(np.sum((f @ w - target) ** 2) / n * width)


def _of_targets(given: Given, targets: Array) -> float:
    """Targets stand as they are where there are no label embeddings."""
    return emms(given["embeddings"], [targets])


OPINIONS = {
    "emms": Opinion(
        lambda given: emms(given["embeddings"], list(given["label_embeddings"][:, given["labels"]])),
        1e-9,
        SMALL_DIRECTIONS,
        targets=_of_targets,
    ),
    "emms:onehot": Opinion(
        of_features(lambda f, y: emms(f, [one_hot(y)])), 1e-9, SMALL_DIRECTIONS, targets=_of_targets
    ),
}
