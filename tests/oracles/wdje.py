"""WDJE with its transport as a linear programme, every constraint written out."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist

from tests.oracles.common import Array, Given, Opinion, one_hot


def programme(left: Array, right: Array) -> float:
    """Least <costs, T> over plans T >= 0 whose rows sum to 1/n and whose columns sum to 1/m."""
    n, m = len(left), len(right)
    sums = [np.repeat(np.eye(n)[i], m) for i in range(n)] + [np.tile(np.eye(m)[j], n) for j in range(m)]
    given = [1 / n] * n + [1 / m] * m
    costs = cdist(left, right) ** 2
    return float(linprog(costs.ravel(), A_eq=np.array(sums), b_eq=given, method="highs").fun)


def copies(left: Array, right: Array) -> float:
    """Do it by an assignment of copies: as many of each point as make the sizes equal."""
    size = math.lcm(len(left), len(right))
    costs = cdist(np.repeat(left, size // len(left), axis=0), np.repeat(right, size // len(right), axis=0))
    return float((costs**2)[linear_sum_assignment(costs**2)].mean())


def unit_rows(features: Array) -> Array:
    """Rows of length 1; rows of zeros stay."""
    rows = [row / np.linalg.norm(row) if np.linalg.norm(row) > 0 else row for row in features]
    return np.array(rows)


def lipschitz(target: Array, n_classes: int) -> float:
    """||F||_2 (C - 1) / (C n) of rows of length 1."""
    return float(np.linalg.norm(target, 2)) * (n_classes - 1) / (n_classes * len(target))


def wdje(
    features: tuple[Array, Array],
    labels: tuple[Array, Array],
    errors: tuple[float, float],
    m: float,
    lip: float,
) -> float:
    """Target error less the bound; every pair is (source, target), label rows of one width."""
    source, target = unit_rows(features[0]), unit_rows(features[1])
    theirs, ours = labels
    n = len(ours)
    bound = errors[0] + lip * 0.5 * programme(source, target) + programme(theirs[:n], ours)
    if len(theirs) > n:
        bound += sum(np.linalg.norm(row) for row in theirs[n:]) / (len(theirs) - n)
    return float(errors[1] - (bound + lip * m * math.exp(-0.5)))


def of_classes(given: Given, m: float | None = None) -> float:
    """WDJE of classes, label vectors padded to one width; m is ln C where it is not given."""
    hot = one_hot(given["labels"])
    width = max(hot.shape[1], given["source_labels"].shape[1])
    theirs, ours = (np.pad(y, ((0, 0), (0, width - y.shape[1]))) for y in (given["source_labels"], hot))
    return wdje(
        (given["source_embeddings"], given["embeddings"]),
        (theirs, ours),
        (given["source_error"], given["target_error"]),
        m=math.log(hot.shape[1]) if m is None else m,
        lip=lipschitz(unit_rows(given["embeddings"]), hot.shape[1]),
    )


def of_targets(given: Given, targets: Array) -> float:
    """WDJE of real or multi-label targets, m = 1."""
    return wdje(
        (given["source_embeddings"], given["embeddings"]),
        (given["source_labels"], targets),
        (given["source_error"], given["target_error"]),
        m=1.0,
        lip=given["lipschitz"],
    )


PROGRAMME = "plans meet their sums only to the solver's tolerance"
OPINIONS = {
    "wdje": Opinion(lambda given: of_classes(given, math.log(100)), 1e-8, PROGRAMME, targets=of_targets),
    "wdje:auto": Opinion(of_classes, 1e-8, PROGRAMME),
}
