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
from ptmrank_core.ranking.comparisons import overlap_within_ties, tie_groups
from ptmrank_core.ranking.spread import MARGIN
from ptmrank_core.records import RankIntervals

MODELS = ("a", "b", "c", "d")


def parts_of(
    centres: list[float], spread: float, *, n_parts: int = 100, common: float = 0.0, seed: int = 0
) -> dict[str, list[float]]:
    """Parts' scores about some centres, each with noise of its own and some that all share."""
    rng = np.random.default_rng(seed)
    noise = spread * rng.normal(size=(n_parts, len(centres))) + common * rng.normal(size=(n_parts, 1))
    values = np.array(centres) + noise
    return {model: values[:, i].tolist() for i, model in enumerate(MODELS[: len(centres)])}


def scores_of(*values: float) -> dict[str, float]:
    """Scores of a, b, c, d."""
    return dict(zip(MODELS, values, strict=False))


def test_far_apart_is_certain() -> None:
    """Differences of many standard deviations leave one rank each, one sure winner and no tie."""
    found = rank_intervals(scores_of(3, 2, 1), parts_of([3, 2, 1], 0.01), higher_is_better=True)
    assert found.intervals == {"a": (1, 1), "b": (2, 2), "c": (3, 3)}
    assert found.p_best == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert found.p_better["b"] == {"a": 0.0, "c": 1.0}
    assert (found.ties, found.n_halves, found.level) == ((), 100, 0.9)


def test_direction_comes_from_the_metric() -> None:
    """Where lower is better the smallest score has rank 1."""
    found = rank_intervals(scores_of(3, 2, 1), parts_of([3, 2, 1], 0.01), higher_is_better=False)
    assert found.intervals == {"a": (3, 3), "b": (2, 2), "c": (1, 1)}


def test_within_the_noise_nothing_is_said() -> None:
    """Differences far below the spread leave every rank open and all models in one group."""
    found = rank_intervals(scores_of(1.02, 1.01, 1.0), parts_of([1, 1, 1], 1.0), higher_is_better=True)
    assert set(found.intervals.values()) == {(1, 3)}
    assert found.ties == (("a", "b", "c"),)
    assert sum(found.p_best.values()) == pytest.approx(1)
    assert all(0.2 < p < 0.5 for p in found.p_best.values())


def test_noise_that_all_share_does_not_count() -> None:
    """Scores that move up and down together are told apart by what is left between them."""
    parts = parts_of([2, 1], 0.05, common=50.0)
    assert rank_intervals(scores_of(2, 1), parts, higher_is_better=True).intervals["a"] == (1, 1)


def test_only_the_spread_carries_over() -> None:
    """Adding anything to all parts' scores of a model changes its shift and nothing else."""
    scores, parts = scores_of(1.0, 0.9, 0.2), parts_of([1.0, 0.9, 0.2], 0.2)
    moved = parts | {"a": [value - 5 for value in parts["a"]]}
    first = rank_intervals(scores, parts, higher_is_better=True)
    second = rank_intervals(scores, moved, higher_is_better=True)
    assert first.intervals == second.intervals
    assert first.ties == second.ties
    assert first.p_best == pytest.approx(second.p_best, abs=0.002)
    assert first.shifts == {"a": 0.0, "b": 0.0, "c": 0.0}
    # The last of three with half of the samples, the first with all of them.
    assert second.shifts == {"a": -2.0, "b": 1.0, "c": 1.0}


@pytest.mark.parametrize("gap", [0.5, 1.5, 1.8, 3.0])
def test_two_models_are_a_t_test(gap: float) -> None:
    """For two models the interval says more than "either" just where a t-test with margin does."""
    parts = parts_of([0, 0], 1.0, n_parts=30, seed=4)
    spread = MARGIN * np.std(np.array(parts["a"]) - np.array(parts["b"]), ddof=1)
    found = rank_intervals(scores_of(gap * spread, 0.0), parts, higher_is_better=True)
    is_certain = gap > stats.t.ppf(0.975, 29)
    assert found.intervals["a"] == ((1, 1) if is_certain else (1, 2))
    # Shrunk towards no difference, and without the margin.
    assert 0.5 < found.p_better["a"]["b"] < stats.t.cdf(MARGIN * gap, 29)


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
    parts = values + rng.normal(size=(400, 4)) @ mixing
    found = rank_intervals(
        scores_of(*values),
        {model: parts[:, i].tolist() for i, model in enumerate(MODELS)},
        higher_is_better=True,
    )
    own = MARGIN**2 * np.cov(parts.T)
    noise = rng.multivariate_normal(np.zeros(4), own, size=3000)
    for j, model in enumerate(MODELS):
        at = [literal_interval(values, noise, j, level) for level in (0.88, 0.9, 0.92)]
        if len(set(at)) == 1:  # elsewhere the noise of drawing decides
            low, high = found.intervals[model]
            is_tied = any(model in group for group in found.ties)  # may be wider, so as to meet its rivals'
            assert (low, high) == at[0] or (is_tied and low <= at[0][0] and high >= at[0][1])


def test_equal_scores_are_tied() -> None:
    """Copies of a model, and values equal up to round-off, are in one group whatever their spread."""
    parts = parts_of([1.0, 1.0, 0.0], 0.01) | {"a": [1.0] * 100, "b": [1.0] * 100}
    found = rank_intervals(scores_of(1.0, 1.0 + 1e-14, 0.0), parts, higher_is_better=True)
    assert found.intervals == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
    assert found.ties == (("a", "b"),)
    assert found.p_best == {"a": 0.5, "b": 0.5, "c": 0.0}


def test_round_off_tells_nothing_apart() -> None:
    """Scores that are 0 beside the largest tie in the order, the intervals and the chances."""
    scores = scores_of(-9e-29, -5e-29, -5.0)
    parts = parts_of([0.0, 0.0, -5.0], 0.01)
    parts |= {model: [scores[model] * (1 + 1e-3 * k) for k in range(100)] for model in "ab"}
    ranking = rank({"m": scores}, models=MODELS[:3], votes=equal_votes(["m"]), higher_is_better={"m": True})
    assert ranking.ranks["m"] == {"a": 1.5, "b": 1.5, "c": 3.0}
    of_metric = rank_intervals(scores, parts, higher_is_better=True)
    voting = Voting({"m": 1.0})
    of_consensus = consensus_intervals(
        {"m": scores}, {"m": parts}, voting=voting, higher_is_better={"m": True}
    )
    for found in (of_metric, of_consensus):
        assert found.intervals == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
        assert found.ties == (("a", "b"),)
        assert found.p_best == {"a": 0.5, "b": 0.5, "c": 0.0}
        assert found.p_better["a"]["b"] == 0.5


def test_no_difference_is_certain() -> None:
    """Two different scores whose difference never varies show no spread: neither model has an interval."""
    parts = parts_of([3.0, 2.0, 1.0, 0.0], 0.1)
    parts["b"] = [value - 1.0 for value in parts["a"]]
    found = rank_intervals(scores_of(3.0, 2.0, 1.0, 0.0), parts, higher_is_better=True)
    assert found.intervals == {"c": (1, 3), "d": (2, 4)}
    assert found.notes[0].startswith("No interval for a, b:")


def test_a_score_at_its_limit_on_parts_alone_is_unknown() -> None:
    """Parts that a model fits entirely do not show how its full-sample score varies."""
    parts = parts_of([1.0, 0.8, 0.5], 0.01) | {"a": [1.0] * 100}
    found = rank_intervals(scores_of(0.97, 0.8, 0.5), parts, higher_is_better=True)
    assert "a" not in found.intervals
    alone = {model: [1.0] * 100 for model in "abc"}
    with pytest.raises(InputError, match="do not vary"):
        rank_intervals(scores_of(0.97, 0.8, 0.5), alone, higher_is_better=True)


@pytest.mark.parametrize("gap", [1.75, 1.85, 1.95])
def test_ties_and_intervals_do_not_contradict_each_other(gap: float) -> None:
    """Two models that an interval alone would tell apart and the tie group does not share both places."""
    parts = parts_of([0, 0], 1.0, n_parts=60, seed=4)
    spread = MARGIN * np.std(np.array(parts["a"]) - np.array(parts["b"]), ddof=1)
    found = rank_intervals(scores_of(gap * spread, 0.0), parts, higher_is_better=True)
    assert found.ties == (("a", "b"),)
    assert found.intervals == {"a": (1, 2), "b": (1, 2)}


def test_intervals_of_one_tie_group_share_a_rank() -> None:
    """Where two members' intervals are apart both are extended until they meet, the others are left."""
    intervals = {0: (1, 1), 1: (2, 3), 2: (2, 3), 3: (4, 4)}
    assert overlap_within_ties(intervals, [(0, 1), (1, 2)]) == {0: (1, 2), 1: (1, 3), 2: (2, 3), 3: (4, 4)}
    assert overlap_within_ties(intervals, []) == intervals


def test_a_half_without_a_score_is_left_out() -> None:
    """Halves in which some model failed are not used; a model that mostly failed has no interval."""
    parts: dict[str, list[float | None]] = {
        model: list(own) for model, own in parts_of([3, 2, 1], 0.01).items()
    }
    parts["a"][:30] = [None] * 30
    parts["c"][:80] = [None] * 80
    found = rank_intervals(scores_of(3, 2, 1), parts, higher_is_better=True)
    assert found.n_halves == 70
    assert found.intervals == {"a": (1, 2), "b": (2, 3)}  # the third may be anywhere
    assert found.p_best == {"a": 1.0, "b": 0.0}
    why = "most parts have no score of it, or its scores on parts do not show how far it varies."
    assert found.notes == (f"No interval for c: {why}",)


def test_too_little_is_an_error() -> None:
    """One model, or nine parts, tell nothing."""
    with pytest.raises(InputError, match="two models"):
        rank_intervals(scores_of(1), parts_of([1], 1), higher_is_better=True)
    with pytest.raises(InputError, match="at least 10 parts"):
        rank_intervals(scores_of(1, 2), parts_of([1, 2], 1, n_parts=9), higher_is_better=True)


def test_a_sum_over_the_samples_is_as_sure_as_its_mean() -> None:
    """Sums over n samples and over half of them, grown by n/m, give the intervals of the means."""
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(40, 3)) + np.array([0.4, 0.1, 0.0])
    rows = [rng.permutation(40)[:20] for _ in range(50)]
    found = []
    for power in (0, 1):  # of the number of samples: means, sums
        scores = samples.mean(axis=0) * 40**power
        parts = np.array([samples[own].mean(axis=0) * 20**power for own in rows]).T.tolist()
        named = dict(zip(MODELS, parts, strict=False))
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
    parts = parts_of([1.0, 0.9, 0.3, 0.0], 0.12)
    own = rank_intervals(scores, parts, higher_is_better=True)
    joint = consensus_intervals(
        {"m": scores}, {"m": parts}, voting=Voting({"m": 1.0}), higher_is_better={"m": True}
    )
    assert joint == own


def test_a_metric_of_weight_decides() -> None:
    """Two metrics of opposite certainty: the heavier one gives the order, and the draws follow it."""
    parts = {"up": parts_of([2, 1], 0.01), "down": parts_of([1, 2], 0.01)}
    scores = {"up": scores_of(2, 1), "down": scores_of(1, 2)}
    found = consensus_intervals(
        scores,
        parts,
        voting=Voting({"up": 0.7, "down": 0.3}),
        higher_is_better={"up": True, "down": True},
    )
    assert found.intervals == {"a": (1, 1), "b": (2, 2)}
    assert found.p_best == {"a": 1.0, "b": 0.0}


def with_fixed_voter(share: float) -> RankIntervals:
    """The consensus of a metric with parts and one without, which holds a share of the vote."""
    return consensus_intervals(
        {"m": scores_of(2, 1), "fixed": scores_of(2, 1)},
        {"m": parts_of([2, 1], 0.1)},
        voting=Voting({"m": 1 - share, "fixed": share}),
        higher_is_better={"m": True, "fixed": True},
    )


def test_a_light_voter_without_parts_is_taken_as_given() -> None:
    """Its ranks stay as they are in every draw, which a note says; above a fifth there is no interval."""
    found = with_fixed_voter(0.2)
    assert found.intervals["a"] == (1, 1)
    assert found.notes == ("Scores without parts, taken as exact: fixed.",)
    with pytest.raises(InputError, match="hold 21% of the vote, more than 20%"):
        with_fixed_voter(0.21)
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
    # The second has a rank by a quarter of the vote: what is missing to a half counts as the middle.
    assert found == pytest.approx([(1 + 4) / 2, (2 + 2.5) / 2, (3 + 2 * 1) / 3, (4 + 2 * 4 + 1) / 4])
    stacked = mean_of_ranks(np.stack([ranks, ranks[:, ::-1]]), np.ones(3))
    assert stacked[0] == pytest.approx(stacked[1][::-1])
    assert np.isnan(mean_of_ranks(np.array([[1, nan]]), np.ones(1))).tolist() == [False, True]
