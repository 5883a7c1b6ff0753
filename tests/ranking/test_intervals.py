"""Intervals, chances and ties whose answer is known, or is had another way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from ptmrank_core.errors import InputError
from ptmrank_core.ranking import (
    Voting,
    consensus_intervals,
    equal_votes,
    mean_of_ranks,
    rank,
    rank_intervals,
    rescale_deviations,
)
from ptmrank_core.ranking.comparisons import tie_groups
from ptmrank_core.ranking.spread import MARGIN

MODELS = ("a", "b", "c", "d")


def halves_of(
    centres: list[float], spread: float, *, n_halves: int = 100, common: float = 0.0, seed: int = 0
) -> dict[str, list[float]]:
    """Half-samples' scores about some centres, each with noise of its own and some that all share."""
    rng = np.random.default_rng(seed)
    noise = spread * rng.normal(size=(n_halves, len(centres))) + common * rng.normal(size=(n_halves, 1))
    values = np.array(centres) + noise
    return {model: values[:, i].tolist() for i, model in enumerate(MODELS[: len(centres)])}


def scores_of(*values: float) -> dict[str, float]:
    """Scores of a, b, c, d."""
    return dict(zip(MODELS, values, strict=False))


def test_far_apart_is_certain() -> None:
    """Differences of many standard deviations leave one rank each, one sure winner and no tie."""
    found = rank_intervals(scores_of(3, 2, 1), halves_of([3, 2, 1], 0.01), higher_is_better=True)
    assert found.intervals == {"a": (1, 1), "b": (2, 2), "c": (3, 3)}
    assert found.p_best == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert found.p_better["b"] == {"a": 0.0, "c": 1.0}
    assert (found.ties, found.n_halves, found.level) == ((), 100, 0.9)


def test_direction_comes_from_the_metric() -> None:
    """Where lower is better the smallest score has rank 1."""
    found = rank_intervals(scores_of(3, 2, 1), halves_of([3, 2, 1], 0.01), higher_is_better=False)
    assert found.intervals == {"a": (3, 3), "b": (2, 2), "c": (1, 1)}


def test_within_the_noise_nothing_is_said() -> None:
    """Differences far below the spread leave every rank open and all models in one group."""
    found = rank_intervals(scores_of(1.02, 1.01, 1.0), halves_of([1, 1, 1], 1.0), higher_is_better=True)
    assert set(found.intervals.values()) == {(1, 3)}
    assert found.ties == (("a", "b", "c"),)
    assert sum(found.p_best.values()) == pytest.approx(1)
    assert all(0.2 < p < 0.5 for p in found.p_best.values())


def test_noise_that_all_share_does_not_count() -> None:
    """Scores that move up and down together are told apart by what is left between them."""
    halves = halves_of([2, 1], 0.05, common=50.0)
    assert rank_intervals(scores_of(2, 1), halves, higher_is_better=True).intervals["a"] == (1, 1)


def test_only_the_spread_carries_over() -> None:
    """Adding anything to all half-samples' scores of a model changes its shift and nothing else."""
    scores, halves = scores_of(1.0, 0.9, 0.2), halves_of([1.0, 0.9, 0.2], 0.2)
    moved = halves | {"a": [value - 5 for value in halves["a"]]}
    first = rank_intervals(scores, halves, higher_is_better=True)
    second = rank_intervals(scores, moved, higher_is_better=True)
    assert first.intervals == second.intervals
    assert first.ties == second.ties
    assert first.p_best == pytest.approx(second.p_best, abs=0.002)
    assert first.shifts == {"a": 0.0, "b": 0.0, "c": 0.0}
    # The last of three with half of the samples, the first with all of them.
    assert second.shifts == {"a": -2.0, "b": 1.0, "c": 1.0}


@pytest.mark.parametrize("gap", [0.5, 1.5, 1.8, 3.0])
def test_two_models_are_a_t_test(gap: float) -> None:
    """For two models the interval says more than "either" just where a two-sided t-test with margin does."""
    halves = halves_of([0, 0], 1.0, n_halves=30, seed=4)
    spread = MARGIN * np.std(np.array(halves["a"]) - np.array(halves["b"]), ddof=1)
    found = rank_intervals(scores_of(gap * spread, 0.0), halves, higher_is_better=True)
    is_certain = gap > stats.t.ppf(0.95, 29)
    assert found.intervals["a"] == ((1, 1) if is_certain else (1, 2))
    assert found.p_better["a"]["b"] == pytest.approx(stats.t.cdf(gap, 29), abs=0.03)


def literal_interval(
    values: NDArray[np.float64], noise: NDArray[np.float64], j: int, level: float
) -> tuple[int, int]:
    """A model's rank interval as Mogstad et al. write it: pair by pair, hypothesis by hypothesis."""
    others = [k for k in range(len(values)) if k != j]
    spread = {k: noise[:, j] - noise[:, k] for k in others}
    sd = {k: spread[k].std() for k in others}
    open_ = {(k, sign) for k in others for sign in (1, -1)}
    while True:
        worst = [max(sign * spread[k][s] / sd[k] for k, sign in open_) for s in range(len(noise))]
        critical = sorted(worst)[int(np.ceil(level * (len(worst) - 1)))]
        now = {(k, sign) for k, sign in open_ if sign * (values[j] - values[k]) / sd[k] > critical}
        if not now:
            break
        open_ -= now
    better = sum((k, 1) not in open_ for k in others)
    worse = sum((k, -1) not in open_ for k in others)
    return 1 + worse, len(values) - better


@pytest.mark.parametrize("seed", range(8))
def test_against_the_procedure_written_out(seed: int) -> None:
    """Intervals are those of a slow literal version with noise of its own, up to the noise of drawing."""
    rng = np.random.default_rng(seed)
    values = np.array([1.6, 1.0, 0.7, 0.0]) + 0.3 * rng.normal(size=4)
    mixing = rng.normal(size=(4, 4)) * 0.2
    halves = values + rng.normal(size=(400, 4)) @ mixing
    found = rank_intervals(
        scores_of(*values),
        {model: halves[:, i].tolist() for i, model in enumerate(MODELS)},
        higher_is_better=True,
    )
    own = MARGIN**2 * np.cov(halves.T)
    noise = rng.multivariate_normal(np.zeros(4), own, size=3000)
    for j, model in enumerate(MODELS):
        at = [literal_interval(values, noise, j, level) for level in (0.88, 0.9, 0.92)]
        if len(set(at)) == 1:  # elsewhere the noise of drawing decides
            assert found.intervals[model] == at[0]


def test_equal_scores_that_never_vary_are_tied() -> None:
    """Copies of a model, and values equal up to round-off, are in one group whatever their spread."""
    halves = {"a": [1.0] * 20, "b": [1.0] * 20, "c": [0.0] * 20}
    found = rank_intervals(scores_of(1.0, 1.0 + 1e-14, 0.0), halves, higher_is_better=True)
    assert found.intervals == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
    assert found.ties == (("b", "a"),)


def test_a_half_without_a_score_is_left_out() -> None:
    """Halves in which some model failed are not used; a model that mostly failed has no interval."""
    halves: dict[str, list[float | None]] = {
        model: list(own) for model, own in halves_of([3, 2, 1], 0.01).items()
    }
    halves["a"][:30] = [None] * 30
    halves["c"][:80] = [None] * 80
    found = rank_intervals(scores_of(3, 2, 1), halves, higher_is_better=True)
    assert found.n_halves == 70
    assert found.intervals == {"a": (1, 2), "b": (2, 3)}  # the third may be anywhere
    assert found.p_best == {"a": 1.0, "b": 0.0}
    assert "No interval, for too few scores on half-samples: c." in found.notes[0]


def test_too_little_is_an_error() -> None:
    """One model, or nine half-samples, tell nothing."""
    with pytest.raises(InputError, match="two models"):
        rank_intervals(scores_of(1), halves_of([1], 1), higher_is_better=True)
    with pytest.raises(InputError, match="at least 10 half-samples"):
        rank_intervals(scores_of(1, 2), halves_of([1, 2], 1, n_halves=9), higher_is_better=True)


def test_a_sum_over_the_samples_is_as_sure_as_its_mean() -> None:
    """Sums over n samples and over half of them, grown by n/m, give the intervals of the means."""
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(40, 3)) + np.array([0.4, 0.1, 0.0])
    rows = [rng.permutation(40)[:20] for _ in range(50)]
    found = []
    for power in (0, 1):  # of the number of samples: means, sums
        scores = samples.mean(axis=0) * 40**power
        halves = np.array([samples[own].mean(axis=0) * 20**power for own in rows]).T.tolist()
        named = dict(zip(MODELS, halves, strict=False))
        grown = rescale_deviations(named, dict.fromkeys(MODELS, 2.0 if power else 1.0))
        found.append(rank_intervals(scores_of(*scores), grown, higher_is_better=True))
    assert found[0].intervals == found[1].intervals
    assert found[0].p_best == pytest.approx(found[1].p_best)


def test_runs_of_ties_may_overlap() -> None:
    """First and third are told apart, the second from neither: it is in both groups."""
    better = np.zeros((4, 4), dtype=bool)
    better[0, 2] = better[0, 3] = better[1, 3] = better[2, 3] = True
    assert tie_groups([0, 1, 2, 3], better) == [(0, 1), (1, 2)]
    assert tie_groups([0, 1], np.zeros((2, 2), dtype=bool)) == [(0, 1)]
    assert tie_groups([1, 0], np.array([[False, False], [True, False]])) == []


def test_groups_are_the_longest_runs() -> None:
    """Against all runs written out: those without a certain pair that are in no longer one."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        n = int(rng.integers(1, 8))
        apart = np.triu(rng.uniform(size=(n, n)) < 0.2, 1)
        runs = [
            range(i, j)
            for i, j in itertools.combinations(range(n + 1), 2)
            if j - i > 1 and not apart[i:j, i:j].any()
        ]
        longest = [tuple(r) for r in runs if not any(set(r) < set(other) for other in runs)]
        assert tie_groups(list(range(n)), apart) == sorted(longest)


def test_the_consensus_of_one_metric_is_that_metric() -> None:
    """With a single voter the consensus is as sure as the metric itself."""
    scores = scores_of(1.0, 0.9, 0.3, 0.0)
    halves = halves_of([1.0, 0.9, 0.3, 0.0], 0.12)
    own = rank_intervals(scores, halves, higher_is_better=True)
    joint = consensus_intervals(
        {"m": scores}, {"m": halves}, voting=Voting({"m": 1.0}), higher_is_better={"m": True}
    )
    assert joint.intervals == own.intervals
    assert joint.ties == own.ties
    assert joint.p_best == pytest.approx(own.p_best, abs=0.03)
    assert joint.shifts == own.shifts


def test_a_metric_of_weight_decides() -> None:
    """Two metrics of opposite certainty: the heavier one gives the order, and the draws follow it."""
    halves = {"up": halves_of([2, 1], 0.01), "down": halves_of([1, 2], 0.01)}
    scores = {"up": scores_of(2, 1), "down": scores_of(1, 2)}
    found = consensus_intervals(
        scores,
        halves,
        voting=Voting({"up": 0.7, "down": 0.3}),
        higher_is_better={"up": True, "down": True},
    )
    assert found.intervals == {"a": (1, 1), "b": (2, 2)}
    assert found.p_best == {"a": 1.0, "b": 0.0}


def test_a_voter_without_halves_is_taken_as_given() -> None:
    """Its ranks stay as they are in every draw, and a note says so."""
    found = consensus_intervals(
        {"m": scores_of(2, 1), "fixed": scores_of(2, 1)},
        {"m": halves_of([2, 1], 0.1)},
        voting=Voting({"m": 0.5, "fixed": 0.5}),
        higher_is_better={"m": True, "fixed": True},
    )
    assert found.intervals["a"] == (1, 1)
    assert found.notes == ("Scores without half-samples, taken as exact: fixed.",)
    with pytest.raises(InputError, match="No voting metric"):
        consensus_intervals(
            {"m": scores_of(2, 1)}, {}, voting=Voting({"m": 1.0}), higher_is_better={"m": True}
        )


def test_values_are_those_of_the_order() -> None:
    """With equal weights the joined ranks are the mean ranks of the ranking, missing cells included."""
    scores = {"x": scores_of(4, 3, 2, 1), "y": {"c": 1.0, "d": 2.0}, "z": scores_of(1, 3, 2)}
    ranking = rank(
        scores,
        models=MODELS,
        votes=equal_votes(scores),
        higher_is_better=dict.fromkeys(scores, True),
    )
    ranks = np.array([[ranking.ranks[name].get(model, np.nan) for model in MODELS] for name in scores])
    assert mean_of_ranks(ranks, np.ones(3)) == pytest.approx([ranking.mean_ranks[m] for m in MODELS])


def test_few_ranks_are_stretched_and_missing_ones_left_out() -> None:
    """A metric for two of four models counts from 1 to 4, weights decide, and stacks are done one by one."""
    nan = np.nan
    ranks = np.array([[1, 2, 3, 4], [nan, nan, 1, 2], [2, nan, nan, 1]])
    found = mean_of_ranks(ranks, np.array([1.0, 2.0, 1.0]))
    assert found == pytest.approx([(1 + 4) / 2, 2, (3 + 2 * 1) / 3, (4 + 2 * 4 + 1) / 4])
    stacked = mean_of_ranks(np.stack([ranks, ranks[:, ::-1]]), np.ones(3))
    assert stacked[0] == pytest.approx(stacked[1][::-1])
    assert np.isnan(mean_of_ranks(np.array([[1, nan]]), np.ones(1))).tolist() == [False, True]
