"""Words that several definitions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Array = NDArray[Any]
Given = dict[str, Any]

# Why a second opinion cannot agree more closely than it does.
ROUNDING = "sums in another order"
SMALL_DIRECTIONS = "a Gram matrix halves the digits of the smallest directions"
INVERSE = "an explicit inverse loses the digits of the condition number"


@dataclass(frozen=True)
class Opinion:
    """A second opinion on one name of the registry.

    ``value`` computes it from the arrays of a case; the product has to agree to ``rel`` and ``absolute``, and
    ``why`` says why not more closely. ``targets`` does the same for real or multi-label targets, to 1e-9.
    """

    value: Callable[[Given], float]
    rel: float
    why: str
    absolute: float = 1e-12
    targets: Callable[[Given, Array], float] | None = None


def of_features(function: Callable[..., float], *options: Any) -> Callable[[Given], float]:
    """Let a definition on features and labels read the arrays."""
    return lambda given: function(given["embeddings"], given["labels"], *options)


def source_probs(given: Given) -> Array:
    """Softmax of the source head."""
    return np.asarray(softmax(given["source_logits"], axis=1))


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
