"""Fitting the last linear layer of a network on its frozen inputs. Needs no torch."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from ptmrank_core.records import FloatArray, TargetKind
from ptmrank_core.sampling import Indices, assign_folds, random_rows, units_of

__all__ = ["LinearHead", "fit_head"]

Array = NDArray[np.float64]
# Inverse strengths of the penalty, relative to the standardised inputs; chosen by cross-validation.
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
DEFAULT_STRENGTH = 1e-2
N_FOLDS = 3
# Samples that the strength is chosen on; more of them take long and choose the same.
MAX_CHOOSING = 2000
# A column that varies less than this share of the typical one is not blown up to the same size: fine-tuning
# would move its large weights first.
LEAST_SPREAD = 1e-2
MAX_ITERATIONS = 300


@dataclass(frozen=True, eq=False, slots=True)
class LinearHead:
    """A fitted linear layer.

    Parameters
    ----------
    weight
        float32 array of shape (n_outputs, d).
    bias
        float32 array of shape (n_outputs,); ``None`` for a layer without one.
    """

    weight: FloatArray
    bias: FloatArray | None


def fit_head(
    inputs: FloatArray,
    targets: NDArray[Any],
    kind: TargetKind,
    n_outputs: int,
    *,
    has_bias: bool,
    groups: Sequence[str] = (),
    seed: int,
) -> LinearHead:
    """Fit multinomial logistic regression, ridge regression, or one logistic regression for each label.

    Parameters
    ----------
    inputs
        Inputs of the layer, of shape (n, d).
    targets
        Classes (n,); standardised numbers or labels (n, k).
    kind
        What the targets are.
    n_outputs
        Width of the layer: classes that do not occur get the least likely output.
    has_bias
        Whether the layer has a bias; without one the inputs are scaled and not centred.
    groups
        Group of each sample; folds hold whole groups.
    seed
        Seed of the folds that choose the strength of the penalty.

    Notes
    -----
    The inputs are standardised, and turned to their principal axes where they are wider than the samples are
    many: an L2 penalty does not depend on the axes. The strength that gives the least loss in three folds is
    taken, on at most 2,000 samples.
    """
    columns = inputs.astype(np.float64)
    spread = columns.std(axis=0)
    floor = LEAST_SPREAD * float(np.sqrt(np.mean(np.square(spread))))
    scale = np.maximum(spread, floor) if floor > 0 else np.ones(columns.shape[1])
    centre = columns.mean(axis=0) if has_bias else np.zeros(columns.shape[1])
    standardised = (columns - centre) / scale
    axes = None
    if standardised.shape[1] > len(standardised):
        _, _, axes = np.linalg.svd(standardised, full_matrices=False)
        standardised = standardised @ axes.T
    problem = _Problem(kind, n_outputs, has_bias)
    with warnings.catch_warnings():
        # A fit that has nearly converged is as good a start.
        warnings.simplefilter("ignore", ConvergenceWarning)
        chosen = random_rows(len(targets), MAX_CHOOSING, seed=seed)
        fold_of = _folds(targets[chosen], kind, [groups[i] for i in chosen] if groups else (), seed)
        strength = _best_strength(problem, standardised[chosen], targets[chosen], fold_of)
        weight, bias = problem.fit(standardised, targets, strength)
    weight = (weight if axes is None else weight @ axes) / scale
    bias = bias - weight @ centre
    return LinearHead(weight.astype(np.float32), bias.astype(np.float32) if has_bias else None)


def _folds(targets: NDArray[Any], kind: TargetKind, groups: Sequence[str], seed: int) -> Indices | None:
    """Assign the samples to folds; ``None`` if there are too few of a class, or too few groups."""
    units = units_of(targets, kind, groups)
    if units.n_units < 2 * N_FOLDS and not (groups and units.n_units >= N_FOLDS):
        return None
    if kind == "classification":
        counts = np.bincount(targets)
        if counts[counts > 0].min() < N_FOLDS:
            return None
    return assign_folds(units, N_FOLDS, seed=seed)


def _best_strength(problem: _Problem, inputs: Array, targets: NDArray[Any], fold_of: Indices | None) -> float:
    """Return the inverse strength of the penalty with the least loss on left-out folds."""
    if fold_of is None:
        return DEFAULT_STRENGTH
    losses = []
    for strength in STRENGTHS:
        of_folds = []
        for fold in np.unique(fold_of):
            train, test = fold_of != fold, fold_of == fold
            weight, bias = problem.fit(inputs[train], targets[train], strength)
            of_folds.append(problem.loss(inputs[test] @ weight.T + bias, targets[test]))
        losses.append(float(np.mean(of_folds)))
    return STRENGTHS[int(np.argmin(losses))]


@dataclass(frozen=True, slots=True)
class _Problem:
    """A linear model of one kind of targets: its fit and its loss."""

    kind: TargetKind
    n_outputs: int
    has_bias: bool

    def fit(self, inputs: Array, targets: NDArray[Any], strength: float) -> tuple[Array, Array]:
        """Return weights (n_outputs, d) and biases (n_outputs,)."""
        if self.kind == "classification":
            return self._classes(inputs, targets, strength)
        if self.kind == "multilabel":
            rows = [self._label(inputs, targets[:, k], strength) for k in range(self.n_outputs)]
            return np.stack([weight for weight, _ in rows]), np.array([bias for _, bias in rows])
        # Ridge minimises the sum of squares plus the penalty; a logistic loss curves a quarter as much.
        ridge = Ridge(alpha=0.25 / strength, fit_intercept=self.has_bias).fit(inputs, targets)
        weight = np.asarray(ridge.coef_, dtype=np.float64).reshape(self.n_outputs, -1)
        return weight, np.broadcast_to(np.asarray(ridge.intercept_, dtype=np.float64), self.n_outputs)

    def loss(self, outputs: Array, targets: NDArray[Any]) -> float:
        """Loss of outputs: log loss, or mean squared error."""
        if self.kind == "classification":
            shifted = outputs - outputs.max(axis=1, keepdims=True)
            log_sum = np.log(np.exp(shifted).sum(axis=1))
            return float(np.mean(log_sum - shifted[np.arange(len(targets)), targets]))
        if self.kind == "multilabel":
            return float(np.mean(np.logaddexp(0.0, outputs) - targets * outputs))
        return float(np.mean(np.square(outputs - targets)))

    def _classes(self, inputs: Array, targets: NDArray[Any], strength: float) -> tuple[Array, Array]:
        weight = np.zeros((self.n_outputs, inputs.shape[1]))
        bias = np.zeros(self.n_outputs)
        present = np.unique(targets)
        if len(present) > 1:
            fitted = self._logistic(strength).fit(inputs, targets)
            coefficients, intercepts = fitted.coef_, np.asarray(fitted.intercept_).reshape(-1)
            if len(present) == 2:  # scikit-learn gives the difference of the two
                coefficients = np.concatenate([-coefficients, coefficients]) / 2
                intercepts = np.array([-intercepts[0], intercepts[-1]]) / 2
            weight[present], bias[present] = coefficients, intercepts
        absent = np.setdiff1d(np.arange(self.n_outputs), present)
        bias[absent] = bias[present].min() - np.log(1.0 + len(targets))
        return weight, bias

    def _label(self, inputs: Array, label: NDArray[Any], strength: float) -> tuple[Array, float]:
        n_with = float(label.sum())
        if n_with in {0.0, float(len(label))}:
            return np.zeros(inputs.shape[1]), float(np.log((n_with + 1) / (len(label) - n_with + 1)))
        fitted = self._logistic(strength).fit(inputs, label > 0.5)
        return fitted.coef_[0].astype(np.float64), float(np.asarray(fitted.intercept_).reshape(-1)[0])

    def _logistic(self, strength: float) -> Any:
        return LogisticRegression(C=strength, fit_intercept=self.has_bias, max_iter=MAX_ITERATIONS, tol=1e-3)
