"""Labels -> strata: the one rule by which samples are stratified."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import TargetKind

__all__ = ["Indices", "mean_standardised", "quantile_strata", "strata_of"]

Indices: TypeAlias = NDArray[np.int64]

N_QUANTILES = 5
# A quantile of fewer samples than these could not be halved.
MIN_IN_QUANTILE = 4


def strata_of(labels: NDArray[Any], target_kind: TargetKind) -> Indices:
    """Assign each sample to a stratum.

    Classes are strata. Numbers are stratified by fifths of the target (of the mean of the standardised
    targets where there are several), sets of labels by the rarest label that a sample has; samples without a
    label have a stratum of their own.

    Parameters
    ----------
    labels
        Labels of the n samples, as in :class:`~ptmrank_core.records.Samples`.
    target_kind
        What they are.

    Returns
    -------
    ndarray of int64
        Shape (n,), codes 0..s-1, each of them in use.
    """
    if target_kind == "regression":
        return quantile_strata(mean_standardised(labels))
    codes = labels
    if target_kind == "multilabel":
        counts = np.where(labels > 0, labels.sum(axis=0), np.inf)
        codes = np.where(labels.any(axis=1), counts.argmin(axis=1), labels.shape[1])
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)


def mean_standardised(targets: NDArray[Any]) -> NDArray[np.float64]:
    """Reduce targets of shape (n,) or (n, k) to one number for each sample: the mean of the standardised."""
    columns = targets.reshape(len(targets), -1).astype(np.float64)
    deviation = columns.std(axis=0)
    centred = columns - columns.mean(axis=0)
    mean: NDArray[np.float64] = (centred / np.where(deviation > 0, deviation, 1.0)).mean(axis=1)
    return mean


def quantile_strata(values: NDArray[np.float64]) -> Indices:
    """Cut numbers into fifths by size, into fewer where a fifth would hold fewer than four; ties in order."""
    n_strata = max(1, min(N_QUANTILES, len(values) // MIN_IN_QUANTILE))
    places = np.empty(len(values), dtype=np.int64)
    places[np.argsort(values, kind="stable")] = np.arange(len(values))
    return places * n_strata // max(len(values), 1)
