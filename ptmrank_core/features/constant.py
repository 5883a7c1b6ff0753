"""Features that are the same for all samples, of which every score would be noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["say_constant"]

# What the order of a sum leaves between samples that are alike, in units of the last place.
ROUNDING = 8


def say_constant(embeddings: NDArray[Any], whose: str = "The model") -> str:
    """Say that features are the same for all samples, but for rounding; empty if they differ.

    Parameters
    ----------
    embeddings
        Of shape (n, d). Those that are not all finite are another matter, and differ here.
    whose
        The model, as the subject of the sentence.
    """
    if len(embeddings) < 2 or not embeddings.size or not np.isfinite(embeddings).all():
        return ""
    low, high = embeddings.min(axis=0), embeddings.max(axis=0)
    size = max(np.abs(low).max(), np.abs(high).max())
    if (high - low).max() > ROUNDING * np.finfo(np.result_type(embeddings, np.float32)).eps * size:
        return ""
    return f"{whose} gives all {len(embeddings)} samples the same features, which say nothing of them."
