"""Scores of several metrics and what each counts -> one order, by weighted mean rank (Borda)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.ranking.statistics import average_ranks
from ptmrank_core.records import Ranking, Vote

__all__ = [
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

# Sums of ranks that are equal on paper must tie: far coarser than round-off, far finer than a rank.
RANK_DIGITS = 9
# So must scores: the digits that count, and what is 0 beside the largest score of the metric. A metric that
# has saturated for two models gives them -8e-25 and -4e-22.
SCORE_DIGITS = 10
SCORE_ROUND_OFF = 1e-15


def rank(
    scores: Scores,
    *,
    models: Sequence[str],
    votes: Mapping[str, Vote],
    higher_is_better: Mapping[str, bool],
) -> Ranking:
    """Order models by their weighted mean rank over the voting metrics.

    Equal mean ranks go to the model that more of the vote has ranked, then to the better rank under the
    metric with the greatest weight (of equal ones the first), then by id.

    Parameters
    ----------
    scores
        Metric -> model -> finite score; models without a score are left out.
    models
        Ids of all candidates.
    votes
        What each metric counts; one with weight 0, or without any score, is passed over.
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
        heard = math.fsum(weights[name] for name, own in cast.items() if model in own)
        return mean_ranks[model], -round(heard, RANK_DIGITS), first.get(model, math.inf), model

    return Ranking(
        order=tuple(sorted(mean_ranks, key=place)),
        mean_ranks=MappingProxyType({model: mean_ranks[model] for model in models if model in mean_ranks}),
        ranks=MappingProxyType({name: MappingProxyType(own) for name, own in ranks.items()}),
        per_metric=MappingProxyType(
            {name: tuple(sorted(own, key=lambda m: (own[m], m))) for name, own in ranks.items()}
        ),
        metrics_used=tuple(cast),
        unranked=tuple(model for model in models if model not in mean_ranks),
        votes=MappingProxyType(dict(votes)),
    )


def equal_votes(metrics: Iterable[str]) -> dict[str, Vote]:
    """Let every metric count the same."""
    names = tuple(dict.fromkeys(metrics))
    return {name: Vote(1 / len(names), "Every metric counts the same.") for name in names}


def consensus_values(
    scores: Scores, weights: Mapping[str, float], *, higher_is_better: Mapping[str, bool]
) -> dict[str, float]:
    """Weighted mean rank of each model: linear in the ranks of each metric.

    Parameters
    ----------
    scores
        Metric -> model -> finite score.
    weights
        What each metric counts, at least 0; of any sum.
    higher_is_better
        Direction of every metric that counts.

    Returns
    -------
    dict
        Model -> value in 1..M, lower is better; M is the number of models with a score under some metric that
        counts. See :func:`consensus_of_ranks`.
    """
    ranks = {
        name: rank_models(scores[name], higher_is_better=higher_is_better[name])
        for name, weight in weights.items()
        if weight > 0 and name in scores
    }
    return consensus_of_ranks(ranks, weights)


def consensus_of_ranks(ranks: Scores, weights: Mapping[str, float]) -> dict[str, float]:
    """Weighted mean of ranks over the metrics that have one for the model.

    Let M be the number of models with a score under some metric that counts. A metric that could score only
    m < M of them has its ranks stretched from 1..m to 1..M, so that the best and the worst of few count as
    much as those of many; one with a single score (m = 1 < M) does not count. A missing score is left out of
    the mean: it is never the worst.

    Parameters
    ----------
    ranks
        Metric -> model -> rank among the models of the metric, 1 is best.
    weights
        What each metric counts, at least 0.

    Returns
    -------
    dict
        Model -> value in 1..M, lower is better; for the models with a rank under some metric that counts.
    """
    cast = _cast(ranks, weights)
    models = dict.fromkeys(model for own in cast.values() for model in own)
    values = {}
    for model in models:
        heard = [name for name, own in cast.items() if model in own]
        total = math.fsum(weights[name] for name in heard)
        parts = [
            weights[name] * stretch(cast[name][model], len(cast[name]), len(models)) / total for name in heard
        ]
        values[model] = round(math.fsum(parts), RANK_DIGITS)
    return values


def _cast(ranks: Scores, weights: Mapping[str, float]) -> dict[str, ModelScores]:
    """Ranks of the metrics that count: not those of a metric with one score where others have more."""
    counted = {name: ranks[name] for name, weight in weights.items() if weight > 0 and ranks.get(name)}
    n_ranked = len({model for own in counted.values() for model in own})
    return {name: own for name, own in counted.items() if len(own) > 1 or n_ranked == 1}


def stretch(rank_among_few: float, n_few: int, n_all: int) -> float:
    """Map a rank in 1..n_few to the scale 1..n_all."""
    if n_few == n_all:
        return rank_among_few
    return 1 + (rank_among_few - 1) * (n_all - 1) / (n_few - 1)


def rank_models(values: ModelScores, *, higher_is_better: bool) -> dict[str, float]:
    """Rank models under one metric: 1 is best, ties share their mean rank.

    Scores that are the same in ten digits tie, and so do those that are nothing beside the largest: what is
    left of them is round-off.
    """
    if not values:
        return {}
    numbers = np.array(list(values.values()), dtype=np.float64)
    numbers[np.abs(numbers) < SCORE_ROUND_OFF * np.abs(numbers).max()] = 0.0
    rounded = [float(f"{value:.{SCORE_DIGITS}g}") for value in numbers]
    sign = -1.0 if higher_is_better else 1.0
    ranked = average_ranks([sign * value for value in rounded])
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
