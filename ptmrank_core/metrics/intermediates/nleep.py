"""What N-LEEP fits and counts: clusters of the features, and which classes each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.leep import LeepRecord, count_record
from ptmrank_core.metrics.intermediates.parts.ellipses import half_axes
from ptmrank_core.metrics.numerics.gaussian_mixture import COMPONENTS_PER_CLASS, count_components, fit_mixture

__all__ = ["NleepRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class NleepRecord:
    """The mixture behind N-LEEP, arXiv:2011.11200 section 3.2, and the counts with its clusters.

    The score is the mean over the samples of ln sum_v P(y_i|v) p(v|x_i), in nats.

    Parameters
    ----------
    clusters
        As for LEEP, with the clusters v in the place of the source classes: ``source_probs`` are p(v|x_i).
    coordinates
        x, the samples on the principal components that hold 80 % of the variance, shape (n_samples, k), in
        the features' unit.
    weights
        Shares of the clusters in the mixture, shape (n_clusters,).
    means
        Their means, shape (n_clusters, k).
    ellipses
        Their half axes on the first two components at one standard deviation, shape (n_clusters, 2, 2), as of
        ``parts.ellipses``; 0 in a direction that is not there.
    n_wanted
        Clusters that the paper asks for: five for each class.
    value
        The score, in nats.
    """

    clusters: LeepRecord
    coordinates: Array
    weights: Array
    means: Array
    ellipses: Array
    n_wanted: int
    value: float


def intermediates(inputs: MetricInputs) -> NleepRecord:
    """Fit the mixture, and count the classes of its clusters.

    Parameters
    ----------
    inputs
        With classes.

    Raises
    ------
    MetricInputError
        There are no classes.
    MetricError
        No mixture could be fitted.
    """
    statistics = inputs.decomposition
    labels = statistics.labels
    n_components = count_components(inputs.n_samples, inputs.n_classes, "full")
    mixture = fit_mixture(statistics, n_components)
    clusters = count_record(mixture.posterior, labels, inputs.n_classes)
    return NleepRecord(
        clusters,
        mixture.coordinates,
        mixture.weights,
        mixture.means,
        half_axes(mixture.planes),
        COMPONENTS_PER_CLASS * inputs.n_classes,
        clusters.value,
    )
