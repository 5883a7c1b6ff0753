"""GBC: how much the classes, as Gaussians, overlap in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.records import MetricOutput

__all__ = ["ClassShape", "GbcResult", "gbc", "gbc_output", "separate"]

Array: TypeAlias = NDArray[np.float64]
ClassShape: TypeAlias = Literal["spherical", "diagonal", "fulldet"]

MAX_COMPONENTS = 64
VARIANCE_FLOOR = 1e-4


@dataclass(frozen=True, eq=False)
class GbcResult:
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


def gbc(embeddings: ArrayLike, labels: ArrayLike, *, shape: ClassShape = "spherical") -> float:
    """Gaussian Bhattacharyya coefficient: minus the overlap of the classes, summed over ordered pairs.

    Every class becomes a Gaussian in the space of the first min(64, n, d) principal components; two of
    them overlap by exp(-D_B), D_B their Bhattacharyya distance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    shape
        ``"spherical"``: one variance for each class, its log-determinant counted for one dimension as
        published. ``"fulldet"``: counted for all k. ``"diagonal"``: one variance for each component.

    Returns
    -------
    float
        Higher is better; 0 without any overlap, at least -C(C - 1).

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The authors' code, in float64 and without its limit to at least 64 samples and features. Its spherical
    form lacks the factor k of ln|Sigma| = k ln v, which ``"fulldet"`` has. Variances are over n_c, not
    n_c - 1, with an absolute floor of 1e-4: a class of one sample looks far away from everything, and
    features of a tiny scale tie. Where all pairs are far apart exp underflows to ties at 0; the component
    ``log_sum`` does not. By chance alone means of n_c samples are k/(4 n_c) apart.

    References
    ----------
    .. [1] Pándy, Agostinelli, Uijlings, Ferrari, Mensink: Transferability Estimation using Bhattacharyya
       Class Separability. CVPR 2022. arXiv:2111.12780

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> gbc(features, ["a", "a", "b", "b"]) > gbc(features, ["a", "b", "a", "b"])
    True
    """
    return gbc_output(prepare_inputs(embeddings, labels=labels), shape=shape).value


def gbc_output(inputs: MetricInputs, *, shape: ClassShape = "spherical") -> MetricOutput:
    """Return :func:`gbc` with the logarithm of the overlap and the closest pair's distance."""
    result = separate(inputs.decomposition, shape)
    pairs = result.distances[~np.eye(inputs.n_classes, dtype=bool)]
    overlap = float(np.exp(-pairs).sum())
    floored = float(np.mean(result.variances == VARIANCE_FLOOR))
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if inputs.label_notes:
        notes.append("A class of one sample has the least variance there is and looks far from all others.")
    if overlap == 0:
        notes.append("All pairs are so far apart that their overlap is 0; log_sum still tells them apart.")
    if floored > 0.5:
        notes.append(f"{floored:.0%} of the variances are below the absolute floor of 1e-4.")
    n_small = int(np.count_nonzero(inputs.decomposition.class_counts < result.means.shape[1]))
    if n_small:
        notes.append(
            f"{n_small} of {inputs.n_classes} classes have fewer samples than principal components:"
            " their means are apart by chance."
        )
    components = {
        "log_sum": float(logsumexp(-pairs)),
        "least_distance": float(pairs.min()),
        "n_components": float(result.means.shape[1]),
        "floored_share": floored,
    }
    return MetricOutput(0.0 - overlap, MappingProxyType(components), tuple(notes))


def separate(statistics: Decomposition, shape: ClassShape) -> GbcResult:
    """Fit the classes and measure every pair, [1] eq. 4 and 5."""
    if shape not in ("spherical", "diagonal", "fulldet"):
        raise UnknownNameError("shape", shape, ("spherical", "diagonal", "fulldet"))
    scores = statistics.principal_scores(min(MAX_COMPONENTS, statistics.n_samples, statistics.n_features))
    rows = [scores[members] for members in statistics.class_rows]
    means = np.stack([row.mean(axis=0) for row in rows])
    variances = np.maximum(np.stack([row.var(axis=0) for row in rows]), VARIANCE_FLOOR)
    if shape == "diagonal":
        distances = np.stack([_to_all(means, variances, c) for c in range(len(means))])
    else:
        spread = variances.mean(axis=1)
        middle = (spread[:, None] + spread) / 2
        excess = np.log(middle) - np.log(spread)[:, None] / 2 - np.log(spread) / 2
        excess *= means.shape[1] if shape == "fulldet" else 1
        distances = cdist(means, means, "sqeuclidean") / (8 * middle) + 0.5 * excess
    np.fill_diagonal(distances, 0.0)
    # Equal variances differ by round-off: an overlap is at most 1.
    return GbcResult(means, variances, np.maximum(distances, 0.0))


def _to_all(means: Array, variances: Array, c: int) -> Array:
    """Distance of one class to every class, one variance for each component; never C x C x k numbers."""
    middle = (variances + variances[c]) / 2
    apart: Array = ((means - means[c]) ** 2 / middle).sum(axis=1) / 8
    logs = np.log(variances)
    return np.asarray(apart + 0.5 * (np.log(middle) - 0.5 * (logs + logs[c])).sum(axis=1))
