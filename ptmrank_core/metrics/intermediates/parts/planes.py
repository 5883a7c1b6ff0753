"""Planes in which points of many dimensions are drawn; no score is computed in them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["principal_directions"]

Array: TypeAlias = NDArray[np.float64]


def principal_directions(points: Array) -> Array:
    """Return the two directions along which points differ most.

    Parameters
    ----------
    points
        Array of shape (n_points, width).

    Returns
    -------
    ndarray of shape (width, 2)
        Orthonormal columns; 0 where the points do not differ in as many directions. The largest entry of a
        column is positive.
    """
    deviations = points - points.mean(axis=0)
    directions = np.zeros((points.shape[1], 2))
    _, sizes, right = np.linalg.svd(deviations, full_matrices=False)
    found = right[:2][sizes[:2] > max(points.shape) * np.finfo(float).eps * max(float(sizes[0]), 1e-300)].T
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    directions[:, : found.shape[1]] = found * signs
    return directions
