"""ETran: nearest means one sample at a time, the discriminant with an inverse, energies and least squares."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles.common import INVERSE, Array, Opinion, classes_of, of_features
from tests.oracles.sfda import three_steps, within


def nearest_means(features: Array, labels: Array) -> float:
    """Mean over the samples of softmax_c(f'mu_c - |mu_c|^2 / 2 + ln pi_c) at their own class."""
    return _mean_own(features, labels, np.eye(features.shape[1]))


def discriminant(features: Array, labels: Array) -> float:
    """Do the same in the metric of the shrunk covariance within classes: the first pass of SFDA."""
    s_w = within(features, labels)
    shrinkage = max(math.exp(-5 * three_steps(s_w)), 1e-10)
    d = len(s_w)
    shrunk = (1 - shrinkage) * s_w + shrinkage * np.trace(s_w) / d * np.eye(d)
    return _mean_own(features, labels, np.linalg.inv(shrunk))


def _mean_own(features: Array, labels: Array, metric: Array) -> float:
    """Mean probability of the own class."""
    groups = classes_of(features, labels)
    total = 0.0
    for f, y in zip(features, labels, strict=True):
        logits = []
        for group in groups:
            mean = group.mean(axis=0)
            logits.append(f @ metric @ mean - mean @ metric @ mean / 2 + math.log(len(group) / len(labels)))
        total += 1 / sum(math.exp(min(700.0, logit - logits[y])) for logit in logits)
    return total / len(labels)


def energy(features: Array) -> float:
    """Mean of the lowest 0.5 % of ln sum_j exp f_ij, at least of one sample."""
    found = sorted(max(f) + math.log(sum(math.exp(x - max(f)) for x in f)) for f in features.tolist())
    lowest = found[: max(1, 5 * len(found) // 1000)]
    return sum(lowest) / len(lowest)


def regression(features: Array, targets: Array) -> float:
    """Minus the mean squared error of least squares without an intercept."""
    fitted = features @ np.linalg.lstsq(features, targets)[0]
    return -float(np.mean((fitted - targets) ** 2))


def combine(s_cls: list[float], s_en: list[float]) -> list[float]:
    """0.85 and 0.15 of the two, each stretched to 0..1 over the models; what is equal for all counts 0."""

    def stretched(values: list[float]) -> list[float]:
        width = max(values) - min(values)
        return [(value - min(values)) / width if width else 0.0 for value in values]

    return [0.85 * a + 0.15 * b for a, b in zip(stretched(s_cls), stretched(s_en), strict=True)]


OPINIONS = {
    "etran": Opinion(
        of_features(nearest_means),
        1e-9,
        "the means are not taken off the features here",
        targets=lambda given, t: regression(given["embeddings"], t),
    ),
    "etran:lda": Opinion(of_features(discriminant), 1e-8, INVERSE),
}
