"""TransRate as its listing has it: ln det of d x d matrices."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import Array, centred, classes_of

EPS = 1e-4


def rate(z: Array) -> float:
    """R(Z) = 1/2 ln det(I + Z'Z / (n eps))."""
    n, d = z.shape
    return float(np.linalg.slogdet(np.eye(d) + z.T @ z / (n * EPS))[1]) / 2


def transrate(features: Array, labels: Array, form: str) -> float:
    """R of all less the mean of R over the classes, none of which is centred by itself."""
    z = centred(features)
    if form == "trace":
        z = z / math.sqrt(np.trace(z.T @ z))
    groups = classes_of(z, labels)
    score = rate(z)
    for group in groups:
        weight = 1 / len(groups) if form == "uniform" else len(group) / len(z)
        score -= weight * rate(group)
    return score
