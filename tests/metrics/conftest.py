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
    """Features (n, d), labels 0..C-1 (n,), source logits (n, 7), and what single metrics need besides."""

    embeddings: NDArray[Any]
    labels: NDArray[np.int64]
    source_logits: NDArray[Any]
    reference_embeddings: NDArray[Any]
    source_embeddings: NDArray[Any]
    source_labels: NDArray[Any]

    def arrays(self, **changes: Any) -> dict[str, Any]:
        """Everything that a metric can ask for, some of it exchanged; ``None`` leaves an array out."""
        arrays = {
            "embeddings": self.embeddings,
            "labels": self.labels,
            "source_logits": self.source_logits,
            "reference_embeddings": self.reference_embeddings,
            "source_embeddings": self.source_embeddings,
            "source_labels": self.source_labels,
            "source_error": 0.2,
            "target_error": 0.9,
            "lipschitz": 0.1,
        } | changes
        if arrays["labels"] is not None:
            n_classes = len(np.unique(arrays["labels"]))
            names = np.random.default_rng(7).normal(size=(2, n_classes, 5))
            arrays = {"label_embeddings": names} | arrays
        return {name: array for name, array in arrays.items() if array is not None}

    def mapped(self, change: Callable[[NDArray[Any]], NDArray[Any]], **changes: Any) -> dict[str, Any]:
        """Everything, with all features of this model changed in the same way."""
        names = ("embeddings", "reference_embeddings", "source_embeddings")
        return self.arrays(**{name: change(getattr(self, name)) for name in names}, **changes)


def make_toy(n_samples: int = 90, n_features: int = 12, n_classes: int = 4, seed: int = 0) -> Toy:
    """Balanced up to one sample, every class at least once."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_samples) % n_classes)
    spread = 1 + np.arange(n_features) / n_features
    means = rng.normal(size=(n_classes, n_features))
    embeddings = means[labels] + spread * rng.normal(size=(n_samples, n_features)) + 0.5
    head = rng.normal(size=(n_features, 7)) / np.sqrt(n_features)
    reference = 0.5 + spread * rng.normal(size=(n_samples + 10, n_features))
    source = np.concatenate([embeddings[::-1] + 0.1, reference[:7]])
    one_hot = np.eye(n_classes)[rng.integers(0, n_classes, len(source))]
    return Toy(embeddings, labels, 2 * embeddings @ head, reference, source, one_hot)


@pytest.fixture
def toy() -> Callable[..., Toy]:
    """Return a maker of toy samples."""
    return make_toy
