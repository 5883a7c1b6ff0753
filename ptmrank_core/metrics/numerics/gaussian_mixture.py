"""A Gaussian mixture in the features' leading directions, for metrics that make source classes of it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricError
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.gaussian_mixture_full import FittedMixture, fit_full_mixture

__all__ = ["COMPONENTS_PER_CLASS", "Covariance", "Mixture", "count_components", "fit_mixture"]

Array: TypeAlias = NDArray[np.float64]
Covariance: TypeAlias = Literal["full", "spherical"]

# "As in the paper", says the one published reading that names its source.
COMPONENTS_PER_CLASS = 5
KEPT_VARIANCE = 0.8
# What scikit-learn adds to the diagonal of each covariance, by the published readings of the paper.
REGULARISATION = {"full": 1e-6, "spherical": 1e-5}
# Features of 1e6 need about 1e-2; after that many factors of ten something else is wrong.
MAX_RAISES = 24
# Share of the mean variance along the directions from which on the regularisation is worth a warning.
BLURRING = 0.01
# Of the largest coordinate: above the round-off of a decomposition, far below what a mixture can resolve.
GRID = 2.0**-32


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture.

    Parameters
    ----------
    posterior
        p(component | sample), shape (n_samples, n_components), rows sum to 1.
    coordinates
        The samples on the leading directions, which hold 80 % of the variance, shape (n_samples,
        n_dimensions), in the features' unit.
    weights
        Shares of the components, shape (n_components,).
    means
        Shape (n_components, n_dimensions).
    planes
        Covariances on the first two directions, shape (n_components, 2, 2), in the unit squared; 0 in a
        direction that is not there.
    regularisation
        What was added to the diagonal of each covariance, in the features' unit squared.
    n_rounds
        Rounds of expectation maximisation.
    notes
        What is odd about the fit, one sentence each.
    """

    posterior: Array
    coordinates: Array
    weights: Array
    means: Array
    planes: Array
    regularisation: float
    n_rounds: int
    notes: tuple[str, ...]

    @property
    def n_dimensions(self) -> int:
        """Number of leading directions."""
        return int(self.coordinates.shape[1])

    @property
    def n_components(self) -> int:
        """Number of components."""
        return int(self.posterior.shape[1])


def fit_mixture(
    statistics: Decomposition, n_components: int, *, covariance: Covariance = "full", seed: int = 123
) -> Mixture:
    """Fit a mixture, as scikit-learn does, to the directions that hold 80 % of the variance.

    Parameters
    ----------
    statistics
        Shared statistics of the features.
    n_components
        At least 1, at most n_samples.
    covariance
        One full matrix, or one variance, for each component.
    seed
        Of the initial k-means.

    Returns
    -------
    Mixture
        One component without any direction where all samples are the same.

    Raises
    ------
    MetricError
        No regularisation made the covariances positive definite.
    """
    regularisation = REGULARISATION[covariance]
    coordinates = _leading_coordinates(statistics)
    if coordinates.shape[1] == 0:
        everything = np.ones((statistics.n_samples, 1)), coordinates, np.ones(1), np.empty((1, 0))
        return Mixture(*everything, np.zeros((1, 2, 2)), regularisation, 0, ())
    coordinates = _on_grid(coordinates)
    order = _canonical_order(statistics)
    mixture = None
    for _ in range(MAX_RAISES):
        mixture = _try_fit(coordinates[order], n_components, covariance, regularisation, seed)
        if mixture is not None:
            break
        regularisation *= 10
    if mixture is None:
        raise MetricError(
            f"No mixture of {n_components} components could be fitted to these features.",
            hint="Look for features that are huge.",
        )
    posterior = np.empty((statistics.n_samples, n_components))
    posterior[order] = mixture.posterior
    notes = []
    if regularisation != REGULARISATION[covariance]:
        notes.append(f"The mixture's covariances needed {regularisation:.0e} on their diagonal.")
    share = regularisation / coordinates.var(axis=0).mean()
    if share > BLURRING:
        notes.append(
            "The features are so small that what is added to the variances of the mixture,"
            f" {regularisation:.0e}, is {share:.0%} of theirs and blurs the clusters: multiply the features"
            f" by a constant."
        )
    if not mixture.converged:
        notes.append(f"The mixture still moved when stopped after {mixture.n_rounds} rounds.")
    shapes = mixture.weights, mixture.means, mixture.planes
    return Mixture(posterior, coordinates, *shapes, regularisation, mixture.n_rounds, tuple(notes))


def count_components(n_samples: int, n_classes: int, covariance: Covariance) -> int:
    """Return five components for each class, or as many as the samples support.

    Parameters
    ----------
    n_samples, n_classes
        What is to be clustered.
    covariance
        As in :func:`fit_mixture`.
    """
    wanted = COMPONENTS_PER_CLASS * n_classes
    most = max(1, n_samples // 2)
    if covariance == "spherical":
        # EMAB's rule, C fewer until there are fewer than samples; it has none left where C >= n.
        fewer = min(wanted, (n_samples - 1) // n_classes * n_classes)
        return fewer if fewer else most
    return min(wanted, most)


def _leading_coordinates(statistics: Decomposition) -> Array:
    """Principal components that hold 80 % of the variance, shape (n_samples, k)."""
    spectrum = statistics.centred_spectrum
    if spectrum.rank == 0:
        return np.empty((statistics.n_samples, 0))
    share = np.cumsum(spectrum.singular_values**2)
    n_kept = 1 + int(np.searchsorted(share / share[-1], KEPT_VARIANCE, side="right"))
    if spectrum.side == "left":
        return np.asarray(spectrum.vectors[:, :n_kept] * spectrum.singular_values[:n_kept])
    return np.asarray(spectrum.features @ spectrum.vectors[:, :n_kept])


def _on_grid(coordinates: Array) -> Array:
    """Round to ten digits of the largest, in steps of a power of two.

    The two samples of a cluster are equally far from its mean: the round-off that they came with, and so the
    order of the samples or the axes of the features, would decide which of them k-means moves.
    """
    step = GRID * 2.0 ** np.ceil(np.log2(np.abs(coordinates).max()))
    rounded: Array = np.rint(coordinates / step) * step
    return rounded


def _canonical_order(statistics: Decomposition) -> NDArray[np.int64]:
    """Order that depends on the samples alone: by their distance from the mean, then along the mean.

    The initial k-means draws samples by their place: in the order that they came in, the score would
    depend on it. Neither key changes when the axes are rotated.
    """
    energy = statistics.row_energy
    along = statistics.centred @ statistics.mean
    return np.lexsort((along, np.round(energy / energy.max(), 12)))


@cache
def _threadpools() -> Any:
    """Return the thread pools of this process: looking for them takes a third of the time of a small fit."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # noqa: PLC0415

    return ThreadpoolController()


def _try_fit(
    coordinates: Array, n_components: int, covariance: Covariance, regularisation: float, seed: int
) -> FittedMixture | None:
    """Return the fitted mixture, or ``None`` where a covariance was not positive definite."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - a second to import, rarely needed

    # Several threads of k-means add up in the order in which they finish: the last digits would differ.
    with warnings.catch_warnings(), _threadpools().limit(limits=1, user_api="openmp"):
        warnings.simplefilter("ignore", ConvergenceWarning)  # told in Mixture.notes
        try:
            if covariance == "full":
                return fit_full_mixture(coordinates, n_components, regularisation, seed)
            from sklearn.mixture import GaussianMixture  # noqa: PLC0415

            fit = GaussianMixture(
                n_components, covariance_type=covariance, reg_covar=regularisation, random_state=seed
            ).fit(coordinates)
        except ValueError:
            return None
    planes = np.zeros((n_components, 2, 2))
    for place in range(min(2, coordinates.shape[1])):
        planes[:, place, place] = fit.covariances_
    shapes = fit.weights_, fit.means_, planes
    return FittedMixture(fit.predict_proba(coordinates), *shapes, int(fit.n_iter_), bool(fit.converged_))
