"""What SFDA computes: a discriminant, how far every sample is pulled, and the discriminant after that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.parts.discriminant_view import SfdaView, view_sfda
from ptmrank_core.metrics.numerics.discriminant import fit_sfda

__all__ = ["SfdaRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class SfdaRecord:
    """The two discriminants of SFDA, arXiv:2207.03036, in the authors' code's form.

    The score is the mean over the samples of softmax_c(x_i' S^-1 mu_c - 1/2 mu_c' S^-1 mu_c + ln pi_c) at
    their own class, with x_i, mu_c and S = (1 - s) S_w + s tr(S_w)/d I of the samples after the pull.

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,).
    n_features
        d.
    shrinkage
        s = max(exp(-5 lambda1), 1e-10), a number without unit.
    lambda1
        Estimate of the largest eigenvalue of S_w before the pull, in the features' unit squared.
    first_logits
        The term in brackets before the pull, in nats, shape (n_samples, n_classes).
    first_probabilities
        What the first discriminant gives the samples' own classes, shape (n_samples,).
    mixing
        q_i: the own class's part of a softmax of the first probabilities, in [0, 1], shape (n_samples,).
    logits
        The term in brackets after the pull, in nats, shape (n_samples, n_classes).
    probabilities
        What the second discriminant gives the samples' own classes, shape (n_samples,).
    view
        The samples before and after the pull, and the plane in which they are drawn.
    value
        The score, in (0, 1].
    """

    labels: NDArray[np.int64]
    n_features: int
    shrinkage: float
    lambda1: float
    first_logits: Array
    first_probabilities: Array
    mixing: Array
    logits: Array
    probabilities: Array
    view: SfdaView
    value: float


def intermediates(inputs: MetricInputs) -> SfdaRecord:
    """Fit both discriminants.

    Parameters
    ----------
    inputs
        With classes.

    Raises
    ------
    MetricInputError
        There are none.
    """
    statistics = inputs.decomposition
    result = statistics.share(fit_sfda)
    view = view_sfda(statistics, result, np.eye(inputs.n_classes))
    return SfdaRecord(
        statistics.labels,
        inputs.n_features,
        result.shrinkage,
        result.lambda1,
        result.first_logits,
        np.exp(result.first_log_probs),
        result.mixing,
        result.logits,
        np.exp(result.log_probs),
        view,
        result.probability,
    )
