"""PACTran's PAC-Bayesian bounds: a Gaussian prior on a classifier, or a mixture over source classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.gaussian_mixture import fit_mixture
from ptmrank_core.metrics.numerics.softmax_regression import SoftmaxFit, fit_softmax
from ptmrank_core.records import MetricOutput

__all__ = [
    "GRID",
    "LAMBDA",
    "S2_FACTOR",
    "GaussianBound",
    "MixtureBound",
    "MixturePrior",
    "bound_flatness",
    "bound_risk",
    "gaussian_bound",
    "source_class_bound",
]

Array: TypeAlias = NDArray[np.float64]
MixturePrior: TypeAlias = Literal["dirichlet", "gamma"]

N_ROUNDS = 10
# The authors' guard: in logarithms, in the prior and in ln(S + guard).
GUARD = 1e-10
# lambda and s2 of the one setting that another group's released pipeline uses.
LAMBDA = 1.0
S2_FACTOR = 100.0
# The authors' grid: lambda, and the two s2 that go with it.
GRID = ((10.0, (1000.0, 100.0)), (1.0, (100.0, 10.0)), (0.1, (10.0, 1.0)))


@dataclass(frozen=True, eq=False)
class GaussianBound:
    """The bound J* + C s2 / (2 r) ln(H r / (d C)) with a Gaussian prior, r = lambda n.

    Parameters
    ----------
    strength
        r.
    s2
        The prior's scale.
    fit
        The optimum of the regularised softmax regression.
    spread
        sum_k p_ik (1 - p_ik) of each sample at the optimum, shape (n_samples,).
    trace
        H, the trace of the Hessian, summed over the samples.
    loss
        J*, in nats.
    flatness
        The second term, in nats.
    """

    strength: float
    s2: float
    fit: SoftmaxFit
    spread: Array
    trace: float
    loss: float
    flatness: float

    @property
    def bound(self) -> float:
        """The sum of both: lower is better."""
        return float(self.loss + self.flatness)


@dataclass(frozen=True, eq=False)
class MixtureBound:
    """The bound after ten rounds.

    Parameters
    ----------
    risk
        The authors' value, in nats for each entry of the one-hot labels: lower is better.
    concentration
        A of the last round, shape (n_classes, n_source_classes): prior plus responsibilities.
    last_move
        Largest change of A in the last round, in samples.
    """

    risk: float
    concentration: Array
    last_move: float


def gaussian_bound(inputs: MetricInputs) -> MetricOutput:
    """Bound with a Gaussian prior: J* + C s2 / (2 r) ln(H r / (d C)).

    J* is the regularised loss of softmax regression, H the trace of its Hessian, summed over the samples.

    Parameters
    ----------
    inputs
        With labels.

    Returns
    -------
    MetricOutput
        Minus the bound, with its parts.
    """
    (result,) = bound_flatness(inputs.decomposition, LAMBDA, (S2_FACTOR,))
    fit = result.fit
    notes = [*inputs.label_notes, *inputs.feature_notes, *inputs.width_notes]
    if not fit.converged:
        notes.append(f"The optimiser stopped after {fit.n_rounds} rounds before it had converged.")
    components = {
        "loss": result.loss,
        "flatness": result.flatness,
        "gradient": fit.gradient,
        "rounds": float(fit.n_rounds),
    }
    return MetricOutput(-result.bound, MappingProxyType(components), tuple(notes))


def bound_flatness(statistics: Decomposition, prior: float, s2: Sequence[float]) -> tuple[GaussianBound, ...]:
    """Fit the classifier and bound its loss, for one lambda and some s2: the fit does not depend on these.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    prior
        lambda: prior variance of a weight.
    s2
        Scales of the second term.

    Returns
    -------
    tuple of GaussianBound
        One for each s2.
    """
    n_classes = len(statistics.class_counts)
    n_weights = statistics.n_features * n_classes
    strength = prior * statistics.n_samples
    fit = fit_softmax(statistics, strength)
    distance = np.abs(fit.residuals)  # p, and 1 - p for the own class
    spread = (distance * (1 - distance)).sum(axis=1)
    # sum_dk [sum_i f_id^2 p_ik (1 - p_ik) + 1/r], and the row of the intercept without its 1/r.
    trace = float((statistics.row_energy + 1) @ spread) + n_weights / strength
    loss = float(fit.loss + np.log1p(GUARD))
    logarithm = np.log(trace * strength / n_weights + GUARD)
    return tuple(
        GaussianBound(
            strength, own, fit, spread, trace, loss, float(n_classes * own / (2 * strength) * logarithm)
        )
        for own in s2
    )


def source_class_bound(inputs: MetricInputs, prior: MixturePrior, seed: int) -> MetricOutput:
    """Bound of a mixture over the source classes, or over clusters of the features where there is no head.

    Parameters
    ----------
    inputs
        With labels.
    prior
        As in :func:`bound_risk`.
    seed
        Of the initial k-means of the clusters.

    Returns
    -------
    MetricOutput
        Minus the bound, with the last change of the iteration and the number of source classes.
    """
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


def bound_risk(
    source_probs: Array, rows: tuple[NDArray[np.int64], ...], prior: MixturePrior, alpha: float = 1.0
) -> MixtureBound:
    """Iterate the responsibilities of the source classes and evaluate the bound.

    Parameters
    ----------
    source_probs
        S, shape (n_samples, n_source_classes), rows sum to 1.
    rows
        The samples of each class.
    prior
        ``"dirichlet"``: P(y|z) with a Dirichlet prior. ``"gamma"``: rates with Gamma priors of rate 1.
    alpha
        Strength of the prior, in samples.

    Returns
    -------
    MixtureBound
        Of [1]_, in the authors' code's form.

    Notes
    -----
    With t_yz = psi(A_yz) - psi(sum_y A_yz) (Gamma: without the second term) a round is
    q_iz = S_iz exp(t_{y_i z}) / norm_i, A_yz = a0_y + sum_{i in y} q_iz: for each class two products of its
    rows of S with a vector. Neither q nor anything of shape (n, C, z) is ever formed.

    References
    ----------
    .. [1] Ding, Chen, Levinboim, Changpinyo, Soricut: PACTran: PAC-Bayesian Metrics for Estimating the
       Transferability of Pretrained Models to Classification Tasks. ECCV 2022. arXiv:2203.05126
    """
    n_samples, n_source = source_probs.shape
    n_classes = len(rows)
    blocks = [source_probs[members] + GUARD for members in rows]
    counts = np.array([len(members) for members in rows])
    prior_mass = (alpha * counts / n_samples + GUARD)[:, None]
    mass = np.stack([source_probs[members].sum(axis=0) for members in rows])
    concentration = prior_mass + mass
    divergence = last_move = 0.0
    for _ in range(N_ROUNDS):
        concentration = prior_mass + mass
        tilt = scipy.special.digamma(concentration)
        if prior == "dirichlet":
            tilt -= scipy.special.digamma(concentration.sum(axis=0))
        previous = mass
        mass, log_norms = _respond(blocks, tilt)
        # sum_iz q (ln q - ln S) = sum_yz (sum_{i in y} q_iz) t_yz - sum_i ln norm_i
        divergence = float(np.sum(mass * tilt)) - log_norms
        last_move = float(np.abs(mass - previous).max())
    if prior == "dirichlet":
        prior_term = n_source * float(
            scipy.special.gammaln(prior_mass.sum()) - scipy.special.gammaln(prior_mass).sum()
        )
        fitted = float(
            scipy.special.gammaln(concentration.sum(axis=0)).sum()
            - scipy.special.gammaln(concentration).sum()
        )
        risk = (fitted - prior_term + divergence) / (n_samples * n_classes)
    else:
        change = n_source * float(scipy.special.gammaln(prior_mass).sum()) - float(
            scipy.special.gammaln(concentration).sum()
        )
        rates = float(np.log(source_probs @ concentration.sum(axis=0)).sum())
        risk = (change + divergence + rates - n_samples) / (n_samples * n_classes) + 1
    return MixtureBound(risk, concentration, last_move)


def _respond(blocks: list[Array], tilt: Array) -> tuple[Array, float]:
    """Return the responsibilities summed over each class, shape (C, z), and the sum of ln norm_i."""
    mass = np.empty_like(tilt)
    log_norms = 0.0
    for code, block in enumerate(blocks):
        peak = tilt[code].max()
        factors = np.exp(tilt[code] - peak)
        norms = block @ factors
        mass[code] = factors * ((1 / norms) @ block)
        log_norms += float(np.log(norms).sum()) + peak * len(norms)
    return mass, log_norms
