"""PACTran: a PAC-Bayesian bound on the risk of a classifier on top of the model."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.gaussian_mixture import fit_mixture
from ptmrank_core.metrics.numerics.softmax_regression import fit_softmax
from ptmrank_core.metrics.numerics.variational import MixturePrior, bound_risk
from ptmrank_core.records import MetricOutput

__all__ = ["Prior", "pactran", "pactran_output"]

Prior: TypeAlias = Literal["gaussian", "dirichlet", "gamma"]

# lambda and s2 of the one setting that another group's released pipeline uses.
LAMBDA = 1.0
S2_FACTOR = 100.0
# The authors' guard in both logarithms.
GUARD = 1e-10


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
        return _gaussian(inputs)
    if prior not in ("dirichlet", "gamma"):
        raise UnknownNameError("prior", prior, ("gaussian", "dirichlet", "gamma"))
    return _over_source_classes(inputs, prior, seed)


def _gaussian(inputs: MetricInputs) -> MetricOutput:
    """Regularised loss J* + C s2 / (2 r) ln(H r / (d C)), H the trace of the loss's Hessian summed over i."""
    statistics = inputs.decomposition
    n_weights = inputs.n_features * inputs.n_classes
    strength = LAMBDA * inputs.n_samples
    fit = fit_softmax(statistics, strength)
    distance = np.abs(fit.residuals)  # p, and 1 - p for the own class
    spread = (distance * (1 - distance)).sum(axis=1)
    # sum_dk [sum_i f_id^2 p_ik (1 - p_ik) + 1/r], and the row of the intercept without its 1/r.
    trace = float((statistics.row_energy + 1) @ spread) + n_weights / strength
    flatness = inputs.n_classes * S2_FACTOR / (2 * strength) * np.log(trace * strength / n_weights + GUARD)
    loss = fit.loss + np.log1p(GUARD)
    notes = [*inputs.label_notes, *inputs.feature_notes, *inputs.width_notes]
    if not fit.converged:
        notes.append(f"The optimiser stopped after {fit.n_rounds} rounds before it had converged.")
    components = {
        "loss": float(loss),
        "flatness": float(flatness),
        "gradient": fit.gradient,
        "rounds": float(fit.n_rounds),
    }
    return MetricOutput(-float(loss + flatness), MappingProxyType(components), tuple(notes))


def _over_source_classes(inputs: MetricInputs, prior: MixturePrior, seed: int) -> MetricOutput:
    """Bound of a mixture over the source classes, or over clusters of the features."""
    notes = [*inputs.label_notes]
    probs = inputs.source_probs
    if probs is None:
        # The authors' number of components, which is not that of N-LEEP.
        n_samples = inputs.n_samples
        n_components = max(1, min(inputs.n_classes, n_samples // 5), n_samples // 10)
        mixture = fit_mixture(inputs.decomposition, n_components, seed=seed)
        probs = mixture.posterior
        notes += [*inputs.feature_notes, *mixture.notes]
        notes.append(f"No source head: {mixture.n_components} clusters of the features stand in.")
    result = bound_risk(probs, inputs.decomposition.class_rows, prior)
    components = {"last_move": result.last_move, "n_source_classes": float(probs.shape[1])}
    return MetricOutput(-result.risk, MappingProxyType(components), tuple(notes))
