"""What is expected of a metric on these samples, against other computations of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, weightedtau

from ptmrank_core.ranking import PriorTaus, ProbeEvidence, collect_losses
from ptmrank_core.ranking.prior_calibration import PROBE_SLOPE, PROBE_SPREAD, combine_with_prior

MODELS = tuple(f"m{i:02}" for i in range(12))
RANKS = dict(zip(MODELS, range(1, 13), strict=True))


def probe(accuracies: object, n_samples: int, seed: int = 0) -> ProbeEvidence:
    """A probe that has reached these accuracies."""
    rng = np.random.default_rng(seed)
    losses = {
        f"m{i:02}": (rng.random(n_samples) >= accuracy).astype(float)
        for i, accuracy in enumerate(np.asarray(accuracies, dtype=float))
    }
    found = collect_losses(losses)
    assert found is not None
    return found


def test_agreement_is_the_weighted_tau_where_the_probe_is_sure() -> None:
    """With every pair decided it is scipy's weighted tau between ranks and accuracies."""
    evidence = probe(np.linspace(0.99, 0.01, len(MODELS)), n_samples=100_000)
    ranks = dict(zip(MODELS, [2.0, 1, 3, 5, 4, 6, 12, 8, 9, 10, 11, 7], strict=True))
    found = combine_with_prior(ranks, PriorTaus(), evidence)
    expected = weightedtau([-ranks[m] for m in MODELS], -evidence.losses.mean(axis=1)).statistic
    assert found.probe_agreement == pytest.approx(expected, abs=1e-6)
    assert found.n_models == pytest.approx(len(MODELS), abs=1e-6)


def test_evidence_and_prior_are_joined_by_their_precisions() -> None:
    """On Fisher's scale the expectation is their precision-weighted mean; the spread grows with the gap."""
    evidence = probe(np.linspace(0.95, 0.15, len(MODELS)), n_samples=1000)
    prior = PriorTaus((0.0, 0.2, -0.2), 3)
    found = combine_with_prior(RANKS, prior, evidence)
    assert found.probe_agreement is not None
    variance = 0.437 / (found.n_models - 4) + PROBE_SPREAD**2
    z = np.arctanh(PROBE_SLOPE * found.probe_agreement)
    precision, own = 1 / variance, 1 / prior.spread**2
    assert found.agreement == pytest.approx(np.tanh(z * precision / (precision + own)))
    assert found.widening == pytest.approx(z / np.sqrt(variance + prior.spread**2))
    assert found.spread == pytest.approx(found.widening / np.sqrt(precision + own))


def test_a_prior_from_few_sets_is_the_less_certain() -> None:
    """The spread on a new set has the uncertainty of the mean in it; unmeasured metrics have a wide one."""
    few, many = PriorTaus((0.5, 0.7), 2), PriorTaus((0.5, 0.7) * 10, 20)
    assert [few.mean, many.mean] == pytest.approx([0.6, 0.6])
    assert few.spread > many.spread > 0.15
    assert (PriorTaus().mean, PriorTaus().spread) == (0.2, 0.5)


def test_certainty_is_that_of_a_paired_test() -> None:
    """Two models that differ on b and c samples have the normal deviate of the paired difference."""
    first, second = np.zeros(100), np.zeros(100)
    second[:20] = 1
    first[20:26] = 1
    gap = second - first
    deviate = gap.mean() / (gap.std() / 10)
    evidence = collect_losses({"a": first, "b": second})
    assert evidence is not None
    assert evidence.certainty[0, 1] == pytest.approx(2 * norm.cdf(deviate) - 1)
    assert evidence.certainty[1, 0] == -evidence.certainty[0, 1]
    same = collect_losses({"a": first, "b": first})
    assert same is not None
    assert np.abs(same.certainty).max() == 0


def test_equal_models_count_as_none_told_apart() -> None:
    """Thirteen or a hundred equal models on 400 samples are hardly ever told apart at all."""
    for n_models in (13, 100):
        counts = [
            probe(np.full(n_models, 0.7), 400, seed).count_distinguished(np.arange(n_models))
            for seed in range(40)
        ]
        assert np.mean(np.array(counts) > 4) <= 0.1


def test_the_certain_pairs_of_models_are_counted() -> None:
    """Two groups of six equal models each amount to as many models as have their 36 pairs."""
    levels = np.repeat([0.9, 0.3], 6)
    counts = [probe(levels, 400, seed).count_distinguished(np.arange(12)) for seed in range(40)]
    assert np.mean(counts) == pytest.approx((1 + np.sqrt(1 + 8 * 36)) / 2, abs=0.5)


def test_losses_of_a_group_are_one_observation() -> None:
    """Equal models whose losses are shared within groups are rarely told apart, unlike without the groups."""
    groups = np.repeat(np.arange(20), 20)
    with_groups, without = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        losses = {name: np.repeat((rng.random(20) < 0.3).astype(float), 20) for name in "ab"}
        for codes, found in ((groups.tolist(), with_groups), ((), without)):
            evidence = collect_losses(losses, codes)
            assert evidence is not None
            found.append(abs(evidence.certainty[0, 1]))
    assert np.mean(np.array(with_groups) > 0.9) < 0.2
    assert np.mean(np.array(without) > 0.9) > 0.5


def test_losses_that_do_not_fit_are_no_evidence() -> None:
    """One model, or numbers of samples that differ, compare nothing; groups of another length are ignored."""
    assert collect_losses({"a": np.zeros(3)}) is None
    assert collect_losses({"a": np.zeros(3), "b": np.zeros(4)}) is None
    found = collect_losses({"a": np.zeros(3), "b": np.ones(3)}, [0, 1])
    assert found is not None
    assert found.groups == ()
