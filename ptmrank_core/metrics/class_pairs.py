"""How far apart each pair of classes is: what GBC sums, pair by pair."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.metrics.gbc import ClassShape, separate
from ptmrank_core.metrics.inputs.inputs import prepare_inputs

__all__ = ["class_distances"]

Array: TypeAlias = NDArray[np.float64]


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
    return separate(prepare_inputs(embeddings, labels=labels).decomposition, shape).distances
