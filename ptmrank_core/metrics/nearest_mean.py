"""Nearest class mean: how often a sample is nearest to the mean of its own class."""

from __future__ import annotations

from types import MappingProxyType

from numpy.typing import ArrayLike

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.leave_one_out.nearest import own_mean_hits
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "nearest_mean", "nearest_mean_output"]


def nearest_mean(embeddings: ArrayLike, labels: ArrayLike) -> float:
    """Leave-one-out accuracy of the nearest class mean: the simplest classifier that there is.

    Every sample goes to the class whose mean is nearest in Euclidean distance, its own class's mean taken
    without it.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.

    Returns
    -------
    float
        Accuracy in [0, 1]: higher is better.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    Leaving a sample x out moves the mean m of its class of n samples to m - (x - m)/(n - 1): its distance is
    n/(n - 1) times that to m, which makes the accuracy as cheap as without leaving anything out. A sample
    that is the only one of its class is missed. Where c means are equally near, the own class counts 1/c. A
    mean of few samples lies far from all of them by chance, so that noise scores below chance.

    References
    ----------
    .. [1] Mensink, Verbeek, Perronnin, Csurka: Distance-Based Image Classification: Generalizing to New
       Classes at Near-Zero Cost. IEEE TPAMI 2013. doi:10.1109/TPAMI.2013.83
    .. [2] Snell, Swersky, Zemel: Prototypical Networks for Few-shot Learning. NeurIPS 2017.
       arXiv:1703.05175

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> nearest_mean(features, ["a", "a", "b", "b"])
    1.0
    >>> nearest_mean(features, ["a", "b", "a", "b"])
    0.0
    """
    return nearest_mean_output(prepare_inputs(embeddings, labels=labels)).value


def nearest_mean_output(inputs: MetricInputs) -> MetricOutput:
    """Return :func:`nearest_mean` with what a guess without the features reaches."""
    statistics = inputs.decomposition
    value = float(own_mean_hits(statistics).mean())
    chance = float(statistics.class_counts.max() / inputs.n_samples)
    notes = (*inputs.label_notes, *inputs.feature_notes)
    return MetricOutput(value, MappingProxyType({"chance": chance}), notes)


SPECS = (
    MetricSpec(
        name="nearest_mean",
        position=210,
        title="Nearest class mean",
        kind="evidence",
        function=nearest_mean_output,
        tasks=CLASSIFICATION,
        higher_is_better=True,
        bounds=(0.0, 1.0),
        cost="linear",
        measured_seconds=0.05,
        prior_agreement=recorded_agreement("nearest_mean"),
        idea="How often a sample is nearest to the mean of its own class.",
        fails_when="Samples come in groups (the mean without a sample still holds the others of its group),"
        " classes consist of several clusters, or there are few samples of a class for the width.",
        paper=papers.NEAREST_MEAN,
        formula=Formula(
            r"\frac1N\sum_i\Big[\,y_i=\operatorname*{arg\,min}_c\big\lVert f_i-\mu_c^{(-i)}\big\rVert\Big]",
            r"$f_i$: features of sample $i$; $\mu_c^{(-i)}$: mean of class $c$ without sample $i$; $y$:"
            r" classes.",
            "If one point for each class is enough to recognise it, a head on top has little left to learn.",
        ),
        traits=traits.NEAREST_MEAN,
        version=1,
    ),
)
