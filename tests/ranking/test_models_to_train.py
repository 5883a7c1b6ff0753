"""Which models are worth training, where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.ranking import models_to_train

MODELS = ("m1", "m2", "m3", "m4", "m5")


def places(*own: float | None) -> dict[str, float]:
    """Ranks of m1, m2, ...; ``None`` where there is none."""
    return {model: place for model, place in zip(MODELS, own, strict=False) if place is not None}


def test_voters_that_agree_give_the_order() -> None:
    """So does a single voter; and models with the same places stay in the order in which they came."""
    order = ("m1", "m3", "m2", "m4")
    one = {"a": places(1, 2.5, 2.5, 4)}
    assert models_to_train(one, {"a": 1.0}, order=order, n=4) == order
    both = {"a": places(1, 2.5, 2.5, 4), "b": places(1, 2.5, 2.5, 4)}
    assert models_to_train(both, {"a": 0.7, "b": 0.3}, order=order, n=3) == order[:3]
    assert models_to_train(both, {"a": 0.7, "b": 0.3}, order=("m1", "m2", "m3"), n=3) == ("m1", "m2", "m3")


def test_a_model_on_which_voters_disagree_comes_forward() -> None:
    """Means 1.5, 2.5, 3.5, 4.5 and 3 less deviations .5, .5, .5, .5 and 2: the third becomes the second."""
    ranks = {"a": places(1, 2, 3, 4, 5), "b": places(2, 3, 4, 5, 1)}
    order = ("m1", "m2", "m5", "m3", "m4")
    weights = {"a": 0.5, "b": 0.5}
    assert models_to_train(ranks, weights, order=order, n=5) == ("m1", "m5", "m2", "m3", "m4")
    assert models_to_train(ranks, weights, order=order, n=2) == ("m1", "m5")


def test_the_first_of_the_order_is_always_trained() -> None:
    """Though its bound (1.6 - .49) is behind that of the second (1.8 - .98)."""
    ranks = {"a": places(2, 1, 3), "b": places(1, 3, 2)}
    weights = {"a": 0.6, "b": 0.4}
    assert models_to_train(ranks, weights, order=("m1", "m2", "m3"), n=1) == ("m1",)
    assert models_to_train(ranks, weights, order=("m1", "m2", "m3"), n=3) == ("m1", "m2", "m3")


def test_a_voter_of_little_weight_disagrees_little() -> None:
    """With a tenth of the vote it moves its first from the last place (4.6 - 1.2) before one (4.1 - .3)."""
    ranks = {"a": places(1, 2, 3, 4, 5), "b": places(2, 3, 4, 5, 1), "idle": places(5, 4, 3, 2, 1)}
    weights = {"a": 9.0, "b": 1.0, "idle": 0.0}
    assert models_to_train(ranks, weights, order=MODELS, n=5) == ("m1", "m2", "m3", "m5", "m4")


def test_what_is_missing_to_half_of_the_vote_counts_as_the_middle() -> None:
    """A model that a tenth of the vote alone ranks: 2.6 - .8, before one that the others put second, 2.33."""
    ranks = {"a": places(1, 2, 3, 4), "b": places(2, None, None, None, 1)}
    order = ("m1", "m2", "m5", "m3", "m4")
    chosen = models_to_train(ranks, {"a": 0.9, "b": 0.1}, order=order, n=5)
    assert chosen == ("m1", "m5", "m2", "m3", "m4")


@pytest.mark.parametrize(("n", "count"), [(0, 0), (-1, 0), (1, 1), (9, 3)])
def test_no_more_are_chosen_than_there_are(n: int, count: int) -> None:
    """And none of none; a model that no voter ranks is the last."""
    ranks = {"a": places(1, None, 2)}
    assert models_to_train(ranks, {"a": 1.0}, order=("m1", "m2", "m3"), n=n) == ("m1", "m3", "m2")[:count]
    assert models_to_train(ranks, {"a": 1.0}, order=(), n=n) == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_the_weighted_mean_less_one_deviation(seed: int) -> None:
    """Against the moments of numpy, over voters that rank all models in orders of their own."""
    rng = np.random.default_rng(seed)
    names, models = ("a", "b", "c", "d"), tuple(f"m{number}" for number in range(9))
    table = np.array([rng.permutation(len(models)) + 1.0 for _ in names])
    shares = rng.dirichlet(np.ones(len(names)))
    mean = np.average(table, axis=0, weights=shares)
    bound = mean - np.sqrt(np.average((table - mean) ** 2, axis=0, weights=shares))
    order = [models[i] for i in np.argsort(mean)]
    expected = (order[0], *(models[i] for i in np.argsort(bound) if models[i] != order[0]))
    ranks = {
        name: dict(zip(models, row.tolist(), strict=True)) for name, row in zip(names, table, strict=True)
    }
    weights = dict(zip(names, (7 * shares).tolist(), strict=True))
    assert models_to_train(ranks, weights, order=order, n=len(models)) == expected
