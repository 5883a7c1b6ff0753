"""What H-Score compares: along every principal direction, the scatter of the class means with all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.parts.ellipses import half_axes
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.ledoit_wolf import between_over_shrunk, between_parts, ledoit_wolf

__all__ = ["HscoreRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class HscoreRecord:
    """Both covariances behind H-Score along the principal directions, arXiv:2110.06893 eq. 5.

    The score is (1 - a) sum_j b_j / s_j: the trace of S_a^-1 S_B, in the basis in which S_a is diagonal.

    Parameters
    ----------
    labels
        Codes 0..C-1, shape (n_samples,).
    total
        Eigenvalues of the covariance S over n, shape (rank,), descending, in the features' unit squared.
    shrunk
        s, those of S_a = (1 - a) S + a m I in the same directions, shape (rank,).
    between
        b, variance of the class means over n - 1 along them, shape (rank,).
    shares
        b over the variance of all samples over n - 1: which share of a direction lies between the classes, in
        [0, 1], shape (rank,).
    parts
        (1 - a) b_j / s_j, what each direction adds to the score, shape (rank,).
    shrinkage
        a, in [0, 1].
    mean_variance
        m, in the unit squared.
    points
        The samples on the first two directions, shape (n_samples, 2); 0 in one that is not there.
    class_means
        Means of the classes there, shape (n_classes, 2).
    ellipses
        Half axes at one standard deviation on these directions, shape (3, 2, 2), as of ``parts.ellipses``:
        of S, of S_a and of S_B.
    value
        The score.
    """

    labels: NDArray[np.int64]
    total: Array
    shrunk: Array
    between: Array
    shares: Array
    parts: Array
    shrinkage: float
    mean_variance: float
    points: Array
    class_means: Array
    ellipses: Array
    value: float


def intermediates(inputs: MetricInputs) -> HscoreRecord:
    """Resolve both covariances along the principal directions.

    Parameters
    ----------
    inputs
        With classes.

    Raises
    ------
    MetricInputError
        There are no classes.
    """
    statistics = inputs.decomposition
    shrinkage = ledoit_wolf(statistics)
    intensity = 0.0 if shrinkage.is_negligible else shrinkage.intensity
    scatter = statistics.centred_spectrum.singular_values**2
    shares = between_parts(statistics).sum(axis=1)
    between = scatter * shares / (statistics.n_samples - 1)
    total = scatter / statistics.n_samples
    shrunk = (1 - intensity) * total + intensity * shrinkage.scale
    points = statistics.principal_scores(2)
    means = statistics.sum_by_class(points) / statistics.class_counts[:, None]
    return HscoreRecord(
        statistics.labels,
        total,
        shrunk,
        between,
        shares,
        (1 - intensity) * between / shrunk,
        intensity,
        shrinkage.scale,
        points,
        means,
        _ellipses(statistics, means, (total, shrunk)),
        between_over_shrunk(statistics, shrinkage),
    )


def _ellipses(statistics: Decomposition, means: Array, variances: tuple[Array, Array]) -> Array:
    """Half axes of S, S_a and S_B on the first two principal directions."""
    planes = np.zeros((3, 2, 2))
    for plane, values in zip(planes, variances, strict=False):
        for place, value in enumerate(values[:2]):
            plane[place, place] = value
    root = means * np.sqrt(statistics.class_counts / (statistics.n_samples - 1))[:, None]
    planes[2] = root.T @ root
    return half_axes(planes)
