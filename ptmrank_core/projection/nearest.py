"""The nearest neighbours of every sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError

__all__ = ["nearest_of_all"]

# Distances of a block of samples to all others: 16 MiB.
BLOCK_VALUES = 2**22
ROUND_OFF = 1e-6


def nearest_of_all(
    embeddings: ArrayLike, n_near: int, *, proceed: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the nearest neighbours of each sample by Euclidean distance between standardised features.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), finite.
    n_near
        Number of neighbours; where there are fewer other samples, all of them.
    proceed
        Called between blocks of samples; raises to stop.

    Returns
    -------
    tuple of NDArray
        Indices of the neighbours and their distances, both of shape (n_samples, n_near), the nearest first. A
        distance that is round-off is 0: that of features that are equal.

    Raises
    ------
    InputError
        Not a finite matrix of two samples or more.
    """
    features = np.asarray(embeddings, dtype=np.float32)
    if features.ndim != 2 or len(features) < 2 or not np.isfinite(features).all():
        raise InputError(f"Expected a finite matrix of two samples or more, got the shape {features.shape}.")
    scaled = _standardise(features)
    n_near = min(n_near, len(scaled) - 1)
    squares = np.einsum("ij,ij->i", scaled, scaled)
    rows = np.empty((len(scaled), n_near), dtype=np.int64)
    distances = np.empty((len(scaled), n_near), dtype=np.float32)
    size = max(1, BLOCK_VALUES // len(scaled))
    for start in range(0, len(scaled), size):
        proceed()
        own = np.arange(start, min(start + size, len(scaled)))
        between = squares[own, None] + squares - 2 * scaled[own] @ scaled.T
        between[between < ROUND_OFF * squares[own, None]] = 0.0
        between[np.arange(len(own)), own] = np.inf
        near = np.argpartition(between, n_near - 1, axis=1)[:, :n_near]
        order = np.lexsort((near, np.take_along_axis(between, near, axis=1)))
        rows[own] = np.take_along_axis(near, order, axis=1)
        distances[own] = np.sqrt(np.take_along_axis(between, rows[own], axis=1))
    return rows, distances


def _standardise(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give each column a mean of 0 and a deviation of 1; a column without a spread becomes 0."""
    centred = features - features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = centred.std(axis=0, dtype=np.float64)
    is_spread = deviation > ROUND_OFF * np.abs(features).max(axis=0)
    return np.asarray(centred / np.where(is_spread, deviation, np.inf), dtype=np.float32)
