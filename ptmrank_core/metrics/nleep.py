"""N-LEEP: LEEP with the components of a Gaussian mixture in place of the source classes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType

from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import agreements, papers, traits
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.gaussian_mixture import (
    COMPONENTS_PER_CLASS,
    REGULARISATION,
    Covariance,
    count_components,
    fit_mixture,
)
from ptmrank_core.metrics.numerics.source_classes import count_leep, mean_log_likelihood
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "nleep", "nleep_output"]


def nleep(
    embeddings: ArrayLike, labels: ArrayLike, *, covariance: Covariance = "full", seed: int = 123
) -> float:
    """Gaussian LEEP: mean log-likelihood of the labels through clusters of the features.

    A Gaussian mixture of five components for each class is fitted to the principal components that hold
    80 % of the variance; its posteriors take the place of the source head in LEEP. It needs no source
    head, and asks how pure in classes the clusters of the features are.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    covariance
        ``"full"``: one covariance matrix for each component. ``"spherical"``: one variance (much cheaper).
    seed
        Of the mixture's initial k-means.

    Returns
    -------
    float
        Mean log-probability in nats: higher is better, at most 0.

    Raises
    ------
    MetricInputError
        The arrays do not fit.
    MetricError
        No mixture could be fitted.

    Notes
    -----
    No code of the authors is public, and published readings differ in covariance, number of components
    and logarithm. This is the one of google-research/stable_transfer, in float64 and with components
    capped at half the samples; ``"spherical"`` is that of EMAB (5 C components, C fewer until there are
    fewer than samples). Where a covariance is not positive definite, 1e-6 on its diagonal becomes ten
    times as much until it is. Samples are put into an order of their own first, and their coordinates are
    rounded to ten digits: neither their order nor round-off counts. Other seeds move it by up to about 0.1.

    References
    ----------
    .. [1] Li, Jia, Sang, Zhu, Green, Wang, Gong: Ranking Neural Checkpoints. CVPR 2021. arXiv:2011.11200

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> round(nleep(features, ["a", "a", "b", "b"]), 4)
    0.0
    >>> round(nleep(features, ["a", "b", "a", "b"]), 4)
    -0.6931
    """
    return nleep_output(prepare_inputs(embeddings, labels=labels), covariance=covariance, seed=seed).value


def nleep_output(inputs: MetricInputs, *, covariance: Covariance = "full", seed: int = 123) -> MetricOutput:
    """Return :func:`nleep` with what the mixture came to."""
    if inputs.labels is None:
        raise MetricInputError("N-LEEP expects labels, got real or multi-label targets.")
    if covariance not in REGULARISATION:
        raise UnknownNameError("covariance", covariance, REGULARISATION)
    wanted = COMPONENTS_PER_CLASS * inputs.n_classes
    n_components = count_components(inputs.n_samples, inputs.n_classes, covariance)
    mixture = fit_mixture(inputs.decomposition, n_components, covariance=covariance, seed=seed)
    notes = [*inputs.label_notes, *inputs.feature_notes, *mixture.notes]
    if n_components < wanted:
        notes.append(f"{n_components} components instead of {wanted}: there are too few samples for more.")
    counts = count_leep(mixture.posterior, inputs.labels, inputs.n_classes)
    components = {
        "n_components": float(mixture.n_components),
        "n_dimensions": float(mixture.n_dimensions),
        "regularisation": mixture.regularisation,
        "rounds": float(mixture.n_rounds),
    }
    value = mean_log_likelihood(mixture.posterior, inputs.labels, counts)
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


NLEEP = MetricSpec(
    name="nleep",
    position=30,
    title="N-LEEP",
    function=nleep_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(None, 0.0),
    stochastic=True,
    cost="iterative",
    measured_seconds=5.0,
    prior_agreement=agreements.recorded_agreement("nleep"),
    idea="How well clusters of the features, five for each class, predict the labels.",
    fails_when="There are few samples for each class (the number of clusters is capped, and the seed moves"
    " the score by up to about 0.1), or the features are tiny numbers.",
    paper=papers.NLEEP,
    formula=Formula(
        r"\frac1N\sum_i\ln\sum_v \hat P(y_i\mid v)\,p(v\mid x_i)",
        r"$x_i$: features on the principal components that hold 80 % of the variance; $p(v\mid x_i)$: a"
        r" Gaussian mixture of five components for each class; $\hat P(y\mid v)$ as in LEEP.",
        "LEEP without a head: clusters of the features take the place of the source classes.",
    ),
    traits=traits.NLEEP,
    version=1,
)
SPECS = (
    NLEEP,
    replace(
        NLEEP,
        name="nleep:spherical",
        title="N-LEEP (spherical)",
        function=partial(nleep_output, covariance="spherical"),
        idea="N-LEEP with spherical clusters: much cheaper, and possible where full covariances are not.",
        fails_when="There are few samples for each class, classes are elongated, or features tiny numbers.",
    ),
)
