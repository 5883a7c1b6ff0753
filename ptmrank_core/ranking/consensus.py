"""Scores of several metrics and their weights -> one order, by weighted mean rank (Borda)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.ranking.statistics import average_ranks, round_scores
from ptmrank_core.records import Ranking, Vote

__all__ = [
    "MIN_HEARD",
    "RANK_DIGITS",
    "ModelScores",
    "Scores",
    "check_scores",
    "consensus_of_ranks",
    "consensus_values",
    "equal_votes",
    "models_to_train",
    "rank",
    "rank_models",
    "stretch",
]

ModelScores: TypeAlias = Mapping[str, float]
Scores: TypeAlias = Mapping[str, ModelScores]

# Sums of ranks that are equal in exact arithmetic must tie: much coarser than round-off, much finer than a
# rank.
RANK_DIGITS = 9
# A model is judged by itself where at least this share of the vote ranks it.
MIN_HEARD = 0.5


def rank(
    scores: Scores,
    *,
    models: Sequence[str],
    votes: Mapping[str, Vote],
    higher_is_better: Mapping[str, bool],
) -> Ranking:
    """Order models by their weighted mean rank over the voting metrics.

    Ties go to the model that metrics of more total weight have ranked, then to the better rank under the
    metric with the greatest weight (of equal ones the first), then by id.

    Parameters
    ----------
    scores
        Metric -> model -> finite score; models without a score are left out.
    models
        Ids of all candidates.
    votes
        Weight of each metric; one with weight 0, or without any score, is ignored.
    higher_is_better
        Direction of every metric in ``scores``.

    Returns
    -------
    Ranking
        ``ranks`` (not stretched) and ``per_metric`` are for every metric in ``scores``; ``mean_ranks`` are
        the values of :func:`consensus_values`.

    Raises
    ------
    InputError
        A score that is not finite, a model that is not a candidate, a candidate named twice, no vote.
    UnknownNameError
        A metric without a direction.
    """
    check_scores(scores, models, higher_is_better)
    weights = {name: vote.weight for name, vote in votes.items() if vote.weight > 0}
    if not weights:
        raise InputError("Expected at least one voting metric.")
    ranks = {
        name: rank_models(values, higher_is_better=higher_is_better[name]) for name, values in scores.items()
    }
    mean_ranks = consensus_of_ranks(ranks, weights)
    cast = _cast(ranks, weights)
    first = ranks.get(max(weights, key=lambda name: weights[name]), {})

    def place(model: str) -> tuple[float, float, float, str]:
        weight = math.fsum(weights[name] for name, ranked in cast.items() if model in ranked)
        return mean_ranks[model], -round(weight, RANK_DIGITS), first.get(model, math.inf), model

    return Ranking(
        order=tuple(sorted(mean_ranks, key=place)),
        mean_ranks=MappingProxyType({model: mean_ranks[model] for model in models if model in mean_ranks}),
        ranks=MappingProxyType({name: MappingProxyType(ranked) for name, ranked in ranks.items()}),
        per_metric=MappingProxyType(
            {name: tuple(sorted(ranked, key=lambda m: (ranked[m], m))) for name, ranked in ranks.items()}
        ),
        metrics_used=tuple(cast),
        unranked=tuple(model for model in models if model not in mean_ranks),
        votes=MappingProxyType(dict(votes)),
    )


def equal_votes(metrics: Iterable[str]) -> dict[str, Vote]:
    """Give every metric the same weight."""
    names = tuple(dict.fromkeys(metrics))
    return {name: Vote(1 / len(names), "All metrics have the same weight.") for name in names}


def consensus_values(
    scores: Scores, weights: Mapping[str, float], *, higher_is_better: Mapping[str, bool]
) -> dict[str, float]:
    """Weighted mean rank of each model: linear in the ranks of each metric.

    Parameters
    ----------
    scores
        Metric -> model -> finite score.
    weights
        Weight of each metric, at least 0; of any sum.
    higher_is_better
        Direction of every metric of positive weight.

    Returns
    -------
    dict
        Model -> value in 1..M, lower is better; M is the number of models with a score under some metric of
        positive weight. See :func:`consensus_of_ranks`.
    """
    ranks = {
        name: rank_models(scores[name], higher_is_better=higher_is_better[name])
        for name, weight in weights.items()
        if weight > 0 and name in scores
    }
    return consensus_of_ranks(ranks, weights)


def consensus_of_ranks(ranks: Scores, weights: Mapping[str, float]) -> dict[str, float]:
    """Average the ranks of each model over the metrics that rank it, by their weights.

    Let M be the number of models with a score under some metric of positive weight. A metric that could score
    only m < M of them has its ranks stretched from 1..m to 1..M, so that the best and the worst of few models
    weigh as much as those of many; one with a single score (m = 1 < M) is ignored. A missing score is left
    out of the mean, as long as metrics with half of the vote rank the model: it never counts as the worst.
    Where they hold less, what is missing to half of the vote counts as the middle place (M + 1)/2: a model
    that a twentieth of the vote puts first is not the first of all.

    Parameters
    ----------
    ranks
        Metric -> model -> rank among the models of the metric, 1 is best.
    weights
        Weight of each metric, at least 0.

    Returns
    -------
    dict
        Model -> value in 1..M, lower is better; for the models that some metric of positive weight ranks.
    """
    return {model: round(_mean(places), RANK_DIGITS) for model, places in _places(ranks, weights).items()}


def models_to_train(
    ranks: Scores, weights: Mapping[str, float], *, order: Sequence[str], n: int
) -> tuple[str, ...]:
    """Choose models to fine-tune: the first of an order, then those that may be better than their place.

    Of several models that are trained the best counts, so one on which the voters disagree is worth more than
    its mean place says (optimism in the face of uncertainty [1]_). Behind the first stand the models by their
    weighted mean place less one weighted standard deviation of their places between voters, in the places of
    :func:`consensus_of_ranks`; ties go to the earlier of the order. Voters that agree, and a single one, give
    the order itself.

    Parameters
    ----------
    ranks
        Voter -> model -> rank among the models of the voter, 1 is best.
    weights
        Weight of each voter, at least 0.
    order
        The models to choose from, best first; those that no voter ranks are chosen last.
    n
        How many to choose; all of them where there are fewer.

    Returns
    -------
    tuple of str
        The first of the order, then the most promising first.

    References
    ----------
    .. [1] Auer, Cesa-Bianchi, Fischer: Finite-time analysis of the multiarmed bandit problem. Machine
       Learning 47, 2002. doi:10.1023/A:1013689704352
    """
    bounds = {
        model: round(_mean(places) - _deviation(places), RANK_DIGITS)
        for model, places in _places(ranks, weights).items()
    }
    rest = sorted(order[1:], key=lambda model: bounds.get(model, math.inf))
    return (*order[:1], *rest)[: max(n, 0)]


def _places(ranks: Scores, weights: Mapping[str, float]) -> dict[str, list[tuple[float, float]]]:
    """Collect the places of each model with their shares of the vote, which sum to 1."""
    cast = _cast(ranks, weights)
    models = dict.fromkeys(model for ranked in cast.values() for model in ranked)
    least = MIN_HEARD * math.fsum(weights[name] for name in cast)
    middle = (len(models) + 1) / 2
    places = {}
    for model in models:
        voting = [name for name, ranked in cast.items() if model in ranked]
        heard = math.fsum(weights[name] for name in voting)
        total = max(heard, least)
        places[model] = [
            (stretch(cast[name][model], len(cast[name]), len(models)), weights[name] / total)
            for name in voting
        ]
        places[model].append((middle, (total - heard) / total))
    return places


def _mean(places: Iterable[tuple[float, float]]) -> float:
    return math.fsum(share * place for place, share in places)


def _deviation(places: Sequence[tuple[float, float]]) -> float:
    mean = _mean(places)
    return math.sqrt(math.fsum(share * (place - mean) ** 2 for place, share in places))


def _cast(ranks: Scores, weights: Mapping[str, float]) -> dict[str, ModelScores]:
    """Select the ranks of metrics that vote: not those of a metric with one score where others have more."""
    counted = {name: ranks[name] for name, weight in weights.items() if weight > 0 and ranks.get(name)}
    n_ranked = len({model for ranked in counted.values() for model in ranked})
    return {name: ranked for name, ranked in counted.items() if len(ranked) > 1 or n_ranked == 1}


def stretch(rank_among_few: float, n_few: int, n_all: int) -> float:
    """Map a rank in 1..n_few to the scale 1..n_all."""
    if n_few == n_all:
        return rank_among_few
    return 1 + (rank_among_few - 1) * (n_all - 1) / (n_few - 1)


def rank_models(values: ModelScores, *, higher_is_better: bool) -> dict[str, float]:
    """Rank models under one metric: 1 is best, ties share their mean rank.

    Scores that are equal to ten digits tie, and so do those that are negligible beside the largest: they are
    round-off (:func:`~ptmrank_core.ranking.statistics.round_scores`).
    """
    if not values:
        return {}
    sign = -1.0 if higher_is_better else 1.0
    ranked = average_ranks(sign * round_scores(list(values.values())))
    return dict(zip(values, ranked.tolist(), strict=True))


def check_scores(scores: Scores, models: Sequence[str], higher_is_better: Mapping[str, bool]) -> None:
    """Refuse scores that cannot be ranked.

    Raises
    ------
    InputError
        A score that is not finite, a model that is not a candidate, a candidate named twice.
    UnknownNameError
        A metric without a direction.
    """
    candidates = set(models)
    if len(candidates) < len(models):
        raise InputError("Expected every candidate once, got some id twice.")
    for metric, values in scores.items():
        if metric not in higher_is_better:
            raise UnknownNameError("metric", metric, higher_is_better)
        for model, value in values.items():
            if model not in candidates:
                raise InputError(f"{metric} scores {model!r}, which is not a candidate.")
            if not math.isfinite(value):
                raise InputError(
                    f"{metric} gives {model!r} the score {value}; only finite scores are ranked.",
                    hint="Record it as a failure and leave it out.",
                )
