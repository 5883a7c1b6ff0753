"""Words that several definitions share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def one_hot(labels: Array) -> Array:
    """Return indicators of codes without gaps, one row at a time."""
    hot = np.zeros((len(labels), max(labels) + 1))
    for i, y in enumerate(labels):
        hot[i, y] = 1.0
    return hot


def classes_of(features: Array, labels: Array) -> list[Array]:
    """Return the rows of each class."""
    return [
        np.array([f for f, y in zip(features, labels, strict=True) if y == c]) for c in range(max(labels) + 1)
    ]


def centred(features: Array) -> Array:
    """Columns less their mean, twice: the first pass alone leaves the rounding of a large mean."""
    once = features - features.mean(axis=0)
    return np.asarray(once - once.mean(axis=0))
