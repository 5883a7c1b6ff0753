"""The classes as Gaussians, and how far apart each pair of them is: what GBC sums, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.inputs.inputs import prepare_inputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition

__all__ = [
    "VARIANCE_FLOOR",
    "ClassGaussians",
    "ClassShape",
    "class_distances",
    "fit_class_gaussians",
    "round_terms",
]

Array: TypeAlias = NDArray[np.float64]
ClassShape: TypeAlias = Literal["spherical", "diagonal", "fulldet"]

MAX_COMPONENTS = 64
VARIANCE_FLOOR = 1e-4


@dataclass(frozen=True, eq=False)
class ClassGaussians:
    """The classes as Gaussians in the space of the first k principal components.

    Parameters
    ----------
    means
        Shape (n_classes, k), in the features' unit.
    variances
        Over n_c, each at least 1e-4, shape (n_classes, k), in the unit squared.
    distances
        Bhattacharyya distance of each pair, shape (n_classes, n_classes), 0 with itself.
    """

    means: Array
    variances: Array
    distances: Array

    @property
    def pairs(self) -> Array:
        """Distances of all ordered pairs of different classes, shape (C (C - 1),)."""
        return self.distances[~np.eye(len(self.distances), dtype=bool)]

    @property
    def overlap(self) -> float:
        """Bhattacharyya coefficients exp(-distance), summed over all ordered pairs."""
        return float(np.exp(-self.pairs).sum())


def class_distances(embeddings: ArrayLike, labels: ArrayLike, *, shape: ClassShape = "spherical") -> Array:
    """Bhattacharyya distance of each pair of classes, as Gaussians in the space in which GBC has them.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    shape
        As in :func:`~ptmrank_core.metrics.gbc`.

    Returns
    -------
    ndarray of float64
        Shape (n_classes, n_classes), symmetric, 0 on the diagonal, classes sorted; larger is farther apart.
        GBC is minus the sum of exp(-distance) over all ordered pairs.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    References
    ----------
    .. [1] Pándy, Agostinelli, Uijlings, Ferrari, Mensink: Transferability Estimation using Bhattacharyya
       Class Separability. CVPR 2022. arXiv:2111.12780

    Examples
    --------
    >>> class_distances([[0.0], [2.0], [10.0], [12.0]], ["a", "a", "b", "b"]).round(2).tolist()
    [[0.0, 12.5], [12.5, 0.0]]
    """
    return fit_class_gaussians(prepare_inputs(embeddings, labels=labels).decomposition, shape).distances


def fit_class_gaussians(statistics: Decomposition, shape: ClassShape) -> ClassGaussians:
    """Fit a Gaussian to each class and measure every pair.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    shape
        As in :func:`~ptmrank_core.metrics.gbc`.

    Returns
    -------
    ClassGaussians
        Of arXiv:2111.12780, eq. 4 and 5.

    Raises
    ------
    UnknownNameError
        There is no such shape.
    """
    if shape not in ("spherical", "diagonal", "fulldet"):
        raise UnknownNameError("shape", shape, ("spherical", "diagonal", "fulldet"))
    scores = statistics.principal_scores(min(MAX_COMPONENTS, statistics.n_samples, statistics.n_features))
    rows = [scores[members] for members in statistics.class_rows]
    means = np.stack([row.mean(axis=0) for row in rows])
    variances = np.maximum(np.stack([row.var(axis=0) for row in rows]), VARIANCE_FLOOR)
    if shape == "diagonal":
        distances = np.stack([_distances_to_all(means, variances, c) for c in range(len(means))])
    else:
        mean_terms, excess = round_terms(means, variances)
        excess *= means.shape[1] if shape == "fulldet" else 1
        distances = mean_terms + 0.5 * excess
    np.fill_diagonal(distances, 0.0)
    # Equal variances differ by round-off: an overlap is at most 1.
    return ClassGaussians(means, variances, np.maximum(distances, 0.0))


def round_terms(means: Array, variances: Array) -> tuple[Array, Array]:
    """Terms of the distance of each pair of round Gaussians: that of the means, and ln(s / sqrt(v v')).

    Parameters
    ----------
    means, variances
        As in :class:`ClassGaussians`; a class has the mean of its variances in every direction.

    Returns
    -------
    tuple of ndarray
        ``||mu - mu'||^2 / (8 s)`` and the logarithm, each of shape (n_classes, n_classes).
    """
    spread = variances.mean(axis=1)
    middle = (spread[:, None] + spread) / 2
    excess = np.log(middle) - np.log(spread)[:, None] / 2 - np.log(spread) / 2
    return scipy.spatial.distance.cdist(means, means, "sqeuclidean") / (8 * middle), excess


def _distances_to_all(means: Array, variances: Array, c: int) -> Array:
    """Distance of one class to every class, one variance for each component; never C x C x k numbers."""
    middle = (variances + variances[c]) / 2
    mean_terms: Array = ((means - means[c]) ** 2 / middle).sum(axis=1) / 8
    logs = np.log(variances)
    return np.asarray(mean_terms + 0.5 * (np.log(middle) - 0.5 * (logs + logs[c])).sum(axis=1))
