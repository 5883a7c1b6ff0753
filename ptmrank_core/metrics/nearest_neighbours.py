"""Nearest neighbours: how well the five nearest other samples predict a sample's label."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.leave_one_out.measures import mean_precision, mean_r2
from ptmrank_core.metrics.numerics.leave_one_out.nearest import share_targets, vote_hits
from ptmrank_core.records import EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "nearest_neighbours", "nearest_neighbours_output"]

N_NEIGHBOURS = 5


def nearest_neighbours(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    n_neighbours: int = N_NEIGHBOURS,
) -> float:
    """Leave-one-out quality of k nearest neighbours: no fit, no assumption of linearity.

    Every sample is predicted by the samples nearest to it in Euclidean distance, itself left out: classes by
    the majority, numbers and multi-label targets by the mean.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    targets
        Array of shape (n_samples,) or (n_samples, n_targets): real or 0/1; instead of ``labels``.
    n_neighbours
        k, at least 1; all other samples where there are fewer.

    Returns
    -------
    float
        Higher is better, at most 1. Classes: accuracy, at least 0. Numbers: R2, mean over the targets.
        Multi-label targets: average precision, mean over the labels.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    Features are taken as they are. Samples exactly as far away as the k-th nearest vote too, and where c
    classes have equally many votes the own class counts 1/c: neither the order of the samples nor the names
    of the classes decide. Samples of one group (a speaker, a patient) are neighbours like any others.

    References
    ----------
    .. [1] Sorkhei, Matsoukas, Fredin Haslum, Smith: k-NN as a Simple and Effective Estimator of
       Transferability. 2025. arXiv:2503.18528
    .. [2] Cover, Hart: Nearest Neighbor Pattern Classification. IEEE Transactions on Information Theory
       1967. doi:10.1109/TIT.1967.1053964

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> nearest_neighbours(features, ["a", "a", "b", "b"], n_neighbours=1)
    1.0
    >>> nearest_neighbours(features, ["a", "b", "a", "b"], n_neighbours=1)
    0.0
    """
    inputs = prepare_inputs(embeddings, labels=labels, targets=targets)
    return nearest_neighbours_output(inputs, n_neighbours=n_neighbours).value


def nearest_neighbours_output(inputs: MetricInputs, *, n_neighbours: int = N_NEIGHBOURS) -> MetricOutput:
    """Return :func:`nearest_neighbours` with what a guess without the features reaches."""
    statistics = inputs.decomposition
    n_near = max(1, min(n_neighbours, inputs.n_samples - 1))
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if n_near < n_neighbours:
        notes.append(f"{n_near} neighbours instead of {n_neighbours}: there are no more samples.")
    if inputs.task == "classification":
        value = float(vote_hits(statistics, n_near).mean())
        chance = float(statistics.class_counts.max() / inputs.n_samples)
    else:
        targets, predicted = statistics.targets, share_targets(statistics, n_near)
        is_real = inputs.task == "regression"
        value = mean_r2(targets, predicted) if is_real else mean_precision(targets, predicted)
        chance = 0.0 if is_real else float(targets.mean())
        n_idle = int(np.count_nonzero((targets == (targets[0] if is_real else 0)).all(axis=0)))
        if n_idle:
            counts = f"{n_idle} of {targets.shape[1]} targets"
            notes.append(f"{counts} say nothing, being the same for all samples: they are left out.")
    components = {"n_neighbours": float(n_near), "chance": chance}
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


SPECS = (
    MetricSpec(
        name="nearest_neighbours",
        position=200,
        title="Nearest neighbours",
        kind="evidence",
        function=nearest_neighbours_output,
        tasks=EVERY_TASK,
        higher_is_better=True,
        bounds=(None, 1.0),
        cost="decomposition",
        measured_seconds=1.6,
        prior_agreement=recorded_agreement("nearest_neighbours"),
        idea="How often the five nearest other samples have a sample's label.",
        fails_when="Samples come in groups (frames of a video, recordings of a speaker): a sample's"
        " neighbours are then of its own group and know its label. Or there are fewer than about five"
        " samples of a class.",
        paper=papers.NEAREST_NEIGHBOURS,
        formula=Formula(
            r"\frac1N\sum_i\Big[\,y_i=\operatorname*{arg\,max}_c\,\big|\{j\in\mathcal"
            r" N_5(i):y_j=c\}\big|\Big]",
            r"$\mathcal N_5(i)$: the five samples nearest to sample $i$ in Euclidean distance, itself left"
            r" out; $y$: classes. Numbers: the mean of the five, judged by $R^2$; several labels: the mean,"
            r" judged by average precision.",
            "Where samples of one label lie close together, a head on top has an easy task, also where no"
            " linear model separates them.",
        ),
        traits=traits.NEAREST_NEIGHBOURS,
        version=1,
    ),
)
