"""Cutting the arrays of a model down to a part of the samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ptmrank_core.sampling import Indices

__all__ = ["take_rows"]

# Arrays of ``prepare_inputs`` with one row for each sample; others belong to auxiliary sets or to classes.
ROWS_OF_SAMPLES = ("embeddings", "labels", "targets", "source_logits", "source_probs")
# The same with the samples on the second axis.
COLUMNS_OF_SAMPLES = ("sample_label_embeddings",)


def take_rows(arrays: Mapping[str, Any], rows: Indices) -> dict[str, Any]:
    """Cut the arrays of one model down to some of the samples."""
    taken = dict(arrays)
    for name in ROWS_OF_SAMPLES:
        if taken.get(name) is not None:
            taken[name] = np.asarray(taken[name])[rows]
    for name in COLUMNS_OF_SAMPLES:
        if taken.get(name) is not None:
            taken[name] = np.asarray(taken[name])[:, rows]
    return taken
