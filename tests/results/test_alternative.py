"""A cheaper model is named where it is worth a thought, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ptmrank_core.records import Ranking, RankIntervals
from ptmrank_core.results.alternative import Alternative, cheaper_alternative, say_alternative
from ptmrank_core.results.cost import ModelCost
from ptmrank_core.results.verdict.cheapest import cheapest_of


def ranking(order: str, ties: Sequence[tuple[str, ...]] = ()) -> Ranking:
    """Models in an order, and which are not distinguishable."""
    places = {model: float(place) for place, model in enumerate(order, start=1)}
    found = Ranking(tuple(order), places, {"logme": places}, {"logme": tuple(order)}, ("logme",), ())
    intervals = RankIntervals(0.9, 100, {}, {}, {}, tuple(ties), {})
    return replace(found, intervals=intervals) if ties else found


def costs(**parameters: int | None) -> dict[str, ModelCost]:
    """Costs of which the number of parameters alone is known, or nothing."""
    return {name: ModelCost(count, None, None, 0, None) for name, count in parameters.items()}


def timed(n_samples: int, **seconds: float) -> dict[str, ModelCost]:
    """Costs of which the time alone is known, over a number of samples."""
    return {name: ModelCost(None, None, per_1000, n_samples, None) for name, per_1000 in seconds.items()}


def test_the_best_placed_model_at_half_the_cost_is_named() -> None:
    """Of two cheaper ones the better placed, with the factor, the places behind and the cost it is about."""
    found = cheaper_alternative(ranking("abcdefg"), costs(a=100, b=60, c=20, d=10, e=1, f=1, g=1))
    assert found == Alternative("c", "n_parameters", 5.0, 2, is_tied=False)
    assert (
        say_alternative(found)
        == "\u2068c\u2069 has a fifth of the first one's parameters and is 2 places behind."
    )


def test_a_tie_with_the_first_is_said() -> None:
    """Where the two are not distinguishable, the sentence says that the difference may be due to chance."""
    found = cheaper_alternative(ranking("abc", [("a", "b")]), costs(a=100, b=40, c=1))
    assert found is not None
    assert found.is_tied
    assert "may be due to chance" in say_alternative(found)


@pytest.mark.parametrize(
    ("order", "known"),
    [
        ("a", {"a": 100}),
        ("abc", {"a": 100, "b": 51, "c": 100}),
        ("abc", {"a": 100, "b": 100, "c": 1}),  # the last of three
        ("abcdefghij", dict.fromkeys("abcd", 100) | dict.fromkeys("efghij", 1)),  # too far down
        ("abc", {"a": None, "b": 1, "c": 1}),
        ("abc", {"a": 1, "b": 100, "c": 100}),
    ],
)
def test_nothing_is_said_without_reason(order: str, known: dict[str, int | None]) -> None:
    """One model, no model cheap enough, none near enough, or a cost that is not known."""
    assert cheaper_alternative(ranking(order), costs(**known)) is None


def test_time_counts_where_parameters_say_nothing() -> None:
    """Files of features have no parameters: the next cost that is known is looked at."""
    own = timed(500, a=9.0, b=3.0)
    found = cheaper_alternative(ranking("ab"), own)
    assert found == Alternative("b", "seconds_per_1000", 3.0, 1, is_tied=False)
    assert "a third of the first one's time" in say_alternative(found)


@pytest.mark.parametrize("n_samples", [1, 40, 400, 499])
def test_a_time_that_few_samples_gave_is_not_judged(n_samples: int) -> None:
    """Over so few samples equal models differ by a factor of two and more: no sentence compares them."""
    own = timed(n_samples, a=9.0, b=1.0)
    assert cheaper_alternative(ranking("ab"), own) is None
    assert cheapest_of("ab", own) is None
    assert cheapest_of("ab", timed(500, a=9.0, b=1.0)) is not None


@pytest.mark.parametrize(
    ("ranks", "said"),
    [
        ({"a": 1.5, "b": 1.5, "c": 3.0}, "is tied with it."),
        ({"a": 2.0, "b": 2.0, "c": 2.0}, "is tied with it."),
        ({"a": 1.0, "b": 2.5, "c": 2.5}, "is 1 place behind."),
    ],
)
def test_models_of_one_rank_are_tied_and_not_places_apart(ranks: dict[str, float], said: str) -> None:
    """Where ranks are equal the order among them is that of the names, which is no place."""
    found = cheaper_alternative(replace(ranking("abc"), mean_ranks=ranks), costs(a=100, b=10, c=100))
    assert found is not None
    assert say_alternative(found).endswith(said)


def test_places_are_counted_from_the_first_of_those_that_share_a_rank() -> None:
    """The last of three that share the second rank is one place behind, not three."""
    ranks = {"a": 1.0, "b": 3.0, "c": 3.0, "d": 3.0, "e": 5.0, "f": 6.0, "g": 7.0}
    own = costs(**dict.fromkeys("abcefg", 100), d=10)
    found = cheaper_alternative(replace(ranking("abcdefg"), mean_ranks=ranks), own)
    assert found is not None
    assert (found.model, found.n_behind) == ("d", 1)
