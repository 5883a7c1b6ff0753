"""Scores of several metrics -> one order of the models, by mean rank."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from scipy.stats import rankdata

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import Ranking

__all__ = ["ModelScores", "Scores", "check_scores", "rank", "rank_models"]

ModelScores: TypeAlias = Mapping[str, float]
Scores: TypeAlias = Mapping[str, ModelScores]

# Sums of ranks that are equal on paper must tie: far coarser than round-off, far finer than a rank.
RANK_DIGITS = 9


def rank(
    scores: Scores,
    *,
    models: Sequence[str],
    voters: Sequence[str],
    higher_is_better: Mapping[str, bool],
) -> Ranking:
    """Order models by their mean rank over the voting metrics.

    Let M be the number of models with a score under some voter. A voter that could score only m < M of
    them has its ranks stretched from 1..m to 1..M, so that the best and the worst of few count as
    much as those of many; a voter with a single score (m = 1 < M) does not vote. Equal mean ranks go
    to the model with more votes, then to the better rank under the first voter, then by id.

    Parameters
    ----------
    scores
        Metric -> model -> finite score; models without a score are left out.
    models
        Ids of all candidates.
    voters
        Metrics that decide the order; those without any score are passed over.
    higher_is_better
        Direction of every metric in ``scores``.

    Returns
    -------
    Ranking
        ``ranks`` (not stretched) and ``per_metric`` are for every metric in ``scores``;
        ``mean_ranks`` are on 1..M.

    Raises
    ------
    InputError
        A score that is not finite, a model that is not a candidate, a candidate named twice, no voter.
    UnknownNameError
        A metric without a direction.
    """
    check_scores(scores, models, higher_is_better)
    if not voters:
        raise InputError("Expected at least one voting metric.")
    ranks = {
        name: rank_models(values, higher_is_better=higher_is_better[name]) for name, values in scores.items()
    }
    cast = {name: ranks[name] for name in dict.fromkeys(voters) if ranks.get(name)}
    n_ranked = len({model for own in cast.values() for model in own})
    votes = {name: own for name, own in cast.items() if len(own) > 1 or n_ranked == 1}
    mean_ranks, n_votes = _mean_ranks(votes, models, n_ranked)
    first = ranks.get(voters[0], {})
    order = sorted(mean_ranks, key=lambda m: (mean_ranks[m], -n_votes[m], first.get(m, math.inf), m))
    return Ranking(
        order=tuple(order),
        mean_ranks=MappingProxyType(mean_ranks),
        ranks=MappingProxyType({name: MappingProxyType(own) for name, own in ranks.items()}),
        per_metric=MappingProxyType(
            {name: tuple(sorted(own, key=lambda m: (own[m], m))) for name, own in ranks.items()}
        ),
        metrics_used=tuple(votes),
        unranked=tuple(model for model in models if model not in mean_ranks),
    )


def rank_models(values: ModelScores, *, higher_is_better: bool) -> dict[str, float]:
    """Rank models under one metric: 1 is best, ties share their mean rank."""
    if not values:
        return {}
    sign = -1.0 if higher_is_better else 1.0
    ranked = rankdata([sign * value for value in values.values()], method="average")
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


def _mean_ranks(
    votes: Mapping[str, ModelScores], models: Sequence[str], n_ranked: int
) -> tuple[dict[str, float], dict[str, int]]:
    """Mean stretched rank and number of votes of every model with a vote."""
    mean_ranks: dict[str, float] = {}
    n_votes: dict[str, int] = {}
    for model in models:
        own = [_stretch(r[model], len(r), n_ranked) for r in votes.values() if model in r]
        if own:
            mean_ranks[model] = round(math.fsum(own) / len(own), RANK_DIGITS)
            n_votes[model] = len(own)
    return mean_ranks, n_votes


def _stretch(rank_among_few: float, n_few: int, n_all: int) -> float:
    """Map a rank in 1..n_few to the scale 1..n_all."""
    if n_few == n_all:
        return rank_among_few
    return 1 + (rank_among_few - 1) * (n_all - 1) / (n_few - 1)
