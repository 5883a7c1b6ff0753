"""Samples to score: class means plus noise, and a source head that knows a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@dataclass(frozen=True)
class Toy:
    """Features (n, d), labels 0..C-1 (n,) and source logits (n, 7)."""

    embeddings: NDArray[Any]
    labels: NDArray[np.int64]
    source_logits: NDArray[Any]


def make_toy(n_samples: int = 90, n_features: int = 12, n_classes: int = 4, seed: int = 0) -> Toy:
    """Balanced up to one sample, every class at least once."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_samples) % n_classes)
    spread = 1 + np.arange(n_features) / n_features
    means = rng.normal(size=(n_classes, n_features))
    embeddings = means[labels] + spread * rng.normal(size=(n_samples, n_features)) + 0.5
    head = rng.normal(size=(n_features, 7)) / np.sqrt(n_features)
    return Toy(embeddings, labels, 2 * embeddings @ head)


@pytest.fixture
def toy() -> Callable[..., Toy]:
    """Return a maker of toy samples."""
    return make_toy
