"""LEEP: how well the source head's own classes predict the target labels."""

from __future__ import annotations

from types import MappingProxyType

from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.checks import check_labels, check_source
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.source_classes import count_leep, mean_log_likelihood
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "leep", "leep_output"]


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
    return MetricOutput(
        mean_log_likelihood(probs, labels, counts),
        MappingProxyType({"label_entropy": counts.label_entropy}),
        inputs.label_notes,
    )


SPECS = (
    MetricSpec(
        name="leep",
        position=20,
        title="LEEP",
        function=leep_output,
        needs=frozenset({"source_logits"}),
        tasks=CLASSIFICATION,
        higher_is_better=True,
        bounds=(None, 0.0),
        cost="linear",
        measured_seconds=0.01,
        prior_agreement=recorded_agreement("leep"),
        idea="How well the classes that the model was trained on predict the labels.",
        fails_when="The model has far more source classes than there are samples, or candidates differ in"
        " their number of source classes.",
        paper=papers.LEEP,
        formula=Formula(
            r"\frac1N\sum_i\ln\sum_z \hat P(y_i\mid z)\,\theta_{iz},\qquad \hat P(y\mid z)="
            r"\frac{\sum_{i:y_i=y}\theta_{iz}}{\sum_i\theta_{iz}}",
            r"$\theta_{iz}$: probability that the model's own head gives source class $z$ for sample $i$;"
            r" $y_i$: class of sample $i$, one of $C$.",
            "Each source class stands for the mixture of your classes that it is seen with. How well do these"
            " mixtures predict the labels?",
        ),
        traits=traits.LEEP,
        version=1,
    ),
)
