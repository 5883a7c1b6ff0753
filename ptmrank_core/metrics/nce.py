"""NCE: how much the source head's decision leaves unknown of the target label."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.checks import check_labels, check_source
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.source_classes import count_nce, source_decisions
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "nce", "nce_output"]


def nce(
    labels: ArrayLike,
    *,
    source_logits: ArrayLike | None = None,
    source_probs: ArrayLike | None = None,
) -> float:
    """Negative conditional entropy of the labels, given the class that the source head decides for.

    Each sample's source class z is the head's largest output. The score is -H(Y|Z) of the empirical
    distribution of (y, z): 0 where z determines y, -H(Y) where it says nothing about it.

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
        Nats: higher is better, at most 0.

    Raises
    ------
    MetricInputError
        The arrays do not fit, or not exactly one of the two was given.

    Notes
    -----
    The entropy is exact, with 0 ln 0 = 0; the authors' code adds 1e-20 inside the logarithm instead, and
    PARC's copy 1e-5, which changes the third digit. Of equal outputs the first counts.

    References
    ----------
    .. [1] Tran, Nguyen, Hassner: Transferability and Hardness of Supervised Classification Tasks.
       ICCV 2019. arXiv:1908.08142

    Examples
    --------
    >>> nce(["a", "a", "b", "b"], source_probs=[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    0.0
    >>> round(nce(["a", "b", "a", "b"], source_logits=[[2, 1], [2, 1], [0, 1], [0, 1]]), 4)
    -0.6931
    """
    codes, classes = check_labels(labels)
    logits, probs = check_source(len(codes), source_logits, source_probs)
    outputs = probs if logits is None else logits
    if outputs is None:
        raise MetricInputError("Expected source_logits or source_probs, got neither.")
    statistics = count_nce(outputs.argmax(axis=1), outputs.shape[1], codes, len(classes))
    return 0.0 - statistics.conditional_entropy


def nce_output(inputs: MetricInputs) -> MetricOutput:
    """Return :func:`nce` with the labels' entropy, whose negative a head that says nothing gets."""
    if inputs.source_probs is None or inputs.labels is None:
        raise MetricInputError("NCE expects labels and source_logits or source_probs.")
    n_source = inputs.source_probs.shape[1]
    statistics = count_nce(inputs.by_sample(source_decisions), n_source, inputs.labels, inputs.n_classes)
    n_decided = np.count_nonzero(statistics.joint.any(axis=0))
    components = {
        "label_entropy": statistics.label_entropy,
        "source_classes_decided_for": float(n_decided),
    }
    return MetricOutput(
        0.0 - statistics.conditional_entropy, MappingProxyType(components), inputs.label_notes
    )


SPECS = (
    MetricSpec(
        name="nce",
        position=40,
        title="NCE",
        function=nce_output,
        needs=frozenset({"source_logits"}),
        tasks=CLASSIFICATION,
        higher_is_better=True,
        bounds=(None, 0.0),
        cost="linear",
        measured_seconds=0.10,
        prior_agreement=recorded_agreement("nce"),
        idea="How much the source class that the model predicts tells about the label.",
        fails_when="The model has far more source classes than there are samples: each sample gets one of its"
        " own.",
        paper=papers.NCE,
        formula=Formula(
            r"-H(Y\mid Z)=\sum_{y,z}\hat P(y,z)\ln\frac{\hat P(y,z)}{\hat P(z)}",
            r"$z_i$: the source class that the model predicts; $y_i$: class of sample $i$, one of $C$;"
            r" $\hat P$: shares of the samples.",
            "If you knew only the model's own prediction, how uncertain of the label would you still be?",
        ),
        traits=traits.NCE,
        version=1,
    ),
)
