"""Rank correlations whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr, weightedtau

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.ranking import rank_correlations, weighted_tau
from ptmrank_core.ranking.agreement import cluster_metrics, tau_interval

UP = {"a": True, "b": True, "c": True, "loss": False}


def column(*values: float | None) -> dict[str, float]:
    """Scores of m0, m1, ...; ``None`` where there is none."""
    return {f"m{i}": v for i, v in enumerate(values) if v is not None}


def test_tau_counts_pairs() -> None:
    """One swapped pair of four models gives (5 - 1)/6."""
    scores = {"a": column(1, 2, 3, 4), "b": column(1, 2, 4, 3)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.metrics == ("a", "b")
    assert found.tau == pytest.approx(np.array([[1.0, 2 / 3], [2 / 3, 1.0]]))
    assert found.n_models.tolist() == [[4, 4], [4, 4]]


def test_directions_are_respected() -> None:
    """A loss that falls as the score rises agrees with it."""
    scores = {"a": column(1, 2, 3), "loss": column(3, 2, 1)}
    assert rank_correlations(scores, higher_is_better=UP).tau.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_only_models_with_both_scores_count() -> None:
    """Each pair of metrics is compared on the models that both could score."""
    scores = {"a": column(1, 2, 3, None), "b": column(None, 2, 3, 4), "c": column(9, 8, 7, 6)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.n_models.tolist() == [[3, 2, 3], [2, 3, 3], [3, 3, 4]]
    assert math.isnan(found.tau[0, 1])
    assert found.tau[0, 2] == found.tau[2, 1] == -1.0


def test_a_metric_that_ties_all_models_has_no_correlation() -> None:
    """A constant metric is NaN against everything, itself included, and others are not touched."""
    scores = {"a": column(1, 2, 3), "b": column(5, 5, 5)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.tau[0, 0] == 1.0
    assert np.isnan(found.tau[[0, 1, 1], [1, 0, 1]]).all()


def test_arrays_are_read_only() -> None:
    """An agreement cannot be changed after the fact."""
    found = rank_correlations({"a": column(1, 2, 3)}, higher_is_better=UP)
    assert not found.tau.flags.writeable
    assert not found.n_models.flags.writeable


def test_correlations_refuse_what_cannot_be_ranked() -> None:
    """NaN scores and metrics without a direction are errors."""
    with pytest.raises(InputError, match="score nan"):
        rank_correlations({"a": column(1, math.nan)}, higher_is_better=UP)
    with pytest.raises(UnknownNameError):
        rank_correlations({"d": column(1, 2)}, higher_is_better=UP)


def literal_weighted_tau(scores: list[float], truth: list[float]) -> float:
    """Vigna's additive hyperbolic tau: mean over ranking by either side of the weighted pair sums."""
    taus = []
    for own, other in ((scores, truth), (truth, scores)):
        order = sorted(range(len(own)), key=lambda i: (own[i], other[i]), reverse=True)
        weight = {model: 1 / (place + 1) for place, model in enumerate(order)}
        total = signed = 0.0
        for i in range(len(own)):
            for j in range(i):
                w = weight[i] + weight[j]
                total += w
                signed += w * np.sign(scores[i] - scores[j]) * np.sign(truth[i] - truth[j])
        taus.append(signed / total)
    return float(np.mean(taus))


@pytest.mark.parametrize("seed", range(5))
def test_weighted_tau_by_pairs(seed: int) -> None:
    """Without ties the weighted tau is the literal sum over pairs."""
    rng = np.random.default_rng(seed)
    scores, truth = rng.normal(size=8).tolist(), rng.normal(size=8).tolist()
    found = weighted_tau(column(*scores), column(*truth), higher_is_better=True)
    assert found == pytest.approx(literal_weighted_tau(scores, truth), rel=1e-12)


def test_weighted_tau_knows_direction_and_not_the_listing() -> None:
    """A reversed loss is perfect, and models are matched by id."""
    truth = column(0.1, 0.2, 0.3)
    assert weighted_tau(column(3, 2, 1), truth, higher_is_better=False) == pytest.approx(1.0)
    scores = {"m2": 3.0, "m0": 1.0, "m1": 2.0}
    assert weighted_tau(scores, truth, higher_is_better=True) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (column(1, 2, math.nan), "finite scores"),
        (column(1, 2, math.inf), "finite scores"),
        (column(1, 2), "on one only: m2"),
        (column(1, 1, 1), "two different values"),
    ],
)
def test_weighted_tau_refuses(scores: dict[str, float], message: str) -> None:
    """NaN (the smallest score to scipy), other models and constants are errors."""
    with pytest.raises(InputError, match=message):
        weighted_tau(scores, column(0.1, 0.2, 0.3), higher_is_better=True)


def test_every_correlation_is_that_of_scipy() -> None:
    """Weighted tau and Spearman over the models that both score, ties and directions included."""
    rng = np.random.default_rng(0)
    scores = {name: column(*rng.integers(0, 6, 12).astype(float)) for name in ("a", "b", "loss")}
    del scores["b"]["m3"]
    found = rank_correlations(scores, higher_is_better=UP)
    for i, first in enumerate(found.metrics):
        for j, second in enumerate(found.metrics):
            both = [m for m in scores[first] if m in scores[second]]
            x = [scores[first][m] * (1 if UP[first] else -1) for m in both]
            y = [scores[second][m] * (1 if UP[second] else -1) for m in both]
            assert found.tau[i, j] == pytest.approx(kendalltau(x, y).statistic)
            assert found.weighted[i, j] == pytest.approx(weightedtau(x, y).statistic)
            assert found.spearman[i, j] == pytest.approx(spearmanr(x, y).statistic)


def test_an_interval_is_honest_with_few_models() -> None:
    """Four models say nothing; five in the same order leave a lot open; many narrow it; it holds tau."""
    assert tau_interval(1.0, 4) == (-1.0, 1.0)
    low, high = tau_interval(1.0, 5)
    assert low < 0.5
    assert high == 1.0
    for tau in (-0.9, -0.3, 0.0, 0.6):
        few, many = tau_interval(tau, 6), tau_interval(tau, 60)
        assert few[0] < many[0] < tau < many[1] < few[1]
        assert tau_interval(-tau, 6) == pytest.approx((-few[1], -few[0]))


def test_an_interval_covers() -> None:
    """Of 400 samples of 15 normal pairs with tau 0.5, about nine in ten intervals hold it."""
    rng = np.random.default_rng(0)
    rho = np.sin(np.pi * 0.5 / 2)
    hits = 0
    for _ in range(400):
        x, e = rng.standard_normal((2, 15))
        low, high = tau_interval(kendalltau(x, rho * x + np.sqrt(1 - rho**2) * e).statistic, 15)
        hits += low <= 0.5 <= high
    assert 0.86 <= hits / 400 <= 0.96


def test_metrics_that_agree_stand_side_by_side() -> None:
    """Two camps that are listed in turn are put apart, and every cell moves along."""
    rng = np.random.default_rng(0)
    one, two = rng.permutation(10).astype(float), rng.permutation(10).astype(float)
    scores = {"a": column(*one), "b": column(*two), "c": column(*(one**3)), "loss": column(*-two)}
    scores["flat"] = column(*np.zeros(10))
    plain = rank_correlations(scores, higher_is_better=UP | {"flat": True})
    found = plain.clustered()
    place = {name: i for i, name in enumerate(found.metrics)}
    assert set(place) == set(scores)
    assert abs(place["a"] - place["c"]) == abs(place["b"] - place["loss"]) == 1
    for name, other in (("a", "b"), ("c", "loss"), ("flat", "a")):
        before = plain.tau[plain.metrics.index(name), plain.metrics.index(other)]
        assert found.tau[place[name], place[other]] == pytest.approx(before, nan_ok=True)
    assert not found.tau.flags.writeable


def test_near_copies_form_a_group() -> None:
    """Orders with a mean tau from the threshold on are one group; a constant one is alone."""
    ranks = {"a": column(1, 2, 3, 4, 5), "b": column(5, 4, 3, 2, 1), "c": column(1, 2, 3, 5, 4)}
    ranks["flat"] = column(3, 3, 3, 3, 3)
    assert cluster_metrics(ranks, 0.7) == [("a", "c"), ("b",), ("flat",)]
    assert cluster_metrics(ranks, 0.9) == [("a",), ("b",), ("c",), ("flat",)]
    assert cluster_metrics({"a": ranks["a"]}, 0.9) == [("a",)]
