"""How far the order under a metric agrees with the linear probe on the same samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from ptmrank_core.ranking.agreement import TAU_OFFSET, TAU_VARIANCE
from ptmrank_core.ranking.consensus import ModelScores
from ptmrank_core.ranking.statistics import average_ranks

__all__ = ["PriorCalibration", "ProbeEvidence", "best_weight", "collect_losses", "combine_with_prior"]

Array: TypeAlias = NDArray[np.float64]

# Standard deviation of a metric's agreement with the truth between data sets, on Fisher's z scale: how far a
# probe may move the prior. On real zoos LogME's agreement varies by about 0.26; but probe and metrics see the
# same samples and share their noise, which the variance of tau does not include. So the prior is taken to
# vary less: of 0.1 to 0.4 this was the largest value at which no collection of development sets had the
# default below LogME alone; from 0.18 on the weights followed the noise of the probe among near-equal models.
SPREAD = 0.15
MAX_AGREEMENT = 0.97  # an agreement of 1 has no finite z


@dataclass(frozen=True, eq=False)
class ProbeEvidence:
    """Out-of-fold losses of the linear probe on the candidates.

    Parameters
    ----------
    models
        m ids.
    losses
        Array of shape (m, n_samples): loss of each sample out of its fold, such as 0 for right and 1 for
        wrong.
    """

    models: tuple[str, ...]
    losses: Array

    @cached_property
    def certainty(self) -> Array:
        """How surely the first of two models is the better one, in [-1, 1], shape (m, m).

        2 P - 1, where P is the normal probability of the paired difference of the losses: 0 where the two are
        indistinguishable on these samples.
        """
        n_samples = self.losses.shape[1]
        means = self.losses.mean(axis=1)
        centred = self.losses - means[:, None]
        products = centred @ centred.T / n_samples
        spread = np.diag(products)
        variance = np.maximum(spread[:, None] + spread[None, :] - 2 * products, 0.0) / n_samples
        gap = means[None, :] - means[:, None]
        # Losses that differ by the same amount on every sample leave no doubt.
        deviation = np.sqrt(np.maximum(variance, (1e-9 * np.abs(gap)) ** 2))
        z = np.divide(gap, deviation, out=np.zeros_like(gap), where=deviation > 0)
        return np.asarray(erf(z / np.sqrt(2)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PriorCalibration:
    """Expected agreement of a metric with the truth.

    Parameters
    ----------
    prior
        Expected weighted tau, from other data.
    probe_agreement
        Agreement with the probe on these samples, in [-1, 1]; ``None`` where it distinguishes too few models.
    agreement
        Both combined.
    n_models
        Models that the probe distinguishes, as the number of models all of whose pairs would be decided; 0
        without a probe.
    """

    prior: float
    probe_agreement: float | None
    agreement: float
    n_models: float


def combine_with_prior(ranks: ModelScores, prior: float, probe: ProbeEvidence | None) -> PriorCalibration:
    """Combine a metric's expected agreement from other data with its agreement with the probe on these.

    The agreement is Vigna's weighted tau (swaps among the best weigh most, mean over the weights of either
    order) over the pairs of models, each pair weighted by how surely the probe distinguishes it. Both it and
    the prior are normal on Fisher's z scale, with the variances above; their precision-weighted mean is
    taken.

    Parameters
    ----------
    ranks
        Model -> rank, 1 is best.
    prior
        Expected agreement, in (-1, 1).
    probe
        Results of the probe; ``None`` where it was not fitted.

    Returns
    -------
    PriorCalibration
        ``agreement`` is the prior where the probe distinguishes four models or fewer.
    """
    if probe is None:
        return PriorCalibration(prior, None, prior, 0.0)
    certainty = probe.certainty
    places = np.array([ranks.get(model, np.nan) for model in probe.models])
    kept = np.flatnonzero(~np.isnan(places))
    places, certainty = places[kept], certainty[np.ix_(kept, kept)]
    upper = np.triu_indices(len(kept), 1)
    decided = float(np.abs(certainty)[upper].sum())
    n_models = (1 + np.sqrt(1 + 8 * decided)) / 2 if decided > 0 else 0.0
    if n_models <= TAU_OFFSET:
        return PriorCalibration(prior, None, prior, n_models)
    better = np.sign(places[None, :] - places[:, None])
    by_probe = average_ranks(probe.losses[kept].mean(axis=1).round(12))
    tau = 0.0
    for order in (by_probe, places):
        counts = np.abs(certainty) * (1 / order[:, None] + 1 / order[None, :])
        tau += 0.5 * float((counts * np.sign(certainty) * better)[upper].sum() / counts[upper].sum())
    prior_precision, precision = 1 / SPREAD**2, (n_models - TAU_OFFSET) / TAU_VARIANCE
    mean = prior_precision * _fisher(prior) + precision * _fisher(tau)
    mean /= prior_precision + precision
    return PriorCalibration(prior, tau, float(np.tanh(mean)), float(n_models))


def _fisher(tau: float) -> float:
    return float(np.arctanh(np.clip(tau, -MAX_AGREEMENT, MAX_AGREEMENT)))


def best_weight(agreement: float) -> float:
    """Weight of a metric in the best linear combination of metrics with independent errors.

    For standardised signals with correlation r to the truth it is r / (1 - r^2); for normal ones
    r = sin(pi tau / 2). 0 for an agreement of 0 or less.
    """
    r = float(np.sin(np.pi * min(agreement, MAX_AGREEMENT) / 2))
    return max(0.0, r / (1 - r**2))


def collect_losses(losses: Mapping[str, Array]) -> ProbeEvidence | None:
    """Collect losses of at least two models with the same number of samples; else ``None``."""
    models = tuple(losses)
    if len(models) < 2 or len({len(of_model) for of_model in losses.values()}) != 1:
        return None
    return ProbeEvidence(models, np.array([losses[model] for model in models], dtype=np.float64))
