"""Probabilities by the nearest class mean: what ETran's class score rests on."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from ptmrank_core.metrics.numerics.decomposition import Decomposition

__all__ = ["nearest_mean_log_probs", "nearest_mean_logits"]

Array: TypeAlias = NDArray[np.float64]


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
    log_probs = log_softmax(nearest_mean_logits(statistics), axis=1)
    own_log_probs: Array = log_probs[np.arange(statistics.n_samples), statistics.labels]
    return own_log_probs
