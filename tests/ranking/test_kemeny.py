"""Kemeny's order against all orders, and the heuristic against Kemeny's."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest

from ptmrank_core.ranking import consensus_values, equal_votes, measure_sensitivity, rank
from ptmrank_core.ranking.kemeny import _best_of_all, _improve, kemeny_order, preferences
from ptmrank_core.records import Vote

UP = {"a": True, "b": True, "c": True}
NAMES = ("m1", "m2", "m3", "m4", "m5")


def swapped(order: tuple[str, ...], ranks: dict[str, dict[str, float]], weights: dict[str, float]) -> float:
    """Weight of the pairs that metrics see the other way round; half for a tie."""
    lost = 0.0
    for name, own in ranks.items():
        for first, second in combinations(order, 2):
            if first in own and second in own:
                lost += weights[name] * (0.5 * (1 + np.sign(own[first] - own[second])))
    return lost


@pytest.mark.parametrize("seed", range(8))
def test_kemeny_is_the_best_of_all_orders(seed: int) -> None:
    """With ties and missing ranks, no order of five models has fewer swapped pairs."""
    rng = np.random.default_rng(seed)
    ranks = {
        name: {m: float(rng.integers(1, 5)) for m in NAMES if rng.random() > 0.2} for name in ("a", "b", "c")
    }
    weights = dict(zip(ranks, rng.random(3).tolist(), strict=True))
    order, is_exact = kemeny_order(ranks, weights, NAMES)
    assert is_exact
    least = min(swapped(other, ranks, weights) for other in permutations(NAMES))
    assert swapped(order, ranks, weights) == pytest.approx(least)


def test_equally_good_orders_are_decided_by_the_start() -> None:
    """Two metrics that contradict each other leave the order in which the models came."""
    ranks = {"a": {"m1": 1.0, "m2": 2.0, "m3": 3.0}, "b": {"m1": 3.0, "m2": 2.0, "m3": 1.0}}
    for start in (("m1", "m2", "m3"), ("m2", "m3", "m1")):
        assert kemeny_order(ranks, {"a": 1.0, "b": 1.0}, start) == (start, True)


@pytest.mark.parametrize("seed", range(5))
def test_the_heuristic_comes_near(seed: int) -> None:
    """Moving single models ends where no move helps: within 5 % of the least cost for seven models."""
    rng = np.random.default_rng(seed)
    names = tuple(f"m{i}" for i in range(7))
    ranks = {name: dict(zip(names, rng.permutation(7) + 1.0, strict=True)) for name in ("a", "b", "c", "d")}
    weights = dict.fromkeys(ranks, 1.0)
    lost = preferences(ranks, weights, names).T

    def cost(order: list[int]) -> float:
        return sum(float(lost[i, j]) for i, j in combinations(order, 2))

    assert cost(_improve(lost)) <= 1.05 * cost(_best_of_all(lost))


def test_many_models_get_a_heuristic_that_says_so() -> None:
    """Thirteen models with one opinion are put in its order, and the order is not called exact."""
    names = tuple(f"m{i:02}" for i in range(13))
    own = {name: float(13 - i) for i, name in enumerate(names)}
    assert kemeny_order({"a": own}, {"a": 1.0}, names) == (names[::-1], False)


def test_leaving_a_metric_out_tells_what_it_did() -> None:
    """Without the heaviest voter the order is that of the other, and the move is counted."""
    scores = {"a": {"m1": 3.0, "m2": 2.0, "m3": 1.0}, "b": {"m1": 1.0, "m2": 2.0, "m3": 3.0}}
    votes = {"a": Vote(0.7, "first"), "b": Vote(0.3, "second")}
    ranking = rank(scores, models=("m1", "m2", "m3"), votes=votes, higher_is_better=UP)
    found = measure_sensitivity(ranking)
    assert ranking.order == found.kemeny == ("m1", "m2", "m3")
    assert found.without["a"].order == ("m3", "m2", "m1")
    assert found.without["a"].tau == -1.0
    assert (found.without["a"].moved, found.without["a"].n_places) == ("m1", 2)
    assert found.without["b"].order == ranking.order
    assert found.without["b"].n_places == 0


def test_the_only_voter_cannot_be_left_out() -> None:
    """With one metric there is nothing to leave out."""
    scores = {"a": {"m1": 3.0, "m2": 2.0}}
    found = measure_sensitivity(
        rank(scores, models=("m1", "m2"), votes=equal_votes(("a",)), higher_is_better=UP)
    )
    assert found.without == {}


def test_consensus_is_linear_in_ranks_and_weights() -> None:
    """A mixture of two sets of weights gives the mixture of their values."""
    rng = np.random.default_rng(0)
    scores = {name: dict(zip(NAMES, rng.random(5).tolist(), strict=True)) for name in UP}
    first, second = {"a": 0.5, "b": 0.5, "c": 0.0}, {"a": 0.0, "b": 0.2, "c": 0.8}
    mixed = {name: 0.25 * first[name] + 0.75 * second[name] for name in UP}
    one, two, both = (consensus_values(scores, w, higher_is_better=UP) for w in (first, second, mixed))
    assert both == pytest.approx({m: 0.25 * one[m] + 0.75 * two[m] for m in NAMES})
