"""Features -> points to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError

__all__ = ["Projection", "pca"]

Array: TypeAlias = NDArray[np.float64]

# Points are float32, which ends at 3e38.
LARGEST_VALUE = 1e35
# Loadings this close to the largest count as equal to it: the sign must not hang on round-off.
SIGN_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Projection:
    """Samples as points; arrays are read-only.

    Parameters
    ----------
    points
        float32 array of shape (n_samples, n_components), centred.
    explained_variance_ratio
        float64 array of shape (n_components,): share of the features' variance along each axis, in [0, 1].
    method
        How the points were made: ``"pca"``.
    """

    points: NDArray[np.float32]
    explained_variance_ratio: Array
    method: str

    def __post_init__(self) -> None:
        self.points.setflags(write=False)
        self.explained_variance_ratio.setflags(write=False)


def pca(embeddings: ArrayLike, n_components: int = 2) -> Projection:
    """Project features on their directions of largest variance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 2.
    n_components
        Number of axes, at least 1.

    Returns
    -------
    Projection
        The loading of largest absolute value on each axis is positive. Axes beyond the rank of the centred
        features (one feature only, all samples equal) are 0 with ratio 0.

    Raises
    ------
    InputError
        Not a matrix of finite numbers, fewer than two samples, or no axis asked for.

    Examples
    --------
    >>> pca([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]).points.tolist()
    [[-2.0, 0.0], [0.0, 0.0], [2.0, 0.0]]
    """
    centred = _centre(embeddings)
    if n_components < 1:
        raise InputError(f"Expected n_components >= 1, got {n_components}.")
    points = np.zeros((len(centred), n_components), dtype=np.float32)
    ratios = np.zeros(n_components)
    variances, loadings = _principal_axes(centred, n_components)
    n_found = len(variances)
    points[:, :n_found] = centred @ loadings
    total = float(np.einsum("ij,ij->", centred, centred))
    ratios[:n_found] = variances / total if n_found else variances
    return Projection(points, ratios, "pca")


def _centre(embeddings: ArrayLike) -> Array:
    """Check the features and subtract their mean, in float64."""
    features = np.asarray(embeddings)
    if features.dtype.kind not in "biuf" or features.ndim != 2 or 0 in features.shape:
        raise InputError(
            "Expected real embeddings of shape (n_samples, n_features),"
            f" got {features.dtype} {features.shape}."
        )
    if len(features) < 2:
        raise InputError("Expected at least 2 samples to project, got 1.")
    centred: Array = np.array(features, dtype=np.float64)
    if not (np.abs(centred) <= LARGEST_VALUE).all():
        raise InputError(f"Expected embeddings up to {LARGEST_VALUE:g}, got more, NaN or infinity.")
    # Measured from the first sample: constant columns are then exactly 0, however large.
    centred -= centred[0].copy()
    centred -= centred.mean(axis=0)
    return centred


def _principal_axes(centred: Array, n_components: int) -> tuple[Array, Array]:
    """Scatter along, and loadings (n_features, k) of, the k <= n_components axes above round-off."""
    n_samples, n_features = centred.shape
    is_wide = n_samples < n_features
    gram = centred @ centred.T if is_wide else centred.T @ centred
    size = len(gram)
    wanted = (max(0, size - n_components), size - 1)
    values, vectors = scipy.linalg.eigh(gram, subset_by_index=wanted, check_finite=False)
    values, vectors = values[::-1], vectors[:, ::-1]
    found = values > max(centred.shape) * np.finfo(np.float64).eps * values[0]
    values, vectors = values[found], vectors[:, found]
    loadings = centred.T @ vectors / np.sqrt(values) if is_wide else vectors
    return values, np.asarray(loadings * _signs(loadings))


def _signs(loadings: Array) -> Array:
    """Sign of each axis' first loading of largest absolute value."""
    size = np.abs(loadings)
    first = np.argmax(size >= (1 - SIGN_SLACK) * size.max(axis=0, initial=0.0), axis=0)
    largest: Array = loadings[first, np.arange(loadings.shape[1])]
    return np.sign(largest)
