"""What GBC measures: the classes as round Gaussians, and how much each pair of them overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.bhattacharyya import fit_class_gaussians, round_terms

__all__ = ["GbcRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class GbcRecord:
    """The Gaussians behind GBC, arXiv:2111.12780 eq. 4 and 5, on at most 64 principal components.

    The score is minus the sum over all ordered pairs of classes of exp(-D), D = ||mu - mu'||^2 / (8 s) +
    1/2 ln(s / sqrt(v v')), s the mean of v and v'.

    Parameters
    ----------
    labels
        Codes 0..C-1, shape (n_samples,).
    means
        mu, shape (n_classes, k), in the features' unit.
    spreads
        v, mean variance of each class over the components, shape (n_classes,), in the unit squared.
    mean_terms
        ||mu - mu'||^2 / (8 s), shape (n_classes, n_classes).
    spread_terms
        1/2 ln(s / sqrt(v v')), shape (n_classes, n_classes).
    distances
        D, Bhattacharyya distances, shape (n_classes, n_classes), 0 on the diagonal.
    overlaps
        exp(-D), in [0, 1], shape (n_classes, n_classes); 0 on the diagonal, which does not count.
    points
        The samples on the first two components, shape (n_samples, 2); 0 in one that is not there.
    centres
        ``means`` there, shape (n_classes, 2).
    radii
        Standard deviation of each class, sqrt(v), shape (n_classes,).
    value
        The score.
    """

    labels: NDArray[np.int64]
    means: Array
    spreads: Array
    mean_terms: Array
    spread_terms: Array
    distances: Array
    overlaps: Array
    points: Array
    centres: Array
    radii: Array
    value: float


def intermediates(inputs: MetricInputs) -> GbcRecord:
    """Fit the Gaussians, and measure every pair term by term.

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
    fit = fit_class_gaussians(statistics, "spherical")
    mean_terms, logs = round_terms(fit.means, fit.variances)
    overlaps = np.exp(-fit.distances)
    np.fill_diagonal(overlaps, 0.0)
    spreads = fit.variances.mean(axis=1)
    centres = np.zeros((len(spreads), 2))
    n_shown = min(2, fit.means.shape[1])
    centres[:, :n_shown] = fit.means[:, :n_shown]
    return GbcRecord(
        statistics.labels,
        fit.means,
        spreads,
        mean_terms,
        0.5 * logs,
        fit.distances,
        overlaps,
        statistics.principal_scores(2),
        centres,
        np.sqrt(spreads),
        0.0 - fit.overlap,
    )
