"""Successive halving as arithmetic: budgets hold, samples are fair, and models go for a reason."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.benchmark.search.successive_halving import (
    FINALISTS,
    Schedule,
    choose,
    order_samples,
    schedule,
)
from ptmrank_core.errors import InputError
from ptmrank_core.records import Ranking, RankIntervals
from tests.sampling.making import samples_of


@pytest.mark.parametrize(
    ("n_models", "n_samples", "budget"),
    [(50, 600, 10), (20, 240, 8), (13, 600, 5), (200, 1000, 20), (30, 100, 12), (4, 100, 4), (21, 240, 5)],
)
def test_the_budget_holds_whatever_goes_on(n_models: int, n_samples: int, budget: int) -> None:
    """Keeping as many as a round may, every time, never costs more than the budget."""
    rounds = schedule(n_models, n_samples, 24, budget)
    assert rounds.sizes[-1] == n_samples
    assert list(rounds.sizes) == sorted(set(rounds.sizes))
    alive, before, n_run = n_models, 0, 0
    for played, size in enumerate(rounds.sizes, start=1):
        n_run += alive * (size - before)
        before = size
        if size < n_samples:
            alive = min(alive, rounds.most_to_keep(played, n_run))
            assert alive >= min(FINALISTS, n_models)
    assert n_run <= budget * n_samples


def test_what_fits_is_not_searched() -> None:
    """Where the budget holds all candidates, or there are no more than finalists, there is one round."""
    assert schedule(8, 100, 24, 8).sizes == (100,)
    assert schedule(3, 100, 24, 1).sizes == (100,)


def test_few_rounds_are_better_than_many() -> None:
    """A large budget starts on more samples than a small one."""
    sizes = [schedule(40, 1600, 24, budget).sizes[0] for budget in (30, 20, 12, 8)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 800


def test_too_small_a_budget_is_refused() -> None:
    """The message says what was asked, the hint what it takes; with that much it works."""
    with pytest.raises(InputError, match="21 models on 24 samples each") as error:
        schedule(21, 240, 24, 3)
    assert "at least 5" in error.value.hint
    assert schedule(21, 240, 24, 5).sizes[-1] == 240


def test_the_first_samples_are_a_fair_part() -> None:
    """Eight of every class come first, then classes by their share; the whole order is a permutation."""
    labels = np.repeat([0, 1, 2], [150, 46, 4])
    order, fewest = order_samples(samples_of(labels), seed=1)
    assert sorted(order.rows.tolist()) == list(range(200))
    assert fewest == 40
    assert np.bincount(labels[order.first(20)]).tolist() == [8, 8, 4]
    half = np.bincount(labels[order.at_most(100)])
    assert abs(half[0] - 75) <= 3
    assert half[2] == 4
    again, _ = order_samples(samples_of(labels), seed=1)
    assert (again.rows == order.rows).all()


def test_numbers_come_from_all_over_their_range() -> None:
    """The first samples of a regression hold as many small numbers as large ones, in a random order."""
    order, fewest = order_samples(samples_of(np.arange(100.0), "regression"), seed=0)
    assert sorted(order.rows.tolist()) == list(range(100))
    assert order.rows.tolist() != list(range(100))
    assert fewest == 40
    assert np.bincount(order.at_most(40) // 20).tolist() == [8] * 5


def test_rounds_hold_whole_groups() -> None:
    """A round ends with a group; rounds that would be the same samples are played once."""
    labels = np.arange(240) % 2
    order, fewest = order_samples(samples_of(labels, groups=[f"g{i // 24}" for i in range(240)]), seed=0)
    assert fewest == 48
    planned = Schedule((48, 60, 120, 240), 1200)
    assert planned.with_whole_groups(order).sizes == (48, 120, 240)


def ranking_of(order: str, intervals: dict[str, tuple[int, int]], unranked: str = "") -> Ranking:
    """A ranking with intervals and nothing else."""
    found = RankIntervals(0.9, 100, intervals, {}, {}, (), {})
    return Ranking(tuple(order), {}, {}, {}, (), tuple(unranked), intervals=found)


def test_models_go_for_a_reason() -> None:
    """Who cannot be among the best three goes; who could and does not fit goes for the budget."""
    intervals = {"a": (1, 2), "b": (1, 4), "c": (2, 6), "d": (3, 6), "e": (3, 6), "f": (4, 6)}
    decisions = choose(ranking_of("abcdef", intervals, "x"), "abcdefx", max_kept=4)
    assert {d.model: d.kept for d in decisions} == {
        "a": True,
        "b": True,
        "c": True,
        "d": True,
        "e": False,
        "f": False,
        "x": False,
    }
    reasons = {d.model: d.reason for d in decisions}
    assert "the budget allows 4: ranks 3 to 6 are possible" in reasons["e"]
    assert reasons["f"] == "not among the best 3: ranks 4 to 6 are possible"
    assert reasons["x"] == "no score"
    assert [d.model for d in decisions if d.is_forced] == ["e"]


def test_without_intervals_the_budget_decides() -> None:
    """Where intervals are not known no model is called implausible; as many go on as fit."""
    ranking = Ranking(tuple("abcdef"), {}, {}, {}, (), ())
    kept = [d.model for d in choose(ranking, "abcdef", max_kept=5) if d.kept]
    assert kept == list("abcde")
