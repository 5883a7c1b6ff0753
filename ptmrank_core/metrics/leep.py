"""LEEP: how well the source head's own classes predict the target labels."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.checks import check_labels, check_source
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.records import MetricOutput

__all__ = ["LeepStatistics", "count_leep", "leep", "leep_output", "mean_log_likelihood"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeepStatistics:
    """Empirical distribution of target class y and source class z.

    Parameters
    ----------
    class_probs
        P(y), shape (n_classes,).
    conditional
        P(y|z), shape (n_classes, n_source_classes); 0 where the source class z has no mass.
    """

    class_probs: Array
    conditional: Array


def leep(
    labels: ArrayLike,
    *,
    source_logits: ArrayLike | None = None,
    source_probs: ArrayLike | None = None,
) -> float:
    """Log expected empirical prediction: mean log-likelihood of the labels through the source head.

    A sample's source class z is drawn from the head, then a target class from P(y|z) as counted on
    the same samples; the score is the mean log-probability that this gives to the sample's own class.

    Parameters
    ----------
    labels
        Array of shape (n_samples,): target classes.
    source_logits
        Array of shape (n_samples, n_source_classes): the source head before its softmax.
    source_probs
        The same after the softmax, rows sum to 1; exactly one of the two.

    Returns
    -------
    float
        Mean log-probability in nats: higher is better, at most 0.

    Raises
    ------
    MetricInputError
        The arrays do not fit, or not exactly one of the two was given.

    Notes
    -----
    Source classes without any mass say nothing and are skipped; the authors' code divides 0 by 0 there.

    References
    ----------
    .. [1] Nguyen, Hassner, Seeger, Archambeau: LEEP: A New Measure to Evaluate Transferability of Learned
       Representations. ICML 2020. arXiv:2002.12462

    Examples
    --------
    >>> round(leep(["a", "a", "b", "b"], source_probs=[[1, 0], [1, 0], [0, 1], [0, 1]]), 4)
    0.0
    >>> round(leep(["a", "a", "b", "b"], source_probs=[[1, 0], [0, 1], [1, 0], [0, 1]]), 4)
    -0.6931
    """
    codes, classes = check_labels(labels)
    _, probs = check_source(len(codes), source_logits, source_probs)
    if probs is None:
        raise MetricInputError("Expected source_logits or source_probs, got neither.")
    return mean_log_likelihood(probs, codes, count_leep(probs, codes, len(classes)))


def leep_output(inputs: MetricInputs) -> MetricOutput:
    """Return :func:`leep` with the labels' entropy, whose negative a head that knows nothing gets."""
    probs, labels = inputs.source_probs, inputs.labels
    if probs is None or labels is None:
        raise MetricInputError("LEEP expects labels and source_logits or source_probs.")
    counts = count_leep(probs, labels, inputs.n_classes)
    entropy = -float(np.sum(counts.class_probs * np.log(counts.class_probs)))
    return MetricOutput(
        mean_log_likelihood(probs, labels, counts),
        MappingProxyType({"label_entropy": entropy}),
        inputs.label_notes,
    )


def count_leep(probs: Array, labels: NDArray[np.int64], n_classes: int) -> LeepStatistics:
    """Joint and conditional distribution over (target class, source class), [1] eq. 1.

    Parameters
    ----------
    probs
        Source probabilities, shape (n_samples, n_source_classes).
    labels
        Codes 0..C-1, shape (n_samples,).
    n_classes
        C.
    """
    joint = np.stack([probs[labels == c].sum(axis=0) for c in range(n_classes)]) / len(labels)
    mass = joint.sum(axis=0)
    conditional = np.divide(joint, mass, out=np.zeros_like(joint), where=mass > 0)
    return LeepStatistics(np.bincount(labels) / len(labels), conditional)


def mean_log_likelihood(probs: Array, labels: NDArray[np.int64], statistics: LeepStatistics) -> float:
    """Mean over the samples of ln sum_z P(y_i|z) theta_iz, [1] eq. 2; one class at a time, never (n, C, z).

    Parameters
    ----------
    probs, labels
        As in :func:`count_leep`.
    statistics
        What it counted.
    """
    expected = np.empty(len(labels))
    for c, conditional in enumerate(statistics.conditional):
        members = labels == c
        expected[members] = probs[members] @ conditional
    # A sum of rounded probabilities can be 1 + 1e-16.
    return min(0.0, float(np.log(expected).mean()))
