"""What a model's source classes tell about the labels: the counts behind LEEP and NCE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs

__all__ = [
    "LeepStatistics",
    "NceStatistics",
    "count_leep",
    "count_nce",
    "expected_probabilities",
    "mean_log_likelihood",
    "source_decisions",
]

Array: TypeAlias = NDArray[np.float64]

# Up to this number of classes every sample is multiplied with all of them, which takes less time than copying
# the samples of each class.
FEW_CLASSES = 50


@dataclass(frozen=True, eq=False)
class LeepStatistics:
    """Empirical distribution of target class y and source class z.

    Parameters
    ----------
    class_probs
        P(y), shape (n_classes,).
    joint
        P(y, z), shape (n_classes, n_source_classes).
    conditional
        P(y|z), shape (n_classes, n_source_classes); 0 where the source class z has no mass.
    """

    class_probs: Array
    joint: Array
    conditional: Array

    @property
    def label_entropy(self) -> float:
        """H(Y) in nats, whose negative a source head that knows nothing gets."""
        return -float(np.sum(self.class_probs * np.log(self.class_probs)))


@dataclass(frozen=True, eq=False)
class NceStatistics:
    """Empirical entropies of target class y and hard source class z, in nats.

    Parameters
    ----------
    joint
        P(y, z), shape (n_classes, n_source_classes).
    parts
        P(y, z) ln[P(z) / P(y, z)], of which H(Y|Z) is the sum, shape (n_classes, n_source_classes).
    label_entropy
        H(Y), what a source head that says nothing leaves unknown.
    """

    joint: Array
    parts: Array
    label_entropy: float

    @property
    def conditional_entropy(self) -> float:
        """H(Y|Z), between 0 and H(Y)."""
        return float(np.sum(self.parts))


def count_leep(probs: Array, labels: NDArray[np.int64], n_classes: int) -> LeepStatistics:
    """Joint and conditional distribution over (target class, source class), arXiv:2002.12462 eq. 1.

    Parameters
    ----------
    probs
        Source probabilities, shape (n_samples, n_source_classes).
    labels
        Codes 0..C-1, shape (n_samples,).
    n_classes
        C.
    """
    places = (np.ones(len(labels)), labels, np.arange(len(labels) + 1))
    members = scipy.sparse.csr_array(places, shape=(len(labels), n_classes))
    joint = np.asarray(members.T @ probs) / len(labels)
    mass = joint.sum(axis=0)
    conditional = np.divide(joint, mass, out=np.zeros_like(joint), where=mass > 0)
    return LeepStatistics(np.bincount(labels) / len(labels), joint, conditional)


def expected_probabilities(probs: Array, labels: NDArray[np.int64], statistics: LeepStatistics) -> Array:
    """Return what each sample's own class is given, sum_z P(y_i|z) theta_iz, shape (n_samples,).

    Parameters
    ----------
    probs, labels
        As in :func:`count_leep`.
    statistics
        What it counted.
    """
    if len(statistics.conditional) <= FEW_CLASSES:
        return np.asarray((probs @ statistics.conditional.T)[np.arange(len(labels)), labels])
    # One class at a time, never (n, C, z).
    expected = np.empty(len(labels))
    for c, conditional in enumerate(statistics.conditional):
        members = labels == c
        expected[members] = probs[members] @ conditional
    return expected


def mean_log_likelihood(probs: Array, labels: NDArray[np.int64], statistics: LeepStatistics) -> float:
    """Mean over the samples of ln sum_z P(y_i|z) theta_iz.

    Parameters
    ----------
    probs, labels
        As in :func:`count_leep`.
    statistics
        What it counted.

    Notes
    -----
    arXiv:2002.12462 eq. 2.
    """
    expected = expected_probabilities(probs, labels, statistics)
    # A sum of rounded probabilities can be 1 + 1e-16.
    return min(0.0, float(np.log(expected).mean()))


def source_decisions(inputs: MetricInputs) -> NDArray[np.int64]:
    """Return the source class that the head decides for, shape (n_samples,).

    Raises
    ------
    MetricInputError
        There is no head.
    """
    # Logits where they are there: a softmax in float64 can make the two largest equal.
    outputs = inputs.source_probs if inputs.source_logits is None else inputs.source_logits
    if outputs is None:
        raise MetricInputError("Expected source_logits or source_probs, got neither.")
    return np.asarray(outputs.argmax(axis=1), dtype=np.int64)


def count_nce(
    decisions: NDArray[np.int64], n_source: int, labels: NDArray[np.int64], n_classes: int
) -> NceStatistics:
    """Count pairs of target class and hard source class, arXiv:1908.08142 eq. 3.

    Parameters
    ----------
    decisions
        The source class of the largest output for each sample, shape (n_samples,).
    n_source
        Number of source classes.
    labels
        Codes 0..C-1, shape (n_samples,).
    n_classes
        C.
    """
    n_samples = len(labels)
    pairs = labels * n_source + decisions
    counts = np.bincount(pairs, minlength=n_classes * n_source).reshape(n_classes, n_source)
    joint = counts / n_samples
    # H(Y|Z) = sum P(y,z) ln[P(z) / P(y,z)] over P(y,z) > 0, a ratio of counts: never below 0.
    ratio = np.divide(counts.sum(axis=0), counts, out=np.ones_like(joint), where=counts > 0)
    class_probs = counts.sum(axis=1) / n_samples
    return NceStatistics(
        joint,
        parts=joint * np.log(ratio),
        label_entropy=-float(np.sum(class_probs * np.log(class_probs))),
    )
