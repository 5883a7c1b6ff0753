"""PACTran: a PAC-Bayesian bound on the risk of a classifier on top of the model."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.pac_bayes import gaussian_bound, source_class_bound
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "pactran", "pactran_output"]

Prior: TypeAlias = Literal["gaussian", "dirichlet", "gamma"]


def pactran(
    embeddings: ArrayLike,
    labels: ArrayLike,
    *,
    prior: Prior = "gaussian",
    source_logits: ArrayLike | None = None,
    source_probs: ArrayLike | None = None,
    seed: int = 123,
) -> float:
    """PAC-Bayesian bound on the loss of a softmax classifier on the features, negated.

    Gaussian: the optimum of ridge-regularised softmax regression plus a penalty for its curvature (a flat
    optimum generalises). Dirichlet and Gamma: bounds for a mixture over source classes, near to LEEP.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    prior
        ``"gaussian"``, ``"dirichlet"`` or ``"gamma"``.
    source_logits, source_probs
        Array of shape (n_samples, n_source_classes), at most one of them; read by Dirichlet and Gamma.
        Without a source head these take the posterior of a Gaussian mixture of the features.
    seed
        Of that mixture's initial k-means.

    Returns
    -------
    float
        Minus the bound, in nats: higher is better. Values of the three forms cannot be compared.

    Raises
    ------
    MetricInputError
        The arrays do not fit.
    MetricError
        No mixture could be fitted.

    Notes
    -----
    The authors minimise by at most 100 rounds from a random start, and so return seed-dependent values (by
    up to 0.3); here the convex problem is solved to convergence. lambda = 1 and s2 = 100 / n of their grid.
    The Gaussian form is not scale invariant, and its curvature term outweighs its loss: it grows with
    C / (2 n) times the logarithm of the mean squared length of the centred features.

    References
    ----------
    .. [1] Ding, Chen, Levinboim, Changpinyo, Soricut: PACTran: PAC-Bayesian Metrics for Estimating the
       Transferability of Pretrained Models to Classification Tasks. ECCV 2022. arXiv:2203.05126

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> pactran(features, ["a", "a", "b", "b"]) > pactran(features, ["a", "b", "a", "b"])
    True
    """
    inputs = prepare_inputs(embeddings, labels=labels, source_logits=source_logits, source_probs=source_probs)
    return pactran_output(inputs, prior=prior, seed=seed).value


def pactran_output(inputs: MetricInputs, *, prior: Prior = "gaussian", seed: int = 123) -> MetricOutput:
    """Return :func:`pactran` with the parts of the bound."""
    if inputs.labels is None:
        raise MetricInputError("PACTran expects labels, got real or multi-label targets.")
    if prior == "gaussian":
        return gaussian_bound(inputs)
    if prior not in ("dirichlet", "gamma"):
        raise UnknownNameError("prior", prior, ("gaussian", "dirichlet", "gamma"))
    return source_class_bound(inputs, prior, seed)


PACTRAN = MetricSpec(
    name="pactran",
    position=50,
    title="PACTran",
    function=pactran_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(None, None),
    cost="iterative",
    measured_seconds=3.2,
    prior_agreement=recorded_agreement("pactran"),
    idea="The loss of a softmax classifier on the features, plus a penalty for how sharp its optimum is.",
    fails_when="Candidates differ in the scale of their features: the penalty grows with it and outweighs the"
    " loss.",
    paper=papers.PACTRAN,
    formula=Formula(
        r"-\Big(J^*+\frac{C\,s^2}{2r}\ln\frac{H\,r}{DC}\Big)",
        r"$J^*$: least ridge-penalised cross-entropy of a softmax classifier on the centred features; $H$:"
        r" trace of its curvature there; $r=\lambda N$, $\lambda=1$, $s^2=100$; $F$: features, one row $f_i$"
        r" for each of $N$ samples, $D$ wide; $C$ classes.",
        "A flat optimum generalises: the loss that a classifier reaches, plus a charge for how sharply it"
        " rises around its optimum (a PAC-Bayesian bound).",
    ),
    traits=traits.PACTRAN,
    version=1,
    rewards_width=True,
)
DIRICHLET = replace(
    PACTRAN,
    name="pactran:dirichlet",
    title="PACTran (Dirichlet)",
    function=partial(pactran_output, prior="dirichlet"),
    uses=frozenset({"source_logits"}),
    stochastic=True,
    idea="A bound on the risk of a mixture over the source classes, or over clusters of the features where"
    " the model has no source head.",
    fails_when="Some candidates have a source head and others have none, or their numbers of source classes"
    " differ.",
    rewards_width=False,
)
SPECS = (
    PACTRAN,
    DIRICHLET,
    replace(
        DIRICHLET,
        name="pactran:gamma",
        title="PACTran (Gamma)",
        function=partial(pactran_output, prior="gamma"),
        idea="The same bound with an independent rate for each pair of source class and class.",
    ),
)
