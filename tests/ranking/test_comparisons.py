"""What comparisons of all pairs tell apart, against the definition, hypothesis by hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.ranking.comparisons import Comparisons, overlap_within_ties, tie_groups
from ptmrank_core.ranking.kemeny import _improve
from ptmrank_core.ranking.shrinkage import pool_metrics
from ptmrank_core.ranking.statistics import leads_of
from ptmrank_core.records import PairChances

SEEDS = range(12)


def random_comparisons(seed: int) -> Comparisons:
    """Differences of 2 to 30 models, some tied and some not compared, with 60 draws of their noise."""
    rng = np.random.default_rng(seed)
    n_models = int(rng.integers(2, 31))
    values = np.round(rng.normal(size=n_models) * rng.choice([0.0, 1.0, 8.0]), 1)
    spreads = rng.choice([0.5, 1.0, 2.0], size=n_models)
    units = np.hypot(spreads[:, None], spreads)
    known = rng.random(n_models) < 0.9
    units[~(known[:, None] & known)] = np.inf
    deviations = spreads[:, None] * rng.standard_normal((n_models, 60))
    return Comparisons((values[:, None] - values) / units, deviations, units, 1.15)


def literal_step_down(
    observed: NDArray[np.float64], draws: NDArray[np.float32], active: set[tuple[int, int]], level: float
) -> set[tuple[int, int]]:
    """Romano and Wolf's stepdown over a set of hypotheses "the first is better than the second"."""
    rejected: set[tuple[int, int]] = set()
    while active:
        worst = sorted(max(draws[i, s, j] for i, j in active) for s in range(draws.shape[1]))
        critical = worst[int(np.ceil(level * (len(worst) - 1)))]
        new = {(i, j) for i, j in active if observed[i, j] > critical}
        if not new:
            break
        rejected |= new
        active = active - new
    return rejected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_distinguishable_is_what_the_stepdown_rejects(seed: int) -> None:
    """Of one model and of all pairs the very hypotheses of the literal stepdown are rejected."""
    comparisons = random_comparisons(seed)
    observed, n_models = comparisons.observed, len(comparisons.observed)
    gaps = comparisons.deviations[:, None] - comparisons.deviations
    draws = (comparisons.margin * gaps / comparisons.units[..., None]).astype(np.float32).transpose(0, 2, 1)
    found = comparisons.resolve(0.8, 0.9)
    pairs = {(i, j) for i in range(n_models) for j in range(n_models) if i != j}
    for model in range(n_models):
        own = literal_step_down(observed, draws, {pair for pair in pairs if model in pair}, 0.8)
        assert found.n_behind[model] == sum(i == model for i, _ in own)
        assert found.n_ahead[model] == sum(j == model for _, j in own)
    better = set(zip(*(axis.tolist() for axis in np.nonzero(found.better)), strict=True))
    assert better == literal_step_down(observed, draws, pairs, 0.9)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_two_of_a_tie_group_share_a_rank(seed: int) -> None:
    """Each interval is extended to the farthest end among all models that it is tied with, and no further."""
    rng = np.random.default_rng(seed)
    n_models = int(rng.integers(2, 31))
    order = rng.permutation(n_models).tolist()
    places = np.argsort(order)
    apart = np.abs(places[:, None] - places) > rng.integers(1, 6, size=(n_models, n_models))
    ties = tie_groups(order, apart)
    lows = np.sort(rng.integers(1, n_models + 1, size=n_models))
    highs = lows + rng.integers(0, 3, size=n_models)
    before = dict(zip(order, zip(lows.tolist(), highs.tolist(), strict=True), strict=True))
    tied = {(a, b) for group in ties for k, a in enumerate(group) for b in group[k + 1 :]}
    assert overlap_within_ties(before, ties) == {
        model: (
            min([low, *(before[a][1] for a, b in tied if b == model)]),
            max([high, *(before[b][0] for a, b in tied if a == model)]),
        )
        for model, (low, high) in before.items()
    }


@pytest.mark.parametrize("n_draws", [1, 63, 64, 200])
def test_chances_are_shares_of_the_draws(n_draws: int) -> None:
    """A draw counts for the better one, half where it ties the two, and a model is not beside itself."""
    draws = np.random.default_rng(n_draws).integers(0, 4, size=(n_draws, 9)).astype(np.float64)
    names = tuple("abcdefghi")
    found = PairChances(names, leads_of(draws), n_draws)
    assert found == {
        a: {b: (np.sign(x - y).mean() + 1) / 2 for b, y in zip(names, draws.T, strict=True) if b != a}
        for a, x in zip(names, draws.T, strict=True)
    }
    assert "z" not in found


@pytest.mark.parametrize("seed", SEEDS)
def test_no_single_move_improves_the_heuristic_order(seed: int) -> None:
    """Kemeny's heuristic ends where no model can be put elsewhere at less cost."""
    lost = np.random.default_rng(seed).random((14, 14))
    order = _improve(lost)

    def cost(models: list[int]) -> float:
        return float(sum(lost[a, b] for k, a in enumerate(models) for b in models[k + 1 :]))

    assert sorted(order) == list(range(14))
    for model in order:
        rest = [other for other in order if other != model]
        for place in range(14):
            assert cost([*rest[:place], model, *rest[place:]]) >= cost(order) - 1e-9


def test_metrics_whose_models_move_together_are_not_pooled() -> None:
    """Copies, whose scores differ by the same on every part, leave the draws as they are and finite."""
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(20, 2, 2))
    noise = np.stack([np.repeat(rng.normal(size=(15, 1)), 2, axis=1), rng.normal(size=(15, 2))], axis=1)
    assert np.array_equal(pool_metrics(draws, np.array([[1.0, 2.0], [2.0, 1.0]]), noise), draws)
