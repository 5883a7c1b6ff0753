"""Ellipses of covariances in a plane: what a picture of a Gaussian is drawn from."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["half_axes"]

Array: TypeAlias = NDArray[np.float64]


def half_axes(covariances: Array) -> Array:
    """Half axes of the ellipses of one standard deviation.

    Parameters
    ----------
    covariances
        Symmetric and positive semi-definite, shape (k, 2, 2), in some unit squared.

    Returns
    -------
    ndarray of float64
        Shape (k, 2, 2), in that unit: rows a and b, so that the points a cos(t) + b sin(t) are the ellipse.
    """
    variances, vectors = np.linalg.eigh(covariances)
    lengths = np.sqrt(np.maximum(variances, 0.0))
    return np.asarray(np.swapaxes(vectors, 1, 2) * lengths[:, :, None])
