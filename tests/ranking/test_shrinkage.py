"""Draws of true scores: what looks like noise is shrunk, what cannot be noise is kept."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.ranking import Voting, consensus_intervals, rank_intervals
from ptmrank_core.ranking.shrinkage import pool_metrics, shrink_draws
from ptmrank_core.records import RankIntervals

Array = NDArray[np.float64]

N_DRAWS, N_PARTS, N_MODELS = 4000, 60, 6


def drawn(gap: float) -> Array:
    """Draws of the true scores of models some standard errors of a difference apart."""
    rng = np.random.default_rng(0)
    values = -gap * np.arange(N_MODELS)
    noise = rng.standard_normal((N_DRAWS, N_MODELS)) / np.sqrt(2)
    return shrink_draws(values, np.ones((N_MODELS, N_MODELS)), noise, rng.uniform(size=N_DRAWS))


def test_small_differences_are_shrunk_and_large_ones_kept() -> None:
    """Models a tenth of an error apart move together; of those five errors apart every one stays."""
    near, far = drawn(0.1).mean(axis=0), drawn(5.0).mean(axis=0)
    assert near[0] - near[-1] < 0.5 * 0.5
    assert far == pytest.approx(-5.0 * np.arange(N_MODELS), abs=0.3)


def noisy_metrics(seed: int, disagreement: float = 0.0) -> tuple[Array, Array, Array]:
    """Draws, values and parts of three metrics of one truth, in their own units."""
    rng = np.random.default_rng(seed)
    units = np.array([[1.0], [20.0], [0.05]])
    shape = (3, N_MODELS)
    truth = rng.standard_normal(N_MODELS) + disagreement * rng.standard_normal(shape)
    values = units * (truth + rng.standard_normal(shape))
    draws = values + units * rng.standard_normal((N_DRAWS, *shape))
    return draws, values, units * rng.standard_normal((N_PARTS, *shape))


def centred(scores: Array) -> Array:
    """Scores less their mean over the models."""
    found: Array = scores - scores.mean(axis=-1, keepdims=True)
    return found


def test_metrics_of_one_truth_are_pooled() -> None:
    """Where noise explains the disagreement the draws are nearer to each other, each about its own mean."""
    spreads = []
    for seed in range(20):
        draws, values, parts = noisy_metrics(seed)
        pooled = pool_metrics(draws, values, parts)
        assert pooled.mean(axis=-1) == pytest.approx(draws.mean(axis=-1))
        spreads.append(centred(pooled).std(axis=0).mean() / centred(draws).std(axis=0).mean())
    # A mean of three is as noisy as one by the square root of three.
    assert np.mean(spreads) == pytest.approx(1 / np.sqrt(3), abs=0.1)


def test_metrics_of_different_truths_stay() -> None:
    """Where metrics differ by twenty times their noise, what one says hardly moves another."""
    draws, values, parts = noisy_metrics(0, disagreement=20.0)
    moved = np.abs(pool_metrics(draws, values, parts) - draws).max(axis=(0, 2))
    assert (moved < 0.02 * np.abs(centred(values)).max(axis=1)).all()


def test_metrics_that_say_the_same_are_one() -> None:
    """Copies do not disagree at all, and pooling leaves them as they are."""
    draws, values, parts = noisy_metrics(0)
    copies = [np.repeat(one[..., :1, :], 3, axis=-2) for one in (draws, values, parts)]
    assert pool_metrics(*copies) == pytest.approx(copies[0])


def two_metrics(*, at_limit: bool) -> RankIntervals:
    """A consensus of two metrics over three models; under the second, c may be at its limit and not vary."""
    rng = np.random.default_rng(0)
    parts = {
        name: {model: (level + rng.standard_normal(40)).tolist() for model, level in own.items()}
        for name, own in (("u", {"a": 2.0, "b": 1.8, "c": 1.0}), ("v", {"a": 2.1, "b": 1.9, "c": 0.0}))
    }
    if at_limit:
        parts["v"]["c"] = [0.0] * 40
    return consensus_intervals(
        {"u": {"a": 2.0, "b": 1.8, "c": 1.0}, "v": {"a": 2.1, "b": 1.9, "c": 0.0}},
        parts,
        voting=Voting({"u": 1.0, "v": 1.0}),
        higher_is_better={"u": True, "v": True},
    )


@pytest.mark.parametrize("at_limit", [False, True])
def test_a_consensus_pools_the_models_that_vary(at_limit: bool) -> None:
    """Every model has a chance, and the chances sum to 1, also where one score cannot vary."""
    found = two_metrics(at_limit=at_limit)
    assert sum(found.p_best.values()) == pytest.approx(1)
    assert found.p_best["a"] > found.p_best["b"] > found.p_best["c"] > 0


def test_a_rival_of_unknown_spread_may_be_the_best() -> None:
    """A model without an interval takes its share of the chances: by its score it is nearly the first."""
    rng = np.random.default_rng(0)
    parts = {model: (level + rng.standard_normal(40)).tolist() for model, level in (("a", 1.0), ("b", 0.0))}
    scores = {"a": 1.0, "b": 0.0, "c": 0.99}
    found = rank_intervals(scores, parts | {"c": [None] * 40}, higher_is_better=True)
    assert set(found.p_best) == set(found.intervals) == {"a", "b"}
    assert sum(found.p_best.values()) < 0.9
    alone = rank_intervals({"a": 1.0, "b": 0.0}, parts, higher_is_better=True)
    assert found.p_best["a"] < alone.p_best["a"]
