"""Other rules that were tried in place of the vote, on the same voters: none is fitted to a set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from ptmrank_core.ranking.consensus import consensus_of_ranks, rank_models
from ptmrank_core.ranking.prior_calibration import PriorTaus, combine_with_prior
from tests.benchmarks.consensus.sets import ScoredSet

Order = Mapping[str, float]
Weights = Mapping[str, float]
Priors = Mapping[str, PriorTaus]

SHRINKAGE = 0.3  # of correlations between voters towards none, so that the system can be solved


def alternative_orders(scored: ScoredSet, weights: Weights, priors: Priors) -> dict[str, Order]:
    """Order the models by each of the rules.

    Parameters
    ----------
    scored
        The set.
    weights
        Voter -> its weight in the vote.
    priors
        Metric -> what other zoos and published tables show of it.
    """
    ranks = {
        name: rank_models(scored.scores[name], higher_is_better=True)
        for name, weight in weights.items()
        if weight > 0
    }
    return {name: rule(ranks, weights, priors) for name, rule in RULES.items()}


def _surest(ranks: Mapping[str, Order], _: Weights, priors: Priors) -> Order:
    """The metric alone whose cautious agreement on other zoos is the greatest."""
    return _borda(ranks, {max(ranks, key=lambda name: _cautious(priors[name])): 1.0})


def _equal(ranks: Mapping[str, Order], _: Weights, __: Priors) -> Order:
    return _borda(ranks, dict.fromkeys(ranks, 1.0))


def _by_redundancy(ranks: Mapping[str, Order], _: Weights, priors: Priors) -> Order:
    """Weights of the best linear combination of voters whose errors are correlated as their orders are."""
    models = sorted(set.intersection(*(set(own) for own in ranks.values())))
    places = np.array([[own[model] for model in models] for own in ranks.values()])
    shared = (1 - SHRINKAGE) * np.corrcoef(places) + SHRINKAGE * np.eye(len(ranks))
    found = np.linalg.solve(shared, [np.sin(np.pi / 2 * _cautious(priors[name])) for name in ranks])
    return _borda(ranks, dict(zip(ranks, np.maximum(found, 0.0).tolist(), strict=True)))


def _median(ranks: Mapping[str, Order], weights: Weights, _: Priors) -> Order:
    """The weighted median place; ties by the mean."""
    mean = _borda(ranks, weights)
    medians = {}
    for model in mean:
        own = sorted((places[model], weights[name]) for name, places in ranks.items() if model in places)
        reached = np.cumsum([weight for _, weight in own])
        medians[model] = own[int(np.searchsorted(reached, reached[-1] / 2))][0]
    return {model: -place + 1e-3 * mean[model] for model, place in medians.items()}


def _half_optimistic(ranks: Mapping[str, Order], weights: Weights, _: Priors) -> Order:
    """The first of the vote; behind it the mean place less half a deviation between the voters.

    ``models_to_train`` takes a whole one.
    """
    mean = _borda(ranks, weights)
    first = max(mean, key=lambda model: mean[model])
    values = {
        model: -place + _deviation(model, ranks, weights) / 2 for model, place in _negated(mean).items()
    }
    return values | {first: max(values.values()) + 1.0}


def _deviation(model: str, ranks: Mapping[str, Order], weights: Weights) -> float:
    voting = [name for name in ranks if model in ranks[name]]
    places, shares = [ranks[name][model] for name in voting], [weights[name] for name in voting]
    mean = np.average(places, weights=shares)
    return float(np.sqrt(np.average((np.array(places) - mean) ** 2, weights=shares)))


def _borda(ranks: Mapping[str, Order], weights: Weights) -> Order:
    return _negated(consensus_of_ranks(ranks, weights))


def _negated(values: Order) -> Order:
    return {model: -value for model, value in values.items()}


def _cautious(prior: PriorTaus) -> float:
    return combine_with_prior({}, prior, None).cautious


RULES: Mapping[str, Callable[[Mapping[str, Order], Weights, Priors], Order]] = MappingProxyType(
    {
        "tried: the surest metric alone": _surest,
        "tried: equal weights of the voters": _equal,
        "tried: less weight for correlated voters": _by_redundancy,
        "tried: median place": _median,
        "tried: first, then mean place less half a deviation": _half_optimistic,
    }
)
