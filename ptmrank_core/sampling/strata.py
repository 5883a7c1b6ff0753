"""Parts of the samples: the same for every model, stratified, nested, groups whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records.samples import Samples, TargetKind

__all__ = ["Indices", "nested_subsets", "strata_of"]

Indices = NDArray[np.int64]
N_QUANTILES = 5
# A group belongs to a stratum where at least this share of its samples does.
PURE_SHARE = 0.8


def strata_of(labels: NDArray[Any], target_kind: TargetKind) -> Indices:
    """Tell the stratum of each sample: its class, the fifth of the targets it lies in, its rarest label.

    Parameters
    ----------
    labels
        As in :class:`~ptmrank_core.records.Samples`; of several targets the first counts.
    target_kind
        What they are.

    Returns
    -------
    ndarray of int64
        Shape (n,), at least 0.
    """
    if target_kind == "classification":
        return labels.astype(np.int64)
    columns = labels.reshape(len(labels), -1)
    if target_kind == "regression":
        edges = np.quantile(columns[:, 0], np.arange(1, N_QUANTILES) / N_QUANTILES)
        return np.searchsorted(edges, columns[:, 0], side="right").astype(np.int64)
    counts = columns.sum(axis=0)
    rarest = np.where(columns > 0, counts, np.inf).argmin(axis=1)
    return np.where(columns.any(axis=1), rarest, columns.shape[1]).astype(np.int64)


def nested_subsets(samples: Samples, fractions: Sequence[float], *, seed: int) -> list[Indices]:
    """Draw parts of the samples, each within the next: the same share of every stratum, groups whole.

    A group belongs to the stratum that nearly all of its samples are of; groups that hold samples of many
    strata (every speaker says every word) are one stratum of their own.

    Parameters
    ----------
    samples
        n samples.
    fractions
        Ascending, in (0, 1].
    seed
        Seed of the draw.

    Returns
    -------
    list of ndarray
        For each fraction the indices of its samples, ascending. Of each stratum at least two samples, or one
        group, are taken where it has them, so that small parts may hold more than their share.
    """
    rng = np.random.default_rng(seed)
    n_samples = samples.n_samples
    names = np.array(samples.groups) if samples.groups else np.arange(n_samples)
    unit_of = np.unique(names, return_inverse=True)[1].reshape(-1)
    sizes = np.bincount(unit_of)
    strata = strata_of(samples.labels, samples.target_kind)
    tally = np.zeros((len(sizes), int(strata.max()) + 1), dtype=np.int64)
    np.add.at(tally, (unit_of, strata), 1)
    is_pure = tally.max(axis=1) >= PURE_SHARE * sizes
    stratum_of = np.where(is_pure, tally.argmax(axis=1), tally.shape[1])
    # Place of every unit's first sample in its shuffled stratum, as a share of the stratum.
    begins = np.zeros(len(sizes))
    least = 1 if samples.groups else 2
    for stratum in np.unique(stratum_of):
        units = rng.permutation(np.flatnonzero(stratum_of == stratum))
        ends = np.cumsum(sizes[units])
        begins[units] = (ends - sizes[units]) / ends[-1]
        begins[units[:least]] = 0.0
    # A hair off: 0.1 * 60 is 6 samples, whatever the last digit of 6 / 60 is.
    return [np.flatnonzero(begins[unit_of] < fraction - 1e-9) for fraction in fractions]
