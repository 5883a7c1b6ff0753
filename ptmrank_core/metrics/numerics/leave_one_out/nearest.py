"""Every sample by its nearest others, and by the nearest class mean, each time without the sample itself.

Distances that differ by round-off alone are equal, and whoever is equally near counts equally: neither the
order of the samples nor the names of the classes decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.leave_one_out.measures import count_hits

__all__ = ["own_mean_hits", "share_targets", "vote_hits"]

Array: TypeAlias = NDArray[np.float64]
Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]

# Distances that are there at a time: 8 MiB, and a few arrays of that size.
BLOCK_VALUES = 2**20
# Pairs of samples of a whole whose order is kept for its parts: three arrays of 32 MiB.
MAX_ORDERED = 2**22
# Times as many others of the whole are looked at as would hold the neighbours if the part were drawn evenly.
LOOKED = 4
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
    counts = np.zeros((statistics.n_samples, len(statistics.class_counts)))
    for samples, others in _near(statistics, n_neighbours):
        np.add.at(counts, (samples, statistics.labels[others]), 1.0)
    return count_hits(counts, statistics.labels)


def share_targets(statistics: Decomposition, n_neighbours: int) -> Array:
    """Mean target of the nearest others of each sample, shape (n_samples, n_targets).

    Parameters
    ----------
    statistics
        Shared statistics of features and real or 0/1 targets.
    n_neighbours
        As for :func:`vote_hits`.
    """
    sums, counts = np.zeros(statistics.targets.shape), np.zeros((statistics.n_samples, 1))
    for samples, others in _near(statistics, n_neighbours):
        np.add.at(sums, samples, statistics.targets[others])
        np.add.at(counts, samples, 1.0)
    return np.asarray(sums / counts)


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


def _near(statistics: Decomposition, n_neighbours: int) -> Iterator[Pairs]:
    """Yield samples, and the nearest others of each: pairs of indices, block by block of the samples."""
    pairs = _near_in_whole(statistics, n_neighbours)
    if pairs is not None:
        yield pairs
        return
    for rows in _blocks(statistics.n_samples, statistics.n_samples):
        squared, spread = _distances(statistics, rows)
        farthest = np.partition(squared, n_neighbours - 1, axis=1)[:, n_neighbours - 1 : n_neighbours]
        samples, others = np.nonzero(_ties(squared, farthest, spread))
        yield samples + rows.start, others


def _near_in_whole(statistics: Decomposition, n_neighbours: int) -> Pairs | None:
    """Find the nearest others of all samples of a part, by the order that they have in the whole.

    Returns ``None`` where there is no whole, it is large, or some sample has too few others of the part among
    those that are nearest in the whole.
    """
    if statistics.part_of is None or statistics.part_of[0].n_samples ** 2 > MAX_ORDERED:
        return None
    whole, rows = statistics.part_of
    order = whole.share(_order)
    n_looked = min(order.others.shape[1], int((LOOKED * n_neighbours + LOOKED) * whole.n_samples / len(rows)))
    place = np.full(whole.n_samples, -1)
    place[rows] = np.arange(len(rows))
    others = place[order.others[rows, :n_looked]]
    rank = np.cumsum(others >= 0, axis=1)
    squared = order.squared[rows, :n_looked]
    last = np.argmax(rank == n_neighbours, axis=1)[:, None]
    is_near = _ties(squared, np.take_along_axis(squared, last, axis=1), order.spread[rows, :n_looked])
    # Whoever is as near as the last one of those looked at may have others as near behind it.
    if (rank[:, -1] < n_neighbours).any() or (n_looked < order.others.shape[1] and is_near[:, -1].any()):
        return None
    samples, columns = np.nonzero(is_near & (others >= 0))
    return samples, others[samples, columns]


@dataclass(frozen=True, eq=False, slots=True)
class _Order:
    """All others of each sample, the nearest first, arrays of shape (n_samples, n_samples - 1).

    ``squared`` distances in the unit squared, and the ``spread`` by which they may be wrong through rounding.
    """

    others: NDArray[np.int64]
    squared: Array
    spread: Array


def _order(statistics: Decomposition) -> _Order:
    squared, spread = _distances(statistics, slice(0, statistics.n_samples))
    others = np.argsort(squared, axis=1, kind="stable")[:, :-1]
    return _Order(
        others, np.take_along_axis(squared, others, axis=1), np.take_along_axis(spread, others, axis=1)
    )


def _distances(statistics: Decomposition, rows: slice) -> tuple[Array, Array]:
    """Squared distances of some samples from all, infinite from themselves, and what they were taken from."""
    # A wide model's products are there already, in the Gram matrix that all metrics share.
    if statistics.is_wide:
        products = statistics.centred_gram[rows]
    else:
        products = statistics.centred[rows] @ statistics.centred.T
    spread = statistics.row_energy[rows, None] + statistics.row_energy
    squared = np.maximum(spread - 2 * products, 0.0)
    squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = np.inf
    return squared, spread


def _ties(squared: Array, limit: Array, spread: Array) -> NDArray[np.bool_]:
    """Which squared distances are at most a limit, but for round-off."""
    return np.asarray(squared <= limit * (1 + RELATIVE) + CANCELLED * spread)


def _blocks(n_samples: int, width: int) -> Iterator[slice]:
    """Cut rows into blocks of so many values that a few arrays of them fit into memory."""
    size = max(1, BLOCK_VALUES // width)
    return (slice(start, min(start + size, n_samples)) for start in range(0, n_samples, size))
