"""Every sample by its nearest others, and by the nearest class mean, each time without the sample itself.

Distances that differ by round-off alone are equal, and whoever is equally near counts equally: neither the
order of the samples nor the names of the classes decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.leave_one_out.measures import count_hits

__all__ = ["own_mean_hits", "share_targets", "vote_hits"]

Array: TypeAlias = NDArray[np.float64]

# Distances that are there at a time: 8 MiB, and a few arrays of that size.
BLOCK_VALUES = 2**20
# Squared distances within this share of themselves, or of the squared lengths that they were taken from, tie.
RELATIVE, CANCELLED = 1e-9, 1e-13


def vote_hits(statistics: Decomposition, n_neighbours: int) -> Array:
    """Whether the nearest others of a sample vote for its class, shape (n_samples,).

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    n_neighbours
        How many others, fewer than samples; those as far away as the last of them vote too.

    Returns
    -------
    ndarray
        1 or 0, or one over the number of classes that have most votes where the own class is among several.
    """
    hits = np.empty(statistics.n_samples)
    for rows, near in _near(statistics, n_neighbours):
        hits[rows] = count_hits(statistics.sum_by_class(near.T).T, statistics.labels[rows])
    return hits


def share_targets(statistics: Decomposition, n_neighbours: int) -> Array:
    """Mean target of the nearest others of each sample, shape (n_samples, n_targets).

    Parameters
    ----------
    statistics
        Shared statistics of features and real or 0/1 targets.
    n_neighbours
        As for :func:`vote_hits`.
    """
    means = np.empty(statistics.targets.shape)
    for rows, near in _near(statistics, n_neighbours):
        means[rows] = near @ statistics.targets / near.sum(axis=1, keepdims=True)
    return means


def own_mean_hits(statistics: Decomposition) -> Array:
    """Whether a sample is nearest to the mean of its own class, taken without it; shape (n_samples,).

    Leaving sample x out of a class of n samples with mean m moves the mean away from it by (x - m)/(n - 1):
    the distance grows by the factor n/(n - 1), and no mean is computed twice. A class of one sample has no
    mean left.
    """
    labels, counts, means = statistics.labels, statistics.class_counts, statistics.class_offsets
    lengths = np.einsum("ij,ij->i", means, means)
    grown = counts / np.maximum(counts - 1, 1)
    hits = np.empty(statistics.n_samples)
    for rows in _blocks(statistics.n_samples, len(counts)):
        spread = statistics.row_energy[rows, None] + lengths
        squared = np.maximum(spread - 2 * statistics.centred[rows] @ means.T, 0.0)
        own = np.arange(len(squared)), labels[rows]
        squared[own] = np.where(counts[labels[rows]] > 1, squared[own] * grown[labels[rows]] ** 2, np.inf)
        least = squared.min(axis=1, keepdims=True)
        hits[rows] = count_hits(_ties(squared, least, spread), labels[rows])
    return hits


def _near(statistics: Decomposition, n_neighbours: int) -> Iterator[tuple[slice, Array]]:
    """Yield rows, and which of all samples are their nearest others: 0 or 1, shape (n_rows, n_samples)."""
    n_samples, energy = statistics.n_samples, statistics.row_energy
    for rows in _blocks(n_samples, n_samples):
        # A wide model's products are there already, in the Gram matrix that all metrics share.
        if statistics.is_wide:
            products = statistics.centred_gram[rows]
        else:
            products = statistics.centred[rows] @ statistics.centred.T
        spread = energy[rows, None] + energy
        squared = np.maximum(spread - 2 * products, 0.0)
        squared[np.arange(len(squared)), np.arange(n_samples)[rows]] = np.inf
        farthest = np.partition(squared, n_neighbours - 1, axis=1)[:, n_neighbours - 1 : n_neighbours]
        yield rows, _ties(squared, farthest, spread)


def _ties(squared: Array, limit: Array, spread: Array) -> Array:
    """Which squared distances are at most a limit, but for round-off: 0 or 1."""
    return np.asarray(squared <= limit * (1 + RELATIVE) + CANCELLED * spread, dtype=np.float64)


def _blocks(n_samples: int, width: int) -> Iterator[slice]:
    """Cut rows into blocks of so many values that a few arrays of them fit into memory."""
    size = max(1, BLOCK_VALUES // width)
    return (slice(start, min(start + size, n_samples)) for start in range(0, n_samples, size))
