"""Expectation maximisation of a Gaussian mixture with full covariances and few samples in a component.

It takes the steps of scikit-learn's ``GaussianMixture`` and stops where that stops. There every component
costs n_samples d^2 operations and d^2 numbers; here one of m < d members has the covariance A'A + r I with A
of m rows, whose determinant and distances cost n_samples m d. Members are all samples whose responsibility
is not 0: nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import logsumexp

__all__ = ["FittedMixture", "fit_full_mixture"]

Array: TypeAlias = NDArray[np.float64]

# Those of scikit-learn: rounds, change of the mean log-likelihood to stop at, guard of an empty component.
MAX_ROUNDS = 100
TOLERANCE = 1e-3
EPS = float(np.finfo(np.float64).eps)
EMPTY = 10 * EPS
# Times the bound on the round-off of a Cholesky factor above which the factor exists whatever the rounding:
# J. W. Demmel, On floating point errors in Cholesky, LAPACK Working Note 14, 1989.
SURE = 4
# Samples whose distances to all components are formed at a time.
BLOCK = 256


@dataclass(frozen=True, eq=False)
class FittedMixture:
    """Posterior p(component | sample), shape (n_samples, n_components), and what it comes from.

    Of the components: weights (n_components,), means (n_components, d), covariances on the first two
    directions (n_components, 2, 2), 0 in one that is not there. Then the rounds, and whether they sufficed.
    """

    posterior: Array
    weights: Array
    means: Array
    planes: Array
    n_rounds: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Component:
    """One Gaussian: precision V diag(1/variances) V' + rest (I - V V').

    ``members`` (m,) hold its mass ``weight``; ``mean`` (d,); ``axes`` V' (k, d) and ``variances`` (k,) along
    them; ``rest`` is 1/r, or 0 where the axes span the space.
    """

    members: NDArray[np.int64]
    weight: float
    mean: Array
    axes: Array
    variances: Array
    rest: float

    def log_scale(self, regularisation: float) -> float:
        """Logarithm of weight / sqrt(det(2 pi covariance))."""
        n_axes, n_features = self.axes.shape
        log_det = np.log(self.variances).sum() + (n_features - n_axes) * np.log(regularisation)
        return float(np.log(self.weight) - 0.5 * (n_features * np.log(2 * np.pi) + log_det))

    def plane(self, regularisation: float) -> Array:
        """Covariance on the first two directions, shape (2, 2), 0 in one that is not there."""
        n_directions = min(2, len(self.mean))
        axes = self.axes[:, :n_directions]
        covariance = (axes.T * self.variances) @ axes
        if self.rest:
            covariance += regularisation * (np.eye(n_directions) - axes.T @ axes)
        plane = np.zeros((2, 2))
        plane[:n_directions, :n_directions] = covariance
        return plane

    def distances(self, points: Array) -> Array:
        """Squared Mahalanobis distances of points of shape (m, d), exact near the axes as well."""
        offsets = points - self.mean
        along = offsets @ self.axes.T
        across = offsets - along @ self.axes
        return np.asarray(along**2 @ (1 / self.variances) + self.rest * np.einsum("ij,ij->i", across, across))


def fit_full_mixture(points: Array, n_components: int, regularisation: float, seed: int) -> FittedMixture:
    """Fit the mixture from the clusters of k-means.

    Parameters
    ----------
    points
        Array of shape (n_samples, d).
    n_components
        At most n_samples.
    regularisation
        r, what is added to the diagonal of each covariance.
    seed
        Of k-means.

    Raises
    ------
    LinAlgError
        A covariance is not positive definite by its Cholesky factor.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - a second to import, rarely needed

    clusters = KMeans(n_components, n_init=1, random_state=seed).fit(points).labels_
    components = _maximise(points, np.eye(n_components)[clusters], regularisation)
    likelihoods = [-np.inf]
    converged = False
    while not converged and len(likelihoods) <= MAX_ROUNDS:
        posterior, likelihood = _expect(points, components, regularisation)
        components = _maximise(points, posterior, regularisation)
        converged = abs(likelihood - likelihoods[-1]) < TOLERANCE
        likelihoods.append(likelihood)
    posterior, _ = _expect(points, components, regularisation)
    return FittedMixture(
        posterior,
        np.array([part.weight for part in components]),
        np.stack([part.mean for part in components]),
        np.stack([part.plane(regularisation) for part in components]),
        len(likelihoods) - 1,
        converged,
    )


def _maximise(points: Array, posterior: Array, regularisation: float) -> list[_Component]:
    """Weight, mean and covariance of each component."""
    mass = posterior.sum(axis=0) + EMPTY
    whole, width = mass.sum(), points.shape[1]
    found = [
        _moments(points, column, total)
        for column, total in zip(np.ascontiguousarray(posterior.T), mass, strict=True)
    ]
    full = [place for place, (members, _, _) in enumerate(found) if len(members) >= width]
    for members, _, root in found:
        if len(members) < width and not _is_surely_positive(root, regularisation):
            np.linalg.cholesky(_covariance(root, regularisation))
    shapes: dict[int, tuple[Array, Array]] = {}
    if full:
        # One call for all: that of a small matrix takes longer than its decomposition.
        covariances = np.stack([_covariance(found[place][2], regularisation) for place in full])
        np.linalg.cholesky(covariances)
        variances, vectors = np.linalg.eigh(covariances)
        shapes = {place: (variances[i], vectors[i].T) for i, place in enumerate(full)}
    components = []
    for place, (members, mean, root) in enumerate(found):
        weight, rest = float(mass[place] / whole), 0.0
        if place in shapes:
            spread, axes = shapes[place]
        else:
            _, singular, axes = np.linalg.svd(root, full_matrices=False)
            spread, rest = singular**2 + regularisation, 1 / regularisation
        components.append(_Component(members, weight, mean, axes, spread, rest))
    return components


def _moments(points: Array, column: Array, total: float) -> tuple[NDArray[np.int64], Array, Array]:
    """Members of a component, their mean, and the root A of their scatter A'A, shape (m, d)."""
    (members,) = column.nonzero()
    part, own = column[members], points[members]
    mean = part @ own / total
    return members, mean, np.sqrt(part / total)[:, None] * (own - mean)


def _covariance(root: Array, regularisation: float) -> Array:
    """A'A + r I."""
    covariance: Array = root.T @ root
    covariance.flat[:: len(covariance) + 1] += regularisation
    return covariance


def _is_surely_positive(root: Array, regularisation: float) -> bool:
    """Whether A'A + r I of width d has a Cholesky factor for certain: r above its round-off, d^2 eps tr(A'A).

    Then nothing as large as that matrix is formed.
    """
    width = root.shape[1]
    scatter = float(np.vdot(root, root)) + width * regularisation
    return bool(regularisation > SURE * width * (width + 1) * EPS * scatter)


def _expect(points: Array, components: list[_Component], regularisation: float) -> tuple[Array, float]:
    """Posterior of each sample, and the mean log-likelihood."""
    log_probs = _log_probs(points, components, regularisation)
    likelihoods = logsumexp(log_probs, axis=1)
    return np.exp(log_probs - likelihoods[:, None]), float(likelihoods.mean())


def _log_probs(points: Array, components: list[_Component], regularisation: float) -> Array:
    """ln(weight density) of every sample and component, shape (n_samples, n_components)."""
    means = np.stack([part.mean for part in components])
    axes = np.concatenate([part.axes for part in components])
    rests = np.array([part.rest for part in components])
    scales = np.array([part.log_scale(regularisation) for part in components])
    centres = np.concatenate([part.axes @ part.mean for part in components])
    # |z|^2 / r less what is too much of it along the axes: one product for all components.
    excess = np.concatenate([1 / part.variances - part.rest for part in components])
    owners = np.repeat(np.arange(len(components)), [len(part.axes) for part in components])
    weights = csr_array((excess, (np.arange(len(axes)), owners)), shape=(len(axes), len(components)))
    squared_distances = np.empty((len(points), len(components)))
    for start in range(0, len(points), BLOCK):
        block = points[start : start + BLOCK]
        along = (block @ axes.T - centres) ** 2
        across = np.einsum("ij,ij->i", block, block)[:, None] - 2 * block @ means.T
        across += np.einsum("ij,ij->i", means, means)
        squared_distances[start : start + BLOCK] = along @ weights + rests * across
    # The two cancel for a component's own samples, which are few wherever there is a rest.
    for column, part in zip(squared_distances.T, components, strict=True):
        if part.rest:
            column[part.members] = part.distances(points[part.members])
    return scales - 0.5 * squared_distances
