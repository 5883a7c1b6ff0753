"""TransRate as its listing has it: ln det of d x d matrices."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import Array, Opinion, centred, classes_of, of_features

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


CANCELLING = "differences of rates cancel"
OPINIONS = {
    "transrate": Opinion(of_features(transrate, "uniform"), 1e-8, CANCELLING, 1e-8),
    "transrate:prior": Opinion(of_features(transrate, "prior"), 1e-8, CANCELLING, 1e-8),
    "transrate:trace": Opinion(of_features(transrate, "trace"), 1e-8, CANCELLING, 1e-8),
}
