"""SFDA as its authors' code computes it: d x d matrices and a generalised eigenproblem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import softmax

Array = NDArray[Any]


@dataclass(frozen=True)
class Literal:
    """Scores and the quantities on the way."""

    mean_p: float
    mean_log_p: float
    first_p: float
    lambda1: float
    shrinkage: float


def literal_sfda(features: Array, labels: Array) -> Literal:
    """Follow the specification line by line."""
    classes = range(labels.max() + 1)
    lambda1 = three_steps(within(features, labels))
    shrinkage = max(np.exp(-5 * lambda1), 1e-10)
    logits = discriminate(features, labels, shrinkage)
    p = softmax(logits, axis=1)
    q = softmax(p, axis=1)[np.arange(len(labels)), labels][:, None]
    means = np.array([features[labels == c].mean(axis=0) for c in classes])
    others = np.array([np.delete(means, c, axis=0).mean(axis=0) for c in classes])
    mixed = q * features + (1 - q) * others[labels]
    final = softmax(discriminate(mixed, labels, shrinkage), axis=1)
    own, first = (x[np.arange(len(labels)), labels] for x in (final, p))
    with np.errstate(divide="ignore"):
        return Literal(own.mean(), np.log(own).mean(), first.mean(), lambda1, shrinkage)


def within(features: Array, labels: Array) -> Array:
    """Mean of the classes' biased covariances, weighed by their samples."""
    total = np.zeros((features.shape[1],) * 2)
    for c in range(labels.max() + 1):
        members = features[labels == c]
        total += len(members) / len(labels) * np.atleast_2d(np.cov(members.T, bias=True))
    return total


def three_steps(matrix: Array) -> float:
    """Three double power steps from the row sums."""
    x = matrix.sum(axis=1)
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
    means = np.array([features[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    coefficients = means @ vectors @ vectors.T
    priors = np.bincount(labels) / len(labels)
    intercept = -0.5 * np.diag(means @ coefficients.T) + np.log(priors)
    return np.asarray(features @ coefficients.T + intercept)
