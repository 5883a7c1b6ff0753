"""What LEEP counts: which target classes each source class is seen with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.source_classes import (
    count_leep,
    expected_probabilities,
    mean_log_likelihood,
)

__all__ = ["LeepRecord", "count_record", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class LeepRecord:
    """The empirical distribution behind LEEP, arXiv:2002.12462 eq. 1 and 2; all numbers are probabilities.

    The score is the mean over the samples of ln sum_z P(y_i|z) theta_iz, in nats.

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,).
    source_probs
        theta, what the source head gives each source class, shape (n_samples, n_source_classes).
    joint
        P(y, z) = sum over the samples of class y of theta_iz / n, shape (n_classes, n_source_classes).
    conditional
        P(y|z), joint over its column sums, shape (n_classes, n_source_classes); 0 where z has no mass.
    expected
        sum_z P(y_i|z) theta_iz: what the samples' own classes are given, shape (n_samples,).
    log_expected
        Its logarithm in nats, what each sample adds to the mean, shape (n_samples,).
    label_entropy
        H(Y) in nats, whose negative is the score of a head that knows nothing.
    value
        The score, in nats.
    """

    labels: NDArray[np.int64]
    source_probs: Array
    joint: Array
    conditional: Array
    expected: Array
    log_expected: Array
    label_entropy: float
    value: float


def intermediates(inputs: MetricInputs) -> LeepRecord:
    """Count what the score is made of.

    Parameters
    ----------
    inputs
        With classes and the outputs of a source head.

    Raises
    ------
    MetricInputError
        One of the two is not there.
    """
    probs, labels = inputs.source_probs, inputs.labels
    if probs is None or labels is None:
        raise MetricInputError("Expected labels and source_logits or source_probs.")
    return count_record(probs, labels, inputs.n_classes)


def count_record(probs: Array, labels: NDArray[np.int64], n_classes: int) -> LeepRecord:
    """Count classes against anything that has probabilities in every sample.

    Parameters
    ----------
    probs
        Shape (n_samples, k), rows sum to 1.
    labels
        Codes 0..C-1, shape (n_samples,).
    n_classes
        C.
    """
    counts = count_leep(probs, labels, n_classes)
    expected = expected_probabilities(probs, labels, counts)
    return LeepRecord(
        labels,
        probs,
        counts.joint,
        counts.conditional,
        expected,
        np.log(expected),
        counts.label_entropy,
        mean_log_likelihood(probs, labels, counts),
    )
