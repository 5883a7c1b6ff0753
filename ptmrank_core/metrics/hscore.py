"""H-Score: the between-class part of the features' covariance, measured in units of the whole."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.ledoit_wolf import between_over_sample, between_over_shrunk, ledoit_wolf
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "hscore", "hscore_output"]

Estimator: TypeAlias = Literal["shrinkage", "plain"]


def hscore(embeddings: ArrayLike, labels: ArrayLike, *, estimator: Estimator = "shrinkage") -> float:
    """H-Score: how much of the features' variance, whitened, lies between the class means.

    It estimates tr(S^-1 S_B), S the covariance of the features and S_B that of their class means: the
    performance of the best linear map from these features to the classes under a local approximation.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    estimator
        ``"shrinkage"``: S shrunk towards a multiple of the identity (Ledoit and Wolf), times one minus the
        shrinkage. ``"plain"``: pseudo-inverse of the sample covariance, relative cutoff 1e-15.

    Returns
    -------
    float
        Higher is better; at least 0 and, plain, at most min(C - 1, n_features). The shrinkage form may
        exceed C - 1 by its factor n/(n - 1).

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    Plain is what the authors published, with the cutoff of their README (their scripts have others too). No
    code by the authors of the shrinkage form was found: it is as in tllib, in float64. For n <= d the plain
    form is C - 1 for every model; the shrinkage form is not, and so is the default. Both are computed
    without an inverse, from the principal directions of the features. Shrinkage of 0 (two points, one
    feature) means the plain form's limit.

    References
    ----------
    .. [1] Bao, Li, Huang, Zhang, Zheng, Zamir, Guibas: An Information-Theoretic Approach to Transferability
       in Task Transfer Learning. ICIP 2019. doi:10.1109/ICIP.2019.8803726
    .. [2] Ibrahim, Ponomareva, Mazumder: Newer is Not Always Better: Rethinking Transferability Metrics,
       Their Peculiarities, Stability and Performance. ECML PKDD 2022. arXiv:2110.06893

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> round(hscore(features, ["a", "a", "b", "b"], estimator="plain"), 4)
    0.9974
    """
    return hscore_output(prepare_inputs(embeddings, labels=labels), estimator=estimator).value


def hscore_output(inputs: MetricInputs, *, estimator: Estimator = "shrinkage") -> MetricOutput:
    """Return :func:`hscore` with the shrinkage or the rank it rests on."""
    statistics = inputs.decomposition
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if estimator == "plain":
        value, rank = between_over_sample(statistics)
        notes += _degeneracy(inputs, rank)
        return MetricOutput(value, MappingProxyType({"rank": float(rank)}), tuple(notes))
    if estimator != "shrinkage":
        raise UnknownNameError("estimator", estimator, ("plain", "shrinkage"))
    shrinkage = ledoit_wolf(statistics)
    if shrinkage.intensity == 1:
        notes.append("Shrinkage 1: the covariance cannot be told from noise; the score is 0.")
    components = MappingProxyType({"shrinkage": shrinkage.intensity})
    return MetricOutput(between_over_shrunk(statistics, shrinkage), components, tuple(notes))


def _degeneracy(inputs: MetricInputs, rank: int) -> tuple[str, ...]:
    """Return what to say where the plain form measures the number of samples rather than the features."""
    if rank == inputs.n_samples - 1:
        return ("The features separate any labels (n <= d): C - 1 for every model by construction.",)
    if inputs.n_samples <= inputs.n_features + inputs.n_classes:
        return ("Fewer samples than features + classes: near C - 1 whatever the model.",)
    return ()


HSCORE = MetricSpec(
    name="hscore",
    position=80,
    title="H-Score",
    function=hscore_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(0.0, None),
    cost="decomposition",
    measured_seconds=0.05,
    prior_agreement=recorded_agreement("hscore"),
    idea="How much of the features' whitened variance lies between the class means, with a shrunk"
    " covariance.",
    fails_when="There are few samples: the shrinkage differs between models and so does its penalty.",
    paper=papers.HSCORE_SHRUNK,
    formula=Formula(
        r"(1-a)\,\mathrm{tr}\big(\Sigma_a^{-1}\,\Sigma_B\big),\qquad \Sigma_a=(1-a)\Sigma+a\,m\,I",
        r"$\Sigma$: covariance of the features; $\Sigma_B$: covariance of the class means; $a$: Ledoit-Wolf"
        r" shrinkage towards a sphere of the same mean variance $m$.",
        "Whiten the features: what share of their variance lies between the classes? At most about $C-1$.",
    ),
    traits=traits.HSCORE,
    version=1,
)
SPECS = (
    HSCORE,
    replace(
        HSCORE,
        name="hscore:plain",
        title="H-Score (plain)",
        function=partial(hscore_output, estimator="plain"),
        idea="How much of the features' whitened variance lies between the class means, with the sample"
        " covariance.",
        fails_when="There are not many more samples than features: it is C - 1 for every model.",
        paper=papers.HSCORE,
        rewards_width=True,
        saturates=CLASSIFICATION,
    ),
)
