"""Files of ready-made features for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

N_SAMPLES, N_FEATURES, N_CLASSES = 60, 8, 3
LABELS = np.arange(N_SAMPLES) % N_CLASSES


def draw_features(strength: float, seed: int = 0) -> np.ndarray:
    """Features of shape (60, 8) that tell the three classes apart the better, the larger the strength."""
    noise = np.random.default_rng(seed).normal(size=(N_SAMPLES, N_FEATURES))
    return noise + strength * np.eye(N_FEATURES)[LABELS]


def save_features(path: Path, strength: float = 2.0, **arrays: Any) -> Path:
    """Write an ``.npz`` file; ``labels`` and anything else can be given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {"embeddings": draw_features(strength), "labels": LABELS} | arrays
    np.savez(path, **{name: values for name, values in named.items() if values is not None})
    return path


def save_table(path: Path, strength: float = 2.0, labels: Any = LABELS, name: str = "label") -> Path:
    """Write the same as a CSV file with columns f0 ... f7 and a column of labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = ",".join([*(f"f{k}" for k in range(N_FEATURES)), name])
    rows = [
        ",".join([*map(repr, row), str(label)])
        for row, label in zip(draw_features(strength).tolist(), labels, strict=True)
    ]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path
