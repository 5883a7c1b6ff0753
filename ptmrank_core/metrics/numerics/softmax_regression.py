"""Ridge-regularised softmax regression on centred features, solved to convergence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.lbfgs import Evaluation, minimise

__all__ = ["SoftmaxFit", "fit_softmax"]

Array: TypeAlias = NDArray[np.float64]

MAX_ROUNDS = 3000
# Largest entry of the gradient, in units of the loss: separable classes have a loss of nearly 0, and what is
# small beside 1 is not small beside it. Much less drowns in the round-off of the line search.
GOAL = 2e-8
CONVERGED = 1e-6
# Largest entry of the gradient, in the same units, below which probabilities are nearly final.
SETTLED = 5e-3


@dataclass(frozen=True, eq=False)
class SoftmaxFit:
    """The optimum of a convex problem.

    Parameters
    ----------
    loss
        Mean cross-entropy + ||W||^2 / (2 r), in nats.
    penalty
        ||W||^2 / (2 r) alone.
    residuals
        Probabilities less one-hot classes, shape (n_samples, n_classes): exact also where p is near 1.
    gradient
        Largest entry of the gradient in scaled coordinates, in units of the loss.
    n_rounds
        Evaluations of the gradient.
    """

    loss: float
    penalty: float
    residuals: Array
    gradient: float
    n_rounds: int

    @property
    def converged(self) -> bool:
        """Whether the gradient is 0 to six digits."""
        return self.gradient <= CONVERGED


@dataclass(frozen=True, eq=False)
class _Problem:
    """Loss and gradient in coordinates in which the problem is well conditioned.

    Parameters
    ----------
    design
        Scaled left singular vectors and a constant column, shape (n_samples, rank + 1).
    ridge
        Curvature of the penalty along each, shape (rank + 1,).
    labels
        Codes, shape (n_samples,).
    n_classes
        Number of classes.
    """

    design: Array
    ridge: Array
    labels: NDArray[np.int64]
    n_classes: int

    @cached_property
    def energy(self) -> Array:
        """Mean square of each column of the design, shape (rank + 1,)."""
        energy: Array = np.einsum("ij,ij->j", self.design, self.design) / len(self.labels)
        return energy

    def residuals(self, weights: Array) -> tuple[Array, float]:
        """P - L of shape (n_samples, n_classes), and the mean cross-entropy, without 1 - (1 - tiny)."""
        rows = np.arange(len(self.labels))
        work: Array = self.design @ weights.T
        work -= work.max(axis=1, keepdims=True)
        own_logits = work[rows, self.labels]
        np.exp(work, out=work)
        own_weight = work[rows, self.labels]
        work[rows, self.labels] = 0
        others = work.sum(axis=1)
        work /= (own_weight + others)[:, None]
        work[rows, self.labels] = -others / (own_weight + others)
        # The weight is exactly 1 where the own class has the largest logit: ln(1 + others) keeps its digits.
        return work, float(np.mean(np.log1p(others + (own_weight - 1)) - own_logits))

    def penalty(self, weights: Array) -> float:
        """||W||^2 / (2 r) at weights of shape (n_classes, rank + 1)."""
        return 0.5 * float(np.vdot(self.ridge * weights, weights))

    def evaluate(self, weights: Array) -> Evaluation:
        """Loss, gradient and curvature at weights of shape (n_classes, rank + 1)."""
        residuals, cross_entropy = self.residuals(weights)
        pull = self.ridge * weights
        gradient = residuals.T @ self.design / len(self.labels) + pull
        loss = cross_entropy + 0.5 * float(np.vdot(pull, weights))
        # The Hessian's diagonal, were p_ik (1 - p_ik) the same for all samples i of a class k.
        spread = np.abs(residuals).mean(axis=0) - np.einsum("ij,ij->j", residuals, residuals) / len(residuals)
        if np.abs(gradient).max() > SETTLED * loss:
            # p is still on its way from 1/C, and steps for where it is now would be too long.
            spread = np.maximum(spread, 1 / self.n_classes)
        return Evaluation(loss, gradient, np.outer(spread, self.energy) + self.ridge)


def fit_softmax(statistics: Decomposition, strength: float) -> SoftmaxFit:
    """Minimise mean cross-entropy + ||W||^2 / (2 strength) over W and an unpenalised intercept.

    The optimal W lies in the span of the centred features, so that their left singular vectors will do, at
    most min(n - 1, d) of them. Along each the curvature of each class is nearly its mean p (1 - p) times the
    singular value squared: told so, the descent takes tens of rounds where raw features take thousands.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    strength
        r, at least 0: prior variance of a weight times the number of samples.

    Returns
    -------
    SoftmaxFit
        Started from W = 0 and the log class frequencies, the optimum for features that say nothing.
    """
    problem = _set_up(statistics, strength)
    start = np.zeros((problem.n_classes, len(problem.ridge)))
    start[:, -1] = np.log(statistics.class_counts / statistics.n_samples) / problem.design[0, -1]
    optimum = minimise(problem.evaluate, start, goal=GOAL, most_evaluations=MAX_ROUNDS)
    residuals, _ = problem.residuals(optimum.point)
    penalty = problem.penalty(optimum.point)
    return SoftmaxFit(optimum.last.loss, penalty, residuals, optimum.last.steepness, optimum.n_evaluations)


def _set_up(statistics: Decomposition, strength: float) -> _Problem:
    """Scale W_j = t_j / sqrt(curvature_j), with design U diag(s / sqrt(curvature)) and a constant column."""
    n_samples, n_classes = statistics.one_hot.shape
    spectrum = statistics.centred_spectrum
    singular = spectrum.singular_values
    scale = 1 / np.sqrt(singular**2 / (n_samples * n_classes) + 1 / strength)
    design = np.empty((n_samples, spectrum.rank + 1))
    if spectrum.side == "left":
        np.multiply(spectrum.vectors, singular * scale, out=design[:, :-1])
    else:
        np.matmul(spectrum.features, spectrum.vectors * scale, out=design[:, :-1])
    design[:, -1] = np.sqrt(n_classes)
    return _Problem(design, np.append(scale**2 / strength, 0.0), statistics.labels, n_classes)
