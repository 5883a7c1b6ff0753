"""Coding rates of all samples and of each class, whose difference is TransRate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import log_det, log_det_of

__all__ = ["DISTORTION", "CodingRates", "RateForm", "coding_rates"]

Array: TypeAlias = NDArray[np.float64]
RateForm: TypeAlias = Literal["uniform", "prior", "trace"]

DISTORTION = 1e-4


@dataclass(frozen=True, eq=False)
class CodingRates:
    """Coding rates R = 1/2 ln det(I + Z'Z / (n eps)) of the centred features, in nats.

    Parameters
    ----------
    rate
        Of all samples.
    class_rates
        Of the samples of each class, shape (n_classes,).
    weights
        Of the classes in their mean, shape (n_classes,), sum 1.
    """

    rate: float
    class_rates: Array
    weights: Array

    @property
    def class_rate(self) -> float:
        """Weighted mean of the rates of the classes."""
        return float(self.weights @ self.class_rates)


def coding_rates(statistics: Decomposition, form: RateForm) -> CodingRates:
    """Compute the rates of all samples and of each class.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    form
        As in :func:`~ptmrank_core.metrics.transrate`.

    Raises
    ------
    UnknownNameError
        There is no such form.
    """
    counts, n_samples = statistics.class_counts, statistics.n_samples
    if form not in ("uniform", "prior", "trace"):
        raise UnknownNameError("form", form, ("prior", "trace", "uniform"))
    weights = np.full(len(counts), 1 / len(counts)) if form == "uniform" else counts / n_samples
    total = statistics.total_scatter
    if total == 0:
        return CodingRates(0.0, np.zeros(len(counts)), weights)
    scale = 1 / DISTORTION / (total if form == "trace" else 1)
    value = log_det_of(statistics.centred_spectrum.singular_values, scale / n_samples)
    class_rates = [_class_rate(statistics, rows, scale / len(rows)) for rows in statistics.class_rows]
    return CodingRates(0.5 * value, np.array(class_rates), weights)


def _class_rate(statistics: Decomposition, rows: NDArray[np.int64], scale: float) -> float:
    """Rate of one class, from the Gram matrix of its samples or of its features."""
    if statistics.is_wide:
        gram = statistics.centred_gram[np.ix_(rows, rows)]
    else:
        members = statistics.centred[rows]
        gram = members @ members.T if len(rows) < statistics.n_features else members.T @ members
    value = log_det(gram, scale)
    if value is None:
        singular = np.linalg.svd(statistics.centred[rows], compute_uv=False)
        value = log_det_of(singular, scale)
    return 0.5 * value
