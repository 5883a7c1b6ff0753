"""The energy of a sample's features, and its probabilities by the nearest class mean: the parts of ETran."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition

__all__ = [
    "energies",
    "lowest_energy",
    "lowest_samples",
    "nearest_mean_log_probs",
    "nearest_mean_logits",
    "sample_energies",
]

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


def sample_energies(inputs: MetricInputs) -> Array:
    """Return :func:`energies` of the samples that are scored."""
    return energies(inputs.embeddings)


def lowest_samples(energy: Array) -> NDArray[np.int64]:
    """Return the 0.5 % of the samples that have the lowest energy, at least one, the lowest first.

    Parameters
    ----------
    energy
        As :func:`energies` returns it.
    """
    n_lowest = max(1, LOWEST_PER_MILLE * len(energy) // 1000)
    return np.argsort(energy, kind="stable")[:n_lowest].astype(np.int64, copy=False)


def lowest_energy(energy: Array) -> float:
    """Mean energy of the 0.5 % of the samples that have the lowest, at least one.

    Parameters
    ----------
    energy
        As :func:`energies` returns it.
    """
    return float(energy[lowest_samples(energy)].mean())


def nearest_mean_logits(statistics: Decomposition) -> Array:
    """Logits f_i'mu_c - |mu_c|^2/2 + ln pi_c by the nearest class mean, shape (n_samples, n_classes).

    Parameters
    ----------
    statistics
        Shared statistics of features and classes; centring adds the same for all c.
    """
    offsets = statistics.class_offsets
    logits: Array = statistics.centred @ offsets.T
    logits += np.log(statistics.class_counts / statistics.n_samples) - 0.5 * np.sum(offsets**2, axis=1)
    return logits


def nearest_mean_log_probs(statistics: Decomposition) -> Array:
    """Log-probability of each sample's own class by the nearest class mean: no covariance counts.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.

    Returns
    -------
    ndarray of shape (n_samples,)
        log softmax_c of :func:`nearest_mean_logits` at c = y_i.
    """
    log_probs = scipy.special.log_softmax(nearest_mean_logits(statistics), axis=1)
    own_log_probs: Array = log_probs[np.arange(statistics.n_samples), statistics.labels]
    return own_log_probs
