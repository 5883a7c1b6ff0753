"""The record of a projection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError

__all__ = ["Array", "Projection", "centre"]

Array: TypeAlias = NDArray[np.float64]

# Points are float32, which ends at 3e38.
LARGEST_VALUE = 1e35


@dataclass(frozen=True, eq=False)
class Projection:
    """Samples as points; arrays are read-only.

    Parameters
    ----------
    points
        float32 array of shape (n_samples, n_components).
    explained_variance_ratio
        float64 array of shape (n_components,): share of the features' variance along each axis, in [0, 1];
        empty where the axes have no meaning.
    method
        ``"pca"``, ``"lda"``, ``"tsne"`` or ``"umap"``.
    settings
        Parameters of the method, by name.
    """

    points: NDArray[np.float32]
    explained_variance_ratio: Array
    method: str
    settings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        self.points.setflags(write=False)
        self.explained_variance_ratio.setflags(write=False)


def centre(embeddings: ArrayLike) -> Array:
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
