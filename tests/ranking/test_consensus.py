"""Orders whose answer is known."""

from __future__ import annotations

import math

import pytest

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.ranking import equal_votes, rank
from ptmrank_core.ranking.consensus import consensus_of_ranks
from ptmrank_core.records import Vote

UP = {"a": True, "b": True, "c": True, "loss": False}
MODELS = ("m1", "m2", "m3", "m4")


def column(*values: float | None) -> dict[str, float]:
    """Scores of m1, m2, ...; ``None`` where there is none."""
    return {m: v for m, v in zip(MODELS, values, strict=False) if v is not None}


def test_one_voter_gives_its_own_order() -> None:
    """With one metric the order is that metric's."""
    found = rank(
        {"a": column(0.1, 0.4, 0.3, 0.2)}, models=MODELS, votes=equal_votes(("a",)), higher_is_better=UP
    )
    assert found.order == ("m2", "m3", "m4", "m1")
    assert found.mean_ranks == {"m1": 4.0, "m2": 1.0, "m3": 2.0, "m4": 3.0}
    assert found.per_metric == {"a": ("m2", "m3", "m4", "m1")}
    assert (found.metrics_used, found.unranked) == (("a",), ())


def test_direction_comes_from_the_table() -> None:
    """Under a metric where lower is better the smallest score has rank 1."""
    found = rank(
        {"loss": column(0.1, 0.4, 0.3)}, models=MODELS[:3], votes=equal_votes(("loss",)), higher_is_better=UP
    )
    assert found.ranks["loss"] == {"m1": 1.0, "m2": 3.0, "m3": 2.0}


def test_ties_share_their_mean_rank() -> None:
    """Equal scores get the mean of the ranks they take up, and the id decides the order."""
    found = rank({"a": column(2, 1, 2, 1)}, models=MODELS, votes=equal_votes(("a",)), higher_is_better=UP)
    assert found.ranks["a"] == {"m1": 1.5, "m2": 3.5, "m3": 1.5, "m4": 3.5}
    assert found.order == ("m1", "m3", "m2", "m4")


def test_only_voters_decide() -> None:
    """A metric that does not vote is ranked and shown, but does not move the order."""
    scores = {"a": column(3, 2, 1), "b": column(1, 2, 3)}
    found = rank(scores, models=MODELS[:3], votes=equal_votes(("a",)), higher_is_better=UP)
    assert found.order == ("m1", "m2", "m3")
    assert found.per_metric["b"] == ("m3", "m2", "m1")
    assert found.metrics_used == ("a",)


def test_mean_over_the_voters() -> None:
    """The order follows the mean of the ranks, not of the scores."""
    scores = {"a": column(1000, 2, 1), "b": column(1, 3, 2), "c": column(1, 3, 2)}
    found = rank(scores, models=MODELS[:3], votes=equal_votes(("a", "b", "c")), higher_is_better=UP)
    assert found.mean_ranks == pytest.approx({"m1": 7 / 3, "m2": 4 / 3, "m3": 7 / 3})
    assert found.order == ("m2", "m1", "m3")


def test_a_metric_for_few_models_is_stretched() -> None:
    """Being second of two counts as last of four: few candidates are no advantage."""
    scores = {"a": column(4, 3, 2, 1), "b": column(None, None, 1, 2)}
    found = rank(scores, models=MODELS, votes=equal_votes(("a", "b")), higher_is_better=UP)
    assert found.mean_ranks == {"m1": 1.0, "m2": 2.0, "m3": 3.5, "m4": 2.5}
    assert found.ranks["b"] == {"m3": 2.0, "m4": 1.0}


def test_a_metric_for_one_model_does_not_vote() -> None:
    """A score that no other model has says nothing about the order."""
    scores = {"a": column(3, 2, 1), "b": column(None, None, 1)}
    found = rank(scores, models=MODELS[:3], votes=equal_votes(("a", "b")), higher_is_better=UP)
    assert found.order == ("m1", "m2", "m3")
    assert found.metrics_used == ("a",)


def test_the_only_model_with_a_score_is_ranked_first() -> None:
    """Where all other candidates failed, the survivor is the order and the others stay unranked."""
    found = rank({"a": column(None, 5.0)}, models=MODELS[:3], votes=equal_votes(("a",)), higher_is_better=UP)
    assert found.order == ("m2",)
    assert found.mean_ranks == {"m2": 1.0}
    assert found.unranked == ("m1", "m3")


def test_a_model_without_a_voting_score_is_unranked() -> None:
    """A score under a metric that does not vote gives no place in the order."""
    scores = {"a": column(3, 2, 1), "b": column(None, None, None, 9)}
    found = rank(scores, models=MODELS, votes=equal_votes(("a",)), higher_is_better=UP)
    assert found.unranked == ("m4",)
    assert found.order == ("m1", "m2", "m3")


def test_more_votes_win_a_tie() -> None:
    """Of models with the same mean rank the one that fewer metrics could score comes last."""
    scores = {"a": column(3, 2, 1), "b": column(1, None, 2)}
    found = rank(scores, models=MODELS[:3], votes=equal_votes(("a", "b")), higher_is_better=UP)
    assert found.mean_ranks == {"m1": 2.0, "m2": 2.0, "m3": 2.0}
    assert found.order == ("m1", "m3", "m2")


def test_the_first_voter_breaks_a_tie() -> None:
    """Of two models with the same mean rank and votes, the first voter's favourite comes first."""
    scores = {"a": column(1, 2), "b": column(2, 1)}
    ways = {
        voters[0]: rank(scores, models=MODELS[:2], votes=equal_votes(voters), higher_is_better=UP).order
        for voters in (("a", "b"), ("b", "a"))
    }
    assert ways == {"a": ("m2", "m1"), "b": ("m1", "m2")}


def test_a_voter_without_scores_is_passed_over() -> None:
    """A voter that failed everywhere, or was never run, does not stop the ranking."""
    found = rank(
        {"a": column(1, 2), "b": {}},
        models=MODELS[:2],
        votes=equal_votes(("b", "c", "a")),
        higher_is_better=UP,
    )
    assert found.order == ("m2", "m1")
    assert found.metrics_used == ("a",)
    assert found.per_metric["b"] == ()


def test_nothing_scored_leaves_all_unranked() -> None:
    """Without a single score there is no order."""
    found = rank({}, models=MODELS, votes=equal_votes(("a",)), higher_is_better=UP)
    assert (found.order, found.unranked) == ((), MODELS)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_scores_that_are_not_finite_are_refused(value: float) -> None:
    """NaN and infinity never get a rank, and the message names the cell."""
    with pytest.raises(InputError, match="a gives 'm2' the score"):
        rank({"a": column(1, value)}, models=MODELS, votes=equal_votes(("a",)), higher_is_better=UP)


def test_what_cannot_be_ranked_is_refused() -> None:
    """Strangers, twins, no voter and a metric without direction are errors."""
    scores = {"a": column(1, 2)}
    with pytest.raises(InputError, match="'m2', which is not a candidate"):
        rank(scores, models=("m1",), votes=equal_votes(("a",)), higher_is_better=UP)
    with pytest.raises(InputError, match="some id twice"):
        rank(scores, models=("m1", "m2", "m1"), votes=equal_votes(("a",)), higher_is_better=UP)
    with pytest.raises(InputError, match="at least one voting metric"):
        rank(scores, models=MODELS, votes={}, higher_is_better=UP)
    with pytest.raises(UnknownNameError, match="metric 'a'"):
        rank(scores, models=MODELS, votes=equal_votes(("a",)), higher_is_better={"b": True})


def test_order_of_the_candidates_does_not_count() -> None:
    """The same scores give the same order, however the candidates are listed."""
    scores = {"a": column(1, 2, 2, 1), "b": column(3, 1, None, 3)}
    orders = {
        rank(scores, models=models, votes=equal_votes(("a", "b")), higher_is_better=UP).order
        for models in (MODELS, MODELS[::-1])
    }
    assert len(orders) == 1


def test_scores_that_differ_by_round_off_tie() -> None:
    """A metric that has saturated for two models does not tell them apart, however tiny its numbers."""
    found = rank(
        {"a": column(-8e-25, -4e-22, -37.0, -37.0 * (1 + 1e-14))},
        models=MODELS,
        votes=equal_votes(("a",)),
        higher_is_better=UP,
    )
    assert found.ranks["a"] == {"m1": 1.5, "m2": 1.5, "m3": 3.5, "m4": 3.5}


def test_a_heavier_vote_counts_more() -> None:
    """The mean is weighted, over the metrics that have a score for the model."""
    scores = {"a": column(3, 2, 1), "b": column(1, None, 3)}
    votes = {"a": Vote(0.75, "known"), "b": Vote(0.25, "less so")}
    found = rank(scores, models=MODELS[:3], votes=votes, higher_is_better=UP)
    assert found.mean_ranks == {"m1": 0.75 * 1 + 0.25 * 3, "m2": 2.0, "m3": 0.75 * 3 + 0.25 * 1}
    assert found.votes == votes


def test_a_vote_without_weight_is_none() -> None:
    """A metric with weight 0 is ranked and shown, but neither moves nor ranks a model."""
    scores = {"a": column(3, 2), "b": column(1, 2, 3)}
    votes = {"a": Vote(1.0, "known"), "b": Vote(0.0, "not")}
    found = rank(scores, models=MODELS[:3], votes=votes, higher_is_better=UP)
    assert (found.order, found.metrics_used, found.unranked) == (("m1", "m2"), ("a",), ("m3",))


def test_a_model_that_little_of_the_vote_ranks_cannot_win() -> None:
    """Ranked first by 5 % of the vote alone, a model is placed in the middle; by half of it, first."""
    ranked = {f"m{i}": float(-i) for i in range(6)}
    for share, place in ((0.05, 3), (0.5, 0)):
        scores = {"broad": dict(ranked), "narrow": {"new": 1.0} | ranked}
        weights = {"broad": 1 - share, "narrow": share}
        found = rank(
            scores,
            models=[*ranked, "new"],
            votes={name: Vote(weight, "") for name, weight in weights.items()},
            higher_is_better=dict.fromkeys(scores, True),
        )
        assert found.order.index("new") == place


def test_what_is_missing_to_half_of_the_vote_counts_as_the_middle() -> None:
    """Of four models one is first under a fifth of the vote: 0.2 of 0.5 count 1, the other 0.3 count 2.5."""
    ranks = {"a": {"x": 1.0, "y": 2.0, "z": 3.0}, "b": {"w": 1.0, "x": 2.0, "y": 3.0, "z": 4.0}}
    values = consensus_of_ranks(ranks, {"a": 0.8, "b": 0.2})
    assert values["w"] == pytest.approx((0.2 * 1 + 0.3 * 2.5) / 0.5)
    assert values["z"] == pytest.approx(4.0)
