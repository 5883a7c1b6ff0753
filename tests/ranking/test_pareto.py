"""The Pareto front against a literal reading of its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.ranking import pareto_front


def test_a_front_whose_answer_is_known() -> None:
    """Cheaper or better gets a place; as costly and worse, or as good and more costly, does not."""
    costs = {"small": 1.0, "same-cost": 1.0, "middle": 2.0, "waste": 3.0, "large": 4.0, "as-good": 5.0}
    ranks = {"small": 3.0, "same-cost": 4.0, "middle": 2.0, "waste": 2.5, "large": 1.0, "as-good": 1.0}
    assert pareto_front(costs, ranks, higher_is_better=False) == ("small", "middle", "large")


def test_twins_are_both_on_the_front() -> None:
    """Two models equal in both do not beat each other; one without a value is left out."""
    front = pareto_front({"b": 1.0, "a": 1.0, "c": 0.5}, {"a": 1.0, "b": 1.0}, higher_is_better=False)
    assert front == ("a", "b")


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_who_is_not_dominated(seed: int) -> None:
    """The same models as the definition checked pair by pair, with ties, in both directions."""
    rng = np.random.default_rng(seed)
    names = [f"m{i:02d}" for i in range(12)]
    costs = {name: float(rng.integers(1, 6)) for name in names}
    values = {name: float(rng.integers(1, 6)) for name in names}

    def dominates(a: str, b: str) -> bool:
        no_worse = costs[a] <= costs[b] and values[a] >= values[b]
        return no_worse and (costs[a], values[a]) != (costs[b], values[b])

    free = {b for b in names if not any(dominates(a, b) for a in names)}
    assert set(pareto_front(costs, values, higher_is_better=True)) == free
    flipped = {name: -value for name, value in values.items()}
    assert set(pareto_front(costs, flipped, higher_is_better=False)) == free


def test_nan_is_no_cost() -> None:
    """An unknown cost is left out by the caller, not passed as NaN."""
    with pytest.raises(InputError, match="finite"):
        pareto_front({"a": math.nan}, {"a": 1.0}, higher_is_better=True)
