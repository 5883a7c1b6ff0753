"""What NCE counts: which target classes go with each decision of the source head, and what stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.source_classes import count_nce, source_decisions

__all__ = ["NceRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class NceRecord:
    """The empirical distribution behind NCE, arXiv:1908.08142 eq. 3; entropies are in nats.

    The score is -H(Y|Z) = sum over y and z of P(y, z) ln[P(y, z) / P(z)].

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,).
    decisions
        z, the source class of the head's largest output, shape (n_samples,).
    joint
        P(y, z), shares of the samples, shape (n_classes, n_source_classes).
    conditional
        P(y|z), shape (n_classes, n_source_classes); 0 where no sample is decided for z.
    unknown
        P(z) H(Y|Z=z), what each source class leaves unknown, shape (n_source_classes,): their sum is H(Y|Z).
    label_entropy
        H(Y), whose negative is the score of a head that says nothing.
    value
        The score, in nats.
    """

    labels: NDArray[np.int64]
    decisions: NDArray[np.int64]
    joint: Array
    conditional: Array
    unknown: Array
    label_entropy: float
    value: float


def intermediates(inputs: MetricInputs) -> NceRecord:
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
    if inputs.source_probs is None or inputs.labels is None:
        raise MetricInputError("Expected labels and source_logits or source_probs.")
    decisions = inputs.by_sample(source_decisions)
    counts = count_nce(decisions, inputs.source_probs.shape[1], inputs.labels, inputs.n_classes)
    mass = counts.joint.sum(axis=0)
    return NceRecord(
        inputs.labels,
        decisions,
        counts.joint,
        np.divide(counts.joint, mass, out=np.zeros_like(counts.joint), where=mass > 0),
        counts.parts.sum(axis=0),
        counts.label_entropy,
        0.0 - counts.conditional_entropy,
    )
