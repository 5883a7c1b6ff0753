"""Draws around scores -> draws of the models' true scores: what looks like noise is shrunk.

Differences of models under one metric are shrunk towards 0, differences of metrics towards their mean.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["pool_metrics", "shrink_draws"]

Array: TypeAlias = NDArray[np.float64]

# Models this many standard errors of a difference apart inform each other's prior with weight exp(-1/2).
REACH = 3.0
# Spread of true scores in units of their noise: the grid on which its posterior is computed.
RATIOS = np.geomspace(0.05, 50.0, 40)


def shrink_draws(values: Array, pair_spreads: Array, deviations: Array, uniform: Array) -> Array:
    """Draw the true scores of models from their posterior, given estimates and the noise of these.

    The largest of many estimates is likely to be one that the noise has raised. Draws centred on the
    estimates ignore that and make the first model too certain. Here every model has the prior N(m, t^2),
    whose mean m and spread t are those of the models near it: their estimates spread with t^2 + s^2, s^2
    being the variance of the noise. How large t is remains uncertain with few models; it is drawn from its
    own posterior under a uniform prior, which Gelman recommends [2]_ and which shrinks two or three models
    least. Given t, an estimate is shrunk towards m by t^2 / (t^2 + s^2), and its noise by the square root of
    that.

    Only models nearby count, by a weight that falls with their distance in standard errors: three good models
    among ten bad ones are compared with each other, as they would be without the ten. The calibration is
    measured by ``python -m tests.benchmarks.calibration``.

    Parameters
    ----------
    values
        Estimates, higher is better, shape (n_models,).
    pair_spreads
        Standard error of each pair's difference, shape (n_models, n_models).
    deviations
        Draws of the noise, shape (n_draws, n_models).
    uniform
        In (0, 1), shape (n_draws,): quantile of each draw in the posterior of t.

    Returns
    -------
    ndarray
        Draws of the true scores, shape (n_draws, n_models).

    References
    ----------
    .. [1] Efron, Morris: Stein's Estimation Rule and Its Competitors, an Empirical Bayes Approach. Journal of
       the American Statistical Association 68, 1973. doi:10.1080/01621459.1973.10481350
    .. [2] Gelman: Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1,
       2006. doi:10.1214/06-BA117A
    """
    weights = _nearness(values, pair_spreads)
    total = weights.sum(axis=1)
    means = weights @ values / total
    kept = _kept_shares(values, means, weights, pair_spreads, uniform)
    common = deviations @ (weights / total[:, None]).T
    drawn: Array = means + common + kept * (values - means) + np.sqrt(kept) * (deviations - common)
    return drawn


def pool_metrics(draws: Array, values: Array, deviations: Array) -> Array:
    """Pool draws of the true scores over the metrics, as far as these disagree by no more than noise.

    Every metric measures the same models. Where their standardised scores differ no more than the noise would
    make them, their mean says more of each than its own score does, and a consensus that treats them as
    unrelated is too modest. Every draw is shrunk towards the metrics' mean by the share of the observed
    disagreement that noise explains, which is James and Stein's rule [1]_ across metrics. Metrics that truly
    disagree stay as they are.

    Parameters
    ----------
    draws
        Of the true scores, higher is better, shape (n_draws, n_metrics, n_models).
    values
        Estimates, shape (n_metrics, n_models).
    deviations
        Of parts, the same for all metrics, shape (n_parts, n_metrics, n_models).

    Returns
    -------
    ndarray
        Pooled draws, of the shape of ``draws``; the mean over the models stays that of each metric.

    References
    ----------
    .. [1] Efron, Morris: Stein's Estimation Rule and Its Competitors, an Empirical Bayes Approach. Journal of
       the American Statistical Association 68, 1973. doi:10.1080/01621459.1973.10481350
    """
    noise = _centred(deviations)
    units = np.sqrt(np.square(noise).sum(axis=(0, 2)) / (len(noise) - 1) / (values.shape[1] - 1))[:, None]
    if not units.all():  # models that only move together under a metric have no noise to compare by
        return draws
    observed = np.square(_disagreement(values / units)).sum()
    expected = np.square(_disagreement(noise / units)).sum() / (len(noise) - 1)
    share = min(1.0, expected / observed) if observed > 0 else 1.0
    inner = _centred(draws)
    common = units * (inner / units).mean(axis=-2, keepdims=True)
    pooled: Array = draws + share * (common - inner)
    return pooled


def _centred(scores: Array) -> Array:
    """Subtract from the scores under each metric their mean over the models, the last axis."""
    centred: Array = scores - scores.mean(axis=-1, keepdims=True)
    return centred


def _disagreement(scores: Array) -> Array:
    """Deviations of the metrics' centred scores from their mean over the metrics, the last axis but one."""
    centred = _centred(scores)
    deviations: Array = centred - centred.mean(axis=-2, keepdims=True)
    return deviations


def _nearness(values: Array, pair_spreads: Array) -> Array:
    """Weight of each model in the prior of each other, shape (n_models, n_models); 1 for copies."""
    gaps = np.abs(values[:, None] - values)
    distances = np.divide(gaps, pair_spreads, out=np.full_like(gaps, np.inf), where=pair_spreads > 0)
    distances[gaps == 0] = 0.0
    weights: Array = np.exp(-0.5 * (distances / REACH) ** 2)
    return weights


def _kept_shares(values: Array, means: Array, weights: Array, pair_spreads: Array, uniform: Array) -> Array:
    """Draw t^2 / (t^2 + s^2) for each model, shape (n_draws, n_models)."""
    others = weights * (1 - np.eye(len(values)))
    near = others.sum(axis=1)
    noise = np.divide(
        (others * pair_spreads**2).sum(axis=1), 2 * near, out=np.zeros_like(near), where=near > 0
    )
    squares = (weights * np.square(values - means[:, None])).sum(axis=1)
    relative = np.divide(squares, noise, out=np.zeros_like(noise), where=noise > 0)
    growth = 1 + RATIOS**2
    log_posterior = (
        np.log(RATIOS)  # a uniform prior, on a geometric grid
        - 0.5 * near[:, None] * np.log(growth)
        - relative[:, None] / (2 * growth)
    )
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    cumulative = np.cumsum(posterior, axis=1) / posterior.sum(axis=1, keepdims=True)
    places = np.stack([np.searchsorted(own, uniform) for own in cumulative], axis=1)
    shares: Array = 1 - 1 / growth[np.minimum(places, len(RATIOS) - 1)]
    return shares
