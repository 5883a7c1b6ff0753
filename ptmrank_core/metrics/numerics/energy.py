"""The energy of a sample's features, as ETran defines it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["energies", "lowest_energy", "lowest_samples"]

Array: TypeAlias = NDArray[np.float64]

# Samples whose energy counts in the mean of the lowest.
LOWEST_PER_MILLE = 5
# Values worked on together: their exponentials fit into the processor's cache.
BLOCK_VALUES = 2**17


def energies(embeddings: Array) -> Array:
    """Compute ln sum_j exp f_ij of each sample, block by block.

    Parameters
    ----------
    embeddings
        Finite float64 array of shape (n_samples, n_features).

    Returns
    -------
    array of shape (n_samples,)
        At least the largest feature of the sample, at most ln n_features more.
    """
    n_samples, n_features = embeddings.shape
    rows = max(1, BLOCK_VALUES // n_features)
    energy = np.empty(n_samples)
    for start in range(0, n_samples, rows):
        block = embeddings[start : start + rows]
        largest = block.max(axis=1)
        energy[start : start + rows] = largest + np.log(np.exp(block - largest[:, None]).sum(axis=1))
    return energy


def lowest_samples(energy: Array) -> NDArray[np.int64]:
    """Return the 0.5 % of the samples that have the lowest energy, at least one, the lowest first.

    Parameters
    ----------
    energy
        As :func:`energies` returns it.
    """
    n_lowest = max(1, LOWEST_PER_MILLE * len(energy) // 1000)
    return np.argsort(energy, kind="stable")[:n_lowest].astype(np.int64, copy=False)


def lowest_energy(embeddings: Array) -> float:
    """Mean energy of the 0.5 % of the samples that have the lowest, at least one.

    Parameters
    ----------
    embeddings
        Finite float64 array of shape (n_samples, n_features).
    """
    energy = energies(embeddings)
    return float(energy[lowest_samples(energy)].mean())
