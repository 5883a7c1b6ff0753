"""SFDA as its authors' code computes it: d x d matrices and a generalised eigenproblem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.special import log_softmax, softmax

from tests.oracles.common import INVERSE, Array, Opinion, classes_of, of_features


@dataclass(frozen=True)
class Sfda:
    """Scores and the quantities on the way."""

    mean_p: float
    mean_log_p: float
    first_p: float
    lambda1: float
    shrinkage: float


def sfda(features: Array, labels: Array) -> Sfda:
    """Fit, pull every sample towards the other classes, fit again."""
    lambda1 = three_steps(within(features, labels))
    shrinkage = max(np.exp(-5 * lambda1), 1e-10)
    p = softmax(discriminate(features, labels, shrinkage), axis=1)
    means = [group.mean(axis=0) for group in classes_of(features, labels)]
    mixed = np.empty_like(features)
    for i, y in enumerate(labels):
        q = softmax(p[i])[y]
        others = np.mean([mean for c, mean in enumerate(means) if c != y], axis=0)
        mixed[i] = q * features[i] + (1 - q) * others
    final = log_softmax(discriminate(mixed, labels, shrinkage), axis=1)
    own = np.array([final[i, y] for i, y in enumerate(labels)])
    first = np.array([p[i, y] for i, y in enumerate(labels)])
    return Sfda(np.exp(own).mean(), own.mean(), first.mean(), lambda1, shrinkage)


def within(features: Array, labels: Array) -> Array:
    """Mean of the classes' biased covariances, weighed by their samples."""
    total = np.zeros((features.shape[1],) * 2)
    for group in classes_of(features, labels):
        total += len(group) / len(labels) * np.atleast_2d(np.cov(group.T, bias=True))
    return total


def three_steps(matrix: Array, start: Array | None = None) -> float:
    """Three double power steps, from the row sums unless told otherwise."""
    x = matrix.sum(axis=1) if start is None else start
    for _ in range(3):
        y = matrix @ x / np.linalg.norm(matrix @ x)
        x = matrix @ y / np.linalg.norm(matrix @ y)
    return float(x @ matrix @ y)


def discriminate(features: Array, labels: Array, shrinkage: float) -> Array:
    """Logits of the eigenvector solver, all eigenvectors kept."""
    s_w = within(features, labels)
    d = len(s_w)
    shrunk = (1 - shrinkage) * s_w + shrinkage * np.trace(s_w) / d * np.eye(d)
    between = np.atleast_2d(np.cov(features.T, bias=True)) - shrunk
    vectors = scipy.linalg.eigh(between, shrunk)[1][:, ::-1]
    means = np.array([group.mean(axis=0) for group in classes_of(features, labels)])
    coefficients = means @ vectors @ vectors.T
    priors = np.bincount(labels) / len(labels)
    intercept = -0.5 * np.diag(means @ coefficients.T) + np.log(priors)
    return np.asarray(features @ coefficients.T + intercept)


OPINIONS = {
    "sfda": Opinion(of_features(lambda f, y: sfda(f, y).mean_p), 1e-8, INVERSE),
    "sfda:log": Opinion(of_features(lambda f, y: sfda(f, y).mean_log_p), 1e-8, INVERSE),
}
