"""Scores beside negative controls."""

from __future__ import annotations

from ptmrank_core.ranking import models_not_better, permutation_test


def test_as_good_counts_in_the_metrics_direction() -> None:
    """Equal counts as as good; lower is better turns it round; no draws say nothing."""
    found = permutation_test(2.0, [1.0, 2.0, 3.0], higher_is_better=True)
    assert found is not None
    assert (found.n_draws, found.n_as_good, found.low, found.high) == (3, 2, 1.0, 3.0)
    assert not found.stands_out
    lower = permutation_test(0.5, [1.0, 2.0], higher_is_better=False)
    assert lower is not None
    assert lower.stands_out
    assert permutation_test(0.5, [], higher_is_better=True) is None


def test_no_better_than_a_control() -> None:
    """Equal is no better, in both directions."""
    scores = {"a": 3.0, "b": 2.0, "c": 1.0}
    assert models_not_better(scores, 2.0, higher_is_better=True) == ("b", "c")
    assert models_not_better(scores, 2.0, higher_is_better=False) == ("a", "b")
