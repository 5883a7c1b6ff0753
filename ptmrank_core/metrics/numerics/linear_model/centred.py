"""The same linear model, written in the directions of the centred features and their mean.

LogME's features F = Fc + 1 mu' are not centred. With Fc = U diag(s) V' every quantity of the model on F is
one of Fc and a correction of rank one along mu (Sherman-Morrison): F needs no decomposition of its own. All
corrections are written as sums of positive terms: a mean far larger than the spread costs no digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition

__all__ = ["CentredModel", "CentredSolution", "centred_model", "log_determinant", "solve_centred"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CentredModel:
    """What the evidence of k targets depends on, for features of n samples and rank r once centred.

    Parameters
    ----------
    n_samples
        n.
    singular
        s, shape (r,), in the features' unit.
    along
        z = V'mu, shape (r,), in the features' unit.
    across
        Squared length of the part of mu that is outside the span of V, in the unit squared.
    projections
        e = U't of each target, shape (k, r), in the targets' unit.
    means
        Mean of each target, shape (k,).
    rest
        Squared norm of what of a target is neither in the span of U nor its mean, shape (k,).
    """

    n_samples: int
    singular: Array
    along: Array
    across: float
    projections: Array
    means: Array
    rest: Array

    @property
    def is_empty(self) -> bool:
        """Whether all features are zero."""
        return not (self.singular.size or self.across > 0)

    def in_units(self, feature_unit: float, target_units: Array) -> CentredModel:
        """Measure features in another unit, and each target in one of its own, shape (k,)."""
        return CentredModel(
            self.n_samples,
            self.singular / feature_unit,
            self.along / feature_unit,
            self.across / feature_unit**2,
            self.projections / target_units[:, None],
            self.means / target_units,
            self.rest / target_units**2,
        )

    def of_targets(self, chosen: NDArray[np.int64]) -> CentredModel:
        """Keep some of the targets."""
        return CentredModel(
            self.n_samples,
            self.singular,
            self.along,
            self.across,
            self.projections[chosen],
            self.means[chosen],
            self.rest[chosen],
        )


@dataclass(frozen=True, eq=False, slots=True)
class CentredSolution:
    """The most probable weights m at k ratios tau = alpha/beta; arrays of shape (k,).

    Parameters
    ----------
    weights
        ||m||^2.
    residual
        ||F m - t||^2.
    used
        gamma = tr(F'F (F'F + tau)^-1): how many weights the targets determine.
    free
        n - gamma, without its cancellation.
    """

    weights: Array
    residual: Array
    used: Array
    free: Array


def centred_model(statistics: Decomposition) -> CentredModel:
    """Project the mean and the targets on the directions of the centred features.

    Parameters
    ----------
    statistics
        Shared statistics of features and targets.
    """
    spectrum = statistics.centred_spectrum
    along, across = spectrum.split(statistics.mean)
    # Directions of full rank hold the mean whole: what is left is the rounding of this difference.
    is_full = spectrum.rank == statistics.n_features
    return CentredModel(
        statistics.n_samples,
        spectrum.singular_values,
        along,
        0.0 if is_full else float(across @ across),
        np.ascontiguousarray(statistics.centred_projections.T),
        statistics.target_means,
        statistics.centred_residuals,
    )


def solve_centred(model: CentredModel, tau: Array) -> CentredSolution:
    """Solve for the weights of each target at a ratio of its own.

    Parameters
    ----------
    model
        Features and k targets.
    tau
        alpha/beta, shape (k,).

    Notes
    -----
    With R = (s^2 + tau)^-1, b = s e, zeta = z'R z, the mean's misfit is h = (mean - z'R b) / (1 + n zeta) and
    m = R (b + n h z). What of mu is outside the span of V is one more direction, in which s is 0.
    """
    n_samples, singular, along = model.n_samples, model.singular, model.along
    sigma, squares, crossed = singular**2, along**2, along * singular
    shrunk = 1 / (sigma + tau[:, None])
    shrunk2 = shrunk**2
    outside = model.across / tau
    pulled = n_samples * (_by_row(shrunk, squares) + outside)
    missed = (model.means - _by_row(model.projections * shrunk, crossed)) / (1 + pulled)
    push = n_samples * missed
    weights = (shrunk * (singular * model.projections + push[:, None] * along)) ** 2
    fitted = (shrunk * (tau[:, None] * model.projections - push[:, None] * crossed)) ** 2
    used = tau * _by_row(shrunk2, squares) + outside
    return CentredSolution(
        weights=weights.sum(axis=1) + outside / tau * push**2,
        residual=fitted.sum(axis=1) + model.rest + n_samples * missed**2,
        used=_by_row(shrunk, sigma) + n_samples * used / (1 + pulled),
        free=(n_samples - 1 - len(sigma))
        + tau * shrunk.sum(axis=1)
        + (1 + n_samples * _by_row(shrunk2, squares * sigma)) / (1 + pulled),
    )


def log_determinant(model: CentredModel, tau: Array) -> Array:
    """Return ln det(I + F'F / tau), shape (k,), for tau of the same shape."""
    sigma = model.singular**2
    pulled = model.n_samples * (_by_row(1 / (sigma + tau[:, None]), model.along**2) + model.across / tau)
    return np.asarray(np.log1p(sigma / tau[:, None]).sum(axis=1) + np.log1p(pulled))


def _by_row(rows: Array, factors: Array) -> Array:
    """Product with a vector, row by row: the numbers of a target do not depend on which others there are."""
    product: Array = np.einsum("ij,j->i", rows, factors)
    return product
