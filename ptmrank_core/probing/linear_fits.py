"""Logistic and ridge regression on standardised features, for wide features and few samples too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["fit_logistic", "fit_ridge", "standardise"]

Array: TypeAlias = NDArray[np.float64]

MAX_ITERATIONS = 200
# Convergence: largest entry of the mean loss's gradient, in coordinates of a curvature of at most about 1.
MAX_GRADIENT = 3e-5
# Penalties of the ridge regression, in units of the number of samples.
PENALTIES = np.logspace(-4, 3, 15)
ROUND_OFF = 1e-9


def standardise(seen: Array, new: Array) -> tuple[Array, Array]:
    """Standardise features by mean and deviation of the training samples; constant columns become 0.

    Parameters
    ----------
    seen, new
        Arrays of shape (n_train, n_features) and (n_test, n_features).

    Returns
    -------
    tuple of NDArray
        The same, scaled.
    """
    mean = seen.mean(axis=0)
    deviation = seen.std(axis=0)
    # A deviation that is round-off of the mean would be scaled up to 1.
    deviation = np.where(deviation > ROUND_OFF * np.abs(seen).max(axis=0), deviation, np.inf)
    return (seen - mean) / deviation, (new - mean) / deviation


@dataclass(frozen=True, eq=False)
class _Axes:
    """Principal axes of centred training features that have a spread.

    Parameters
    ----------
    lengths
        Singular values, shape (rank,).
    left
        Left singular vectors, shape (n_train, rank).
    new
        New samples along the axes, shape (n_test, rank).
    """

    lengths: Array
    left: Array
    new: Array


def _axes(seen: Array, new: Array) -> _Axes:
    """Decompose the smaller Gram matrix: penalised linear models are the same in rotated features."""
    n_train, n_features = seen.shape
    is_wide = n_train < n_features
    gram = seen @ seen.T if is_wide else seen.T @ seen
    values, vectors = np.linalg.eigh(gram)
    kept = values > max(values[-1], 0.0) * len(values) * np.finfo(np.float64).eps
    lengths, vectors = np.sqrt(values[kept]), vectors[:, kept]
    if is_wide:
        return _Axes(lengths, vectors, new @ (seen.T @ (vectors / lengths)))
    return _Axes(lengths, seen @ (vectors / lengths), new @ vectors)


@dataclass(frozen=True, eq=False)
class _Softmax:
    """Mean cross-entropy + penalty, in coordinates in which it is well conditioned.

    Parameters
    ----------
    design
        Features along their principal axes, scaled, shape (n_train, rank).
    labels
        int64 array of shape (n_train,), 0..n_classes-1, each there.
    ridge
        Curvature of the penalty along each axis, shape (rank,).
    n_classes
        Number of classes.
    proceed
        Called in every iteration.
    """

    design: Array
    labels: NDArray[np.int64]
    ridge: Array
    n_classes: int
    proceed: Callable[[], None]

    def start(self) -> Array:
        """Weights of 0, and the log class frequencies."""
        weights = np.zeros((self.n_classes, len(self.ridge) + 1))
        weights[:, -1] = np.log(np.bincount(self.labels) / len(self.labels))
        return weights.ravel()

    def evaluate(self, flat: Array) -> tuple[float, Array]:
        """Value and gradient; the last column of the weights is the intercept."""
        self.proceed()
        n_samples = len(self.labels)
        rows = np.arange(n_samples)
        weights = flat.reshape(self.n_classes, -1)
        logits = self.design @ weights[:, :-1].T + weights[:, -1]
        logits -= logits.max(axis=1, keepdims=True)
        of_label = logits[rows, self.labels].copy()
        np.exp(logits, out=logits)
        total = logits.sum(axis=1)
        loss = float(np.mean(np.log(total) - of_label))
        logits /= total[:, None]
        logits[rows, self.labels] -= 1
        pull = self.ridge * weights[:, :-1]
        gradient = np.empty_like(weights)
        gradient[:, :-1] = logits.T @ self.design / n_samples + pull
        gradient[:, -1] = logits.mean(axis=0)
        return loss + 0.5 * float(np.vdot(pull, weights[:, :-1])), gradient.ravel()


def fit_logistic(
    seen: Array, codes: NDArray[np.int64], new: Array, *, proceed: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.int64], Array]:
    """Judge classes by multinomial logistic regression with penalty ``||W||^2 / 2`` on the summed loss.

    That is C = 1. Two classes are fitted by one vector of weights, as usual: by symmetry, two vectors with
    twice the penalty.

    Parameters
    ----------
    seen, new
        Centred training features of shape (n_train, n_features), and those to predict.
    codes
        int64 array of shape (n_train,).
    proceed
        Called in every iteration; raises to stop.

    Returns
    -------
    tuple of NDArray
        The codes that occur in training, int64 array of shape (n_classes,), and the log-probability of each
        for every new sample, of shape (n_test, n_classes): the predicted class has the largest.
    """
    classes, labels = np.unique(codes, return_inverse=True)
    axes = _axes(seen, new)
    if len(classes) == 1 or not len(axes.lengths):
        logits = np.tile(np.log(np.bincount(labels) / len(labels)), (len(new), 1))
        return classes.astype(np.int64), logits
    n_samples, n_classes = len(labels), len(classes)
    penalty = (2.0 if n_classes == 2 else 1.0) / n_samples
    # The curvature along each axis is about mean p (1 - p) times its squared length: scaling by that saves
    # iterations.
    scale = 1 / np.sqrt(axes.lengths**2 / (n_samples * n_classes) + penalty)
    problem = _Softmax(axes.left * (axes.lengths * scale), labels, penalty * scale**2, n_classes, proceed)
    solution = scipy.optimize.minimize(
        problem.evaluate,
        problem.start(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_ITERATIONS, "gtol": MAX_GRADIENT, "ftol": 0.0},
    )
    weights = np.asarray(solution.x).reshape(n_classes, -1)
    logits = (axes.new * scale) @ weights[:, :-1].T + weights[:, -1]
    logits -= logits.max(axis=1, keepdims=True)
    return classes.astype(np.int64), logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def fit_ridge(seen: Array, values: Array, new: Array) -> Array:
    """Predict numbers by ridge regression; of 15 penalties the one with the least leave-one-out error.

    Parameters
    ----------
    seen, new
        Centred training features of shape (n_train, n_features), and those to predict.
    values
        Array of shape (n_train, n_targets); each target has a penalty of its own.

    Returns
    -------
    NDArray
        Array of shape (n_test, n_targets).
    """
    mean = values.mean(axis=0)
    axes = _axes(seen, new)
    if not len(axes.lengths):
        return np.tile(mean, (len(new), 1))
    centred = values - mean
    along = axes.left.T @ centred
    squares = axes.left**2
    least = np.full(values.shape[1], np.inf)
    best = np.empty((len(new), values.shape[1]))
    for penalty in PENALTIES * len(seen):
        kept = axes.lengths**2 / (axes.lengths**2 + penalty)
        residuals = centred - axes.left @ (kept[:, None] * along)
        # Leave-one-out errors, by the leverage of each sample (that of the mean included).
        leverage = squares @ kept + 1 / len(seen)
        errors = ((residuals / np.maximum(1 - leverage, ROUND_OFF)[:, None]) ** 2).sum(axis=0)
        better = errors < least
        least[better] = errors[better]
        predicted = axes.new @ ((kept / axes.lengths)[:, None] * along) + mean
        best[:, better] = predicted[:, better]
    return best
