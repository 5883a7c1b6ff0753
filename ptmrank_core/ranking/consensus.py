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
    cast = _cast(ranks, weights)
    models = dict.fromkeys(model for ranked in cast.values() for model in ranked)
    least = MIN_HEARD * math.fsum(weights[name] for name in cast)
    middle = (len(models) + 1) / 2
    values = {}
    for model in models:
        voting = [name for name, ranked in cast.items() if model in ranked]
        heard = math.fsum(weights[name] for name in voting)
        total = max(heard, least)
        parts = [
            weights[name] * stretch(cast[name][model], len(cast[name]), len(models)) / total
            for name in voting
        ]
        values[model] = round(math.fsum([*parts, (total - heard) * middle / total]), RANK_DIGITS)
    return values


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
