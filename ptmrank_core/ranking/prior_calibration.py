"""How well a metric is expected to agree with fine-tuning on these samples.

Two things are known: how well it agreed with fine-tuning on other sets, and how well it agrees with a linear
probe on these. The probe is evidence, not the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ptmrank_core.ranking.agreement import TAU_OFFSET, TAU_VARIANCE
from ptmrank_core.ranking.consensus import ModelScores
from ptmrank_core.ranking.probe_evidence import ProbeEvidence
from ptmrank_core.ranking.statistics import average_ranks

__all__ = ["PriorCalibration", "PriorTaus", "best_weight", "combine_with_prior"]

MAX_AGREEMENT = 0.97  # an agreement of 1 has no finite z
# A metric that was never measured: expected to agree a little, anything is possible.
UNKNOWN_MEAN, UNKNOWN_SPREAD = 0.2, 0.5
# Between-set spreads of Fisher's z from few sets are uncertain themselves; none is smaller.
LEAST_SPREAD = 0.15
# Of metrics on the sets with real fine-tuning, agreement with fine-tuning is this share of the agreement with
# a linear probe on the same samples, give or take this much on Fisher's scale: slope and residual spread over
# five sets and twelve metrics (`python -m tests.benchmarks.consensus`).
PROBE_SLOPE, PROBE_SPREAD = 0.8, 0.45
# Probe and prior contradict each other where they differ by more than this many standard deviations.
CONTRADICTION = 1.5


@dataclass(frozen=True, slots=True)
class PriorTaus:
    """What other data say of a metric: its weighted tau with fine-tuning on each set or published table.

    Parameters
    ----------
    taus
        In [-1, 1]; empty where nothing was measured.
    n_sets
        Number of sets that they stand for.
    n_probed
        Number of them that a linear probe has judged, where nothing was fine-tuned.
    """

    taus: Sequence[float] = ()
    n_sets: int = 0
    n_probed: int = 0

    @property
    def mean(self) -> float:
        """Expected tau."""
        return float(np.mean(self.taus)) if self.taus else UNKNOWN_MEAN

    @property
    def deviation(self) -> float | None:
        """Standard deviation of tau between sets; ``None`` for fewer than two."""
        return float(np.std(self.taus, ddof=1)) if len(self.taus) > 1 else None

    @property
    def spread(self) -> float:
        """Standard deviation of Fisher's z on a new set: between sets, and of the mean over them.

        That of tau, scaled by the slope of z at the mean: z itself would count the difference of .96 and .99.
        """
        if self.deviation is None:
            return UNKNOWN_SPREAD
        deviation = self.deviation / (1 - min(abs(self.mean), MAX_AGREEMENT) ** 2)
        return max(deviation, LEAST_SPREAD) * float(np.sqrt(1 + 1 / len(self.taus)))


@dataclass(frozen=True, slots=True)
class PriorCalibration:
    """Expected agreement of a metric with fine-tuning.

    Parameters
    ----------
    prior
        What other data say.
    agreement
        Expected weighted tau on these samples.
    spread
        Standard deviation of its Fisher's z.
    probe_agreement
        Agreement with the probe on these samples, in [-1, 1]; ``None`` where it distinguishes too few models.
    n_models
        Models that the probe distinguishes, as the number of models all of whose pairs would be decided; 0
        without a probe.
    widening
        Factor, at least 1, by which ``spread`` grew because these samples contradict the prior.
    """

    prior: PriorTaus = field(default_factory=PriorTaus)
    agreement: float = UNKNOWN_MEAN
    spread: float = UNKNOWN_SPREAD
    probe_agreement: float | None = None
    n_models: float = 0.0
    widening: float = 1.0

    @property
    def cautious(self) -> float:
        """One standard deviation below the expected agreement, and no more than other data alone allow.

        So a probe can cost a metric its vote and never earn it one: what agrees with a linear probe need not
        agree with fine-tuning. (Over five sets with real fine-tuning the vote's weighted tau is .63 so, and
        .59 where a probe may raise it as well.)
        """
        alone = _fisher(self.prior.mean) - self.prior.spread
        return float(np.tanh(min(_fisher(self.agreement) - self.spread, alone)))

    @property
    def interval(self) -> tuple[float, float]:
        """One standard deviation below and above the expected agreement."""
        z = _fisher(self.agreement)
        return float(np.tanh(z - self.spread)), float(np.tanh(z + self.spread))

    @property
    def is_contradicted(self) -> bool:
        """Whether the probe contradicts what other data say."""
        return self.widening > CONTRADICTION


def combine_with_prior(ranks: ModelScores, prior: PriorTaus, probe: ProbeEvidence | None) -> PriorCalibration:
    """Combine a metric's agreement with fine-tuning on other data with that with the probe on these.

    Both are normal on Fisher's z scale and are joined by their precisions. The agreement with the probe
    counts as what it lets one expect of the agreement with fine-tuning; its variance is that of a tau between
    so many models, plus that of this link. Where the two differ by more than their variances explain, the
    spread is widened by Birge's ratio [1]_.

    Parameters
    ----------
    ranks
        Model -> rank, 1 is best.
    prior
        What other data say.
    probe
        Results of the probe; ``None`` where it was not fitted.

    Returns
    -------
    PriorCalibration
        The prior alone where the probe distinguishes four models or fewer.

    References
    ----------
    .. [1] Birge: The calculation of errors by the method of least squares. Physical Review 40, 1932.
       doi:10.1103/PhysRev.40.207
    """
    if probe is None:
        return PriorCalibration(prior, prior.mean, prior.spread)
    tau, n_models = _agreement_with_probe(ranks, probe)
    if tau is None:
        return PriorCalibration(prior, prior.mean, prior.spread, None, n_models)
    variance = prior.spread**2
    evidence = TAU_VARIANCE / (n_models - TAU_OFFSET) + PROBE_SPREAD**2
    expected = _fisher(PROBE_SLOPE * tau)
    mean = (_fisher(prior.mean) / variance + expected / evidence) / (1 / variance + 1 / evidence)
    gap = abs(expected - _fisher(prior.mean)) / float(np.sqrt(variance + evidence))
    widening = max(1.0, gap)
    spread = widening / float(np.sqrt(1 / variance + 1 / evidence))
    return PriorCalibration(prior, float(np.tanh(mean)), spread, tau, n_models, widening)


def _agreement_with_probe(ranks: ModelScores, probe: ProbeEvidence) -> tuple[float | None, float]:
    """Vigna's weighted tau over the pairs that the probe decides, and how many models these amount to.

    Swaps among the best weigh most (mean over the weights of either order); each pair counts by how surely
    the probe distinguishes it.
    """
    places = np.array([ranks.get(model, np.nan) for model in probe.models])
    kept = np.flatnonzero(~np.isnan(places))
    places, decided = places[kept], probe.decided[np.ix_(kept, kept)]
    n_models = probe.count_distinguished(kept)
    if n_models <= TAU_OFFSET:
        return None, n_models
    upper = np.triu_indices(len(kept), 1)
    better = np.sign(places[None, :] - places[:, None])
    by_probe = average_ranks(probe.losses[kept].mean(axis=1).round(12))
    tau = 0.0
    for order in (by_probe, places):
        counts = np.abs(decided) * (1 / order[:, None] + 1 / order[None, :])
        tau += 0.5 * float((counts * np.sign(decided) * better)[upper].sum() / counts[upper].sum())
    return tau, n_models


def _fisher(tau: float) -> float:
    return float(np.arctanh(np.clip(tau, -MAX_AGREEMENT, MAX_AGREEMENT)))


def best_weight(agreement: float) -> float:
    """Weight of a metric in the best linear combination of metrics with independent errors.

    For standardised signals with correlation r to the truth it is r / (1 - r^2); for normal ones
    r = sin(pi tau / 2). 0 for an agreement of 0 or less.
    """
    r = float(np.sin(np.pi * min(agreement, MAX_AGREEMENT) / 2))
    return max(0.0, r / (1 - r**2))
