"""Regularised linear discriminants of classes that may move rigidly: what SFDA and PED rest on.

Everything is written in :attr:`Decomposition.coordinates`, of which there are at most ``min(n, d)``: a wide
model is solved in the space of its samples and no d x d matrix is ever formed. A class that moves as a whole
keeps its scatter, so that the covariance of the first fit is the same for all positions of the classes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import solve_positive

__all__ = [
    "SHRINKAGE_FLOOR",
    "Pull",
    "SfdaResult",
    "Within",
    "fit_sfda",
    "fit_sfda_moved",
    "fit_within",
    "pull_classes",
]

Array: TypeAlias = NDArray[np.float64]

SHRINKAGE_FLOOR = 1e-10
# Rows whose deviations from their class mean are formed at a time.
BLOCK = 2048
# Of these, rows that are worked on at a time: they stay in the processor's cache.
ROWS = 32
# Share of the total scatter within classes below which it is not taken as total less between: over a tenth
# at most one digit goes.
CANCELLING = 0.1
# A within-class spread below 1e-12 of the total spread is round-off.
NEGLIGIBLE = 1e-24


@dataclass(frozen=True, eq=False)
class SfdaResult:
    """The two discriminants of SFDA; arrays of shape (n_samples,), logits of shape (n_samples, n_classes).

    Parameters
    ----------
    lambda1
        Power-iteration estimate of the largest eigenvalue of the within-class covariance, unit squared.
    shrinkage
        s = max(exp(-5 lambda1), 1e-10).
    first_logits
        x_i' S^-1 mu_c - 1/2 mu_c' S^-1 mu_c + ln pi_c of the first fit.
    first_log_probs
        Log-probability of each sample's own class in the first fit, in nats.
    mixing
        q: how much of itself each sample keeps when it is pulled towards the other classes.
    logits
        As ``first_logits``, of the second fit.
    log_probs
        Log-probability of the own class in the second fit, after the pull.
    log_errors
        ln(1 - p) of the second fit: tells samples apart whose p rounds to 1.
    """

    lambda1: float
    shrinkage: float
    first_logits: Array
    first_log_probs: Array
    mixing: Array
    logits: Array
    log_probs: Array
    log_errors: Array

    @property
    def probability(self) -> float:
        """SFDA itself: the mean probability of the own class in the second fit, at most 1."""
        return min(1.0, float(np.exp(self.log_probs).mean()))


@dataclass(frozen=True, eq=False)
class Within:
    """What the first fit rests on, the classes being where they are.

    ``centres`` mu_c (C, p), ``projections`` x_i' S^-1 mu_c (n, C), ``products`` mu_b' S^-1 mu_c (C, C), and
    ``lambda1``, the ``shrinkage`` s and the least ridge that the second fit takes over.
    """

    centres: Array
    projections: Array
    products: Array
    lambda1: float
    shrinkage: float
    least_ridge: float


@dataclass(frozen=True, eq=False)
class Pull:
    """Where ConfMix takes samples: x_i of class y goes to q_i (x_i - origins_y) + others_y.

    Parameters
    ----------
    places
        Class means, once the classes are moved, shape (n_classes, p).
    others
        m_c, the unweighted mean of the other classes' means, shape (n_classes, p).
    origins
        m_c in the coordinates that the samples had before their class was moved, shape (n_classes, p).
    """

    places: Array
    others: Array
    origins: Array


def fit_sfda(statistics: Decomposition) -> SfdaResult:
    """Fit both discriminants where the classes are; shared between metrics by ``statistics.share``."""
    return fit_sfda_moved(statistics, np.eye(len(statistics.class_counts)))


def fit_sfda_moved(statistics: Decomposition, mix: Array) -> SfdaResult:
    """Fit both discriminants with every class moved as a whole.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    mix
        Array of shape (n_classes, n_classes): the moved class means as sums of the present ones.

    Returns
    -------
    SfdaResult
        The first fit, the pull (ConfMix) and the second fit, arXiv:2207.03036, in the authors' code's form.
    """
    within = statistics.share(fit_within)
    points, labels = statistics.coordinates, statistics.labels
    log_priors = np.log(statistics.class_counts / statistics.n_samples)
    # S^-1 is that of the classes where they are, so a moved class's axis is a sum of theirs.
    shifts = (mix - np.eye(len(mix))) @ within.products @ mix.T
    products = mix @ within.products @ mix.T
    logits = within.projections @ mix.T + shifts[labels] + (log_priors - 0.5 * np.diag(products))
    first_logits, (first, _) = logits, _own_log_probs(logits, labels)
    mixing = _mixing(logits, labels)

    pull = pull_classes(within, mix)
    others, origins = pull.others, pull.origins
    weights = mixing / statistics.class_counts[labels]
    kept = np.bincount(labels, weights)[:, None]
    mixed_places = statistics.sum_by_class(points, weights) - kept * origins + others
    covariance = _scatter(points, labels, mixing, (origins, others - mixed_places))
    axes = _axes(covariance, within, statistics.n_features, mixed_places)
    logits = (points @ axes - (origins @ axes)[labels]) * mixing[:, None]
    logits += (others @ axes)[labels] + (log_priors - 0.5 * np.einsum("cp,pc->c", mixed_places, axes))
    log_probs, errors = _own_log_probs(logits, labels)
    scales = within.lambda1, within.shrinkage
    return SfdaResult(*scales, first_logits, first, mixing, logits, log_probs, errors)


def pull_classes(within: Within, mix: Array) -> Pull:
    """Say where ConfMix pulls each class: x_i -> q_i x_i + (1 - q_i) m_y.

    Parameters
    ----------
    within
        The first fit's statistics.
    mix
        As for :func:`fit_sfda_moved`.
    """
    places = mix @ within.centres
    others = (places.sum(axis=0) - places) / (len(places) - 1)
    # A sample stands at points_i + moved_y, so it gets to q_i (points_i - origin_y) + m_y.
    return Pull(places, others, others - (places - within.centres))


def fit_within(statistics: Decomposition) -> Within:
    """Fit the within-class covariance where the classes are, how far to shrink it, and its discriminant."""
    points = statistics.coordinates
    centres = statistics.class_offsets
    if statistics.is_wide:
        centres = statistics.sum_by_class(points) / statistics.class_counts[:, None]
    covariance = _within_covariance(statistics, points, centres)
    lambda1 = _power_steps(covariance, _start(statistics, covariance))
    shrinkage = max(float(np.exp(-5 * lambda1)), SHRINKAGE_FLOOR)
    spread = statistics.total_scatter / statistics.n_samples / statistics.n_features
    empty = np.empty((0, 0))
    within = Within(centres, empty, empty, lambda1, shrinkage, NEGLIGIBLE * spread or 1.0)
    axes = _axes(covariance, within, statistics.n_features, centres)
    return dataclasses.replace(within, projections=points @ axes, products=centres @ axes)


def _within_covariance(statistics: Decomposition, points: Array, centres: Array) -> Array:
    """S_w, as the total less the between-class scatter unless that would cancel."""
    rooted = centres * np.sqrt(statistics.class_counts)[:, None]
    rest = statistics.total_scatter - float(np.sum(rooted**2))
    if rest < CANCELLING * statistics.total_scatter:
        ones = np.ones(statistics.n_samples)
        return _scatter(points, statistics.labels, ones, (centres, np.zeros_like(centres)))
    if statistics.is_wide:
        total = np.diag(statistics.centred_spectrum.singular_values**2)
    else:
        total = statistics.centred_gram
    within: Array = rooted.T @ rooted
    np.subtract(total, within, out=within)
    within /= statistics.n_samples
    return within


def _scatter(points: Array, labels: NDArray[np.int64], weights: Array, move: tuple[Array, Array]) -> Array:
    """Covariance (1/n) sum_i e_i e_i' of e_i = weight_i (point_i - a_y) + b_y, with move = (a, b)."""
    n_samples, width = points.shape
    scatter = np.empty((0, 0))
    # A block of deviations, used again: a full matrix of them is never there.
    deviations = np.empty((min(BLOCK, n_samples), width))
    for start in range(0, n_samples, BLOCK):
        stop = min(start + BLOCK, n_samples)
        for first in range(start, stop, ROWS):
            rows = slice(first, min(first + ROWS, stop))
            few = np.subtract(
                points[rows], move[0][labels[rows]], out=deviations[first - start : rows.stop - start]
            )
            few *= weights[rows, None]
            few += move[1][labels[rows]]
        block = deviations[: stop - start]
        if start == 0:
            scatter = block.T @ block
        else:
            scatter += block.T @ block
    scatter /= n_samples
    return scatter


def _start(statistics: Decomposition, covariance: Array) -> Array:
    """Where the power iteration starts: the row sums of S_w, as in the authors' code.

    Where every sample's features sum to the same (a layer norm, probabilities) these are round-off, and so
    would lambda1 be: the column of the most variable feature stands in.
    """
    sums: Array = covariance @ statistics.to_coordinates(np.ones(statistics.n_features))
    noise = 1e-12 * np.trace(covariance) * np.sqrt(statistics.n_features)
    if np.linalg.norm(sums) > noise:
        return sums
    variances = statistics.class_counts @ statistics.class_variances
    axis = np.zeros(statistics.n_features)
    axis[np.argmax(variances)] = 1.0
    column: Array = covariance @ statistics.to_coordinates(axis)
    return column


def _power_steps(covariance: Array, start: Array) -> float:
    """Three double power steps, no more: the estimate is low by up to a fifth, as in the authors' code."""
    x = y = start
    for _ in range(3):
        y = _direction(covariance @ x)
        x = _direction(covariance @ y)
    return float(x @ covariance @ y)


def _direction(vector: Array) -> Array:
    """Return the vector with length 1; 0 stays 0."""
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def _axes(covariance: Array, within: Within, n_features: int, places: Array) -> Array:
    """S^-1 mu_c as columns, shape (p, C), with S = (1 - s) S_w + s tr(S_w)/d I; S_w is overwritten."""
    ridge = max(within.shrinkage * float(np.trace(covariance)) / n_features, within.least_ridge)
    shrunk = covariance
    shrunk *= 1 - within.shrinkage
    shrunk.flat[:: len(shrunk) + 1] += ridge
    try:
        axes = solve_positive(shrunk, places.T)
    except np.linalg.LinAlgError:
        # Round-off of the largest eigenvalue exceeds the ridge, which by definition bounds all from below.
        values, vectors = np.linalg.eigh(shrunk)
        axes = vectors @ ((vectors.T @ places.T) / np.maximum(values, ridge)[:, None])
    return axes


def _mixing(logits: Array, labels: NDArray[np.int64]) -> Array:
    """q_i: the own class's part of a softmax of the probabilities (sic), at most e/(e + C - 1)."""
    raised = np.exp(scipy.special.softmax(logits, axis=1))
    mixing: Array = raised[np.arange(len(labels)), labels] / raised.sum(axis=1)
    return mixing


def _own_log_probs(logits: Array, labels: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return ln p and ln(1 - p) of each sample's own class, both exact where p rounds to 1."""
    rows = np.arange(len(labels))
    own_logits = logits[rows, labels]
    rest = logits.copy()
    rest[rows, labels] = -np.inf
    peak = rest.max(axis=1)
    margin = own_logits - peak - np.log(np.exp(rest - peak[:, None]).sum(axis=1))
    return -np.logaddexp(0, -margin), -np.logaddexp(0, margin)
