"""Evidence against second opinions: scipy, literal formulas, and cases whose answer is known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from ptmrank_core.errors import InputError
from ptmrank_core.ranking import CORRELATIONS, Estimate, Evidence, compare_with_truth

Pair = tuple[dict[str, float], dict[str, float]]


def pair(n_models: int, *, noise: float, seed: int = 0) -> Pair:
    """Scores and truth of some models, the scores with noise."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n_models)
    scores = truth + noise * rng.normal(size=n_models)
    names = [f"m{i}" for i in range(n_models)]
    return dict(zip(names, scores.tolist(), strict=True)), dict(zip(names, truth.tolist(), strict=True))


def estimate(found: Evidence, name: str) -> Estimate:
    """A correlation that has to be there."""
    own = found.correlations[name]
    assert own is not None
    return own


def test_correlations_are_scipys() -> None:
    """Pearson, Spearman and Kendall are those of their definitions, and Pearson's interval is scipy's."""
    scores, truth = pair(11, noise=0.7)
    found = compare_with_truth(scores, truth, higher_is_better=True)
    x, y = np.array(list(scores.values())), np.array(list(truth.values()))
    signs = [np.sign((x[i] - x[j]) * (y[i] - y[j])) for i, j in itertools.combinations(range(11), 2)]
    assert estimate(found, "kendall").value == pytest.approx(float(np.mean(signs)))
    ranks = [stats.rankdata(x), stats.rankdata(y)]
    assert estimate(found, "spearman").value == pytest.approx(float(np.corrcoef(*ranks)[0, 1]))
    pearson = estimate(found, "pearson")
    assert pearson.value == pytest.approx(float(np.corrcoef(x, y)[0, 1]))
    second = stats.pearsonr(x, y).confidence_interval(0.9)
    assert (pearson.low, pearson.high) == pytest.approx((second.low, second.high))
    assert found.n_models == 11


def test_weighted_tau_is_its_formula() -> None:
    """Vigna's tau: pairs weighted by the sum of both hyperbolic weights, averaged over the two orders."""
    scores, truth = pair(9, noise=0.9, seed=3)
    x, y = list(scores.values()), list(truth.values())

    def one_way(leader: list[float]) -> float:
        place = stats.rankdata([-v for v in leader]) - 1
        over = under = 0.0
        for i, j in itertools.combinations(range(9), 2):
            weight = 1 / (1 + place[i]) + 1 / (1 + place[j])
            over += weight * np.sign((x[i] - x[j]) * (y[i] - y[j]))
            under += weight
        return float(over / under)

    found = estimate(compare_with_truth(scores, truth, higher_is_better=True), "weighted_tau")
    assert found.value == pytest.approx((one_way(x) + one_way(y)) / 2)


def test_weighted_taus_interval_is_a_jackknife() -> None:
    """Its ends are the literal delete-one jackknife on the arctanh scale with Student's t."""
    scores, truth = pair(8, noise=0.6, seed=5)
    found = estimate(compare_with_truth(scores, truth, higher_is_better=True), "weighted_tau")
    most = 1 - 2 / (8 * 7)
    z = []
    for left_out in scores:
        kept = [model for model in scores if model != left_out]
        tau = stats.weightedtau([scores[m] for m in kept], [truth[m] for m in kept]).statistic
        z.append(math.atanh(max(-most, min(most, tau))))
    error = math.sqrt(7 / 8 * sum((value - sum(z) / 8) ** 2 for value in z)) * stats.t.ppf(0.95, 7)
    centre = math.atanh(found.value)
    assert found.low == pytest.approx(math.tanh(centre - error))
    assert found.high == pytest.approx(math.tanh(centre + error))


def test_directions_are_respected() -> None:
    """A loss that falls as the accuracy rises follows it, and so does an accuracy against an error."""
    scores, truth = pair(10, noise=0.5)
    straight = compare_with_truth(scores, truth, higher_is_better=True)
    loss = {model: -value for model, value in scores.items()}
    error = {model: -value for model, value in truth.items()}
    assert compare_with_truth(loss, truth, higher_is_better=False) == straight
    assert compare_with_truth(scores, error, higher_is_better=True, truth_higher_is_better=False) == straight


def test_regret_and_hit_are_what_a_user_loses() -> None:
    """Regret@k is the best accuracy less the best among the k first; a hit loses nothing."""
    truth = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.5}
    scores = {"b": 4.0, "d": 3.0, "a": 2.0, "c": 1.0}
    found = compare_with_truth(scores, truth, higher_is_better=True, tops=(1, 2, 3, 4))
    assert {k: own.value for k, own in found.regret.items()} == pytest.approx({1: 0.1, 2: 0.1, 3: 0.0})
    assert {k: own.value for k, own in found.hit.items()} == {1: 0.0, 2: 0.0, 3: 1.0}


def test_a_tie_counts_against_the_metric() -> None:
    """Where all scores are equal, the first model taken is the worst."""
    truth = {"a": 0.9, "b": 0.8, "c": 0.1}
    found = compare_with_truth(dict.fromkeys(truth, 1.0), truth, higher_is_better=True, tops=(1,))
    assert found.regret[1].value == pytest.approx(0.8)
    assert all(own is None for own in found.correlations.values())


def test_regrets_interval_is_that_of_a_slow_bootstrap() -> None:
    """Quantiles over draws of models with replacement, a model drawn twice being one model."""
    scores, truth = pair(9, noise=1.0, seed=2)
    found = compare_with_truth(scores, truth, higher_is_better=True, tops=(1,)).regret[1]
    rng = np.random.default_rng(99)
    lost = []
    for _ in range(4_000):
        drawn = {list(scores)[i] for i in rng.integers(0, 9, size=9)}
        first = max(drawn, key=scores.__getitem__)
        if len(drawn) > 1:
            lost.append(max(truth[m] for m in drawn) - truth[first])
    low, high = np.quantile(lost, [0.05, 0.95])
    assert found.low == pytest.approx(low, abs=0.1)
    assert found.high == pytest.approx(high, abs=0.1)
    assert found.high > 0


def test_few_models_have_no_interval() -> None:
    """Two models have no correlation, four have one without an interval, five have one with it."""
    scores, truth = pair(5, noise=0.5)
    some = {
        n: compare_with_truth(dict(list(scores.items())[:n]), truth, higher_is_better=True) for n in (2, 4, 5)
    }
    assert [own.n_models for own in some.values()] == [2, 4, 5]
    assert all(own is None for own in some[2].correlations.values())
    assert all(estimate(some[4], name).low is None for name in CORRELATIONS)
    assert all(estimate(some[5], name).low is not None for name in CORRELATIONS)


def test_a_perfect_order_of_few_models_is_not_certain() -> None:
    """Five models in the right order leave room for a worse correlation; forty leave little."""
    for n_models, least, most in ((5, -0.5, 0.7), (40, 0.9, 1.0)):
        scores, truth = pair(n_models, noise=0.0)
        found = compare_with_truth(scores, truth, higher_is_better=True)
        for name in ("spearman", "kendall", "weighted_tau"):
            own = estimate(found, name)
            assert own.value == own.high == pytest.approx(1.0)
            assert own.low is not None
            assert least < own.low < most, (name, n_models)


def test_intervals_hold_their_target() -> None:
    """Over 200 draws of ten models, 90 % intervals hold the population's correlation in 83 % or more."""
    rng, rho = np.random.default_rng(7), 0.6
    targets = {
        "pearson": rho,
        "spearman": 6 / math.pi * math.asin(rho / 2),
        "kendall": 2 / math.pi * math.asin(rho),
    }
    held = dict.fromkeys(targets, 0)
    for _ in range(200):
        x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 10).T
        names = [f"m{i}" for i in range(10)]
        scores, truth = (dict(zip(names, column.tolist(), strict=True)) for column in (x, y))
        found = compare_with_truth(scores, truth, higher_is_better=True, tops=())
        for name, target in targets.items():
            own = estimate(found, name)
            assert own.low is not None
            assert own.high is not None
            held[name] += own.low <= target <= own.high
    assert min(held.values()) >= 166, held


def test_nan_is_refused() -> None:
    """NaN is no score."""
    with pytest.raises(InputError, match="finite"):
        compare_with_truth({"a": math.nan, "b": 1.0}, {"a": 1.0, "b": 2.0}, higher_is_better=True)
