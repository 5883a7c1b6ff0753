"""How the order depends on single metrics, and on the voting rule."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ptmrank_core.ranking.agreement import kendall
from ptmrank_core.ranking.consensus import consensus_of_ranks
from ptmrank_core.ranking.kemeny import kemeny_order
from ptmrank_core.records import Ranking, Sensitivity, Without

__all__ = ["measure_sensitivity"]


def measure_sensitivity(ranking: Ranking) -> Sensitivity:
    """Order the models of a ranking by another voting rule, and without single metrics.

    Parameters
    ----------
    ranking
        With its votes.

    Returns
    -------
    Sensitivity
        Its Kemeny order, and the order without each voter in turn (where there are others).
    """
    weights = {name: ranking.votes[name].weight for name in ranking.metrics_used}
    order, is_exact = kemeny_order({name: ranking.ranks[name] for name in weights}, weights, ranking.order)
    without = {name: _without(ranking, weights, name) for name in weights} if len(weights) > 1 else {}
    return Sensitivity(kemeny=order, kemeny_is_exact=is_exact, without=without)


def _without(ranking: Ranking, weights: Mapping[str, float], left_out: str) -> Without:
    """Order the models without one voter; models that only it has a score for are left out."""
    rest = {name: weight for name, weight in weights.items() if name != left_out}
    values = consensus_of_ranks({name: ranking.ranks[name] for name in rest}, rest)
    before = {model: place for place, model in enumerate(ranking.order)}
    order = tuple(sorted(values, key=lambda model: (values[model], before[model])))
    places = {model: place for place, model in enumerate(order)}
    kept = [model for model in ranking.order if model in places]
    moves = {model: abs(places[model] - place) for place, model in enumerate(kept)}
    furthest = max(kept, key=lambda model: moves[model], default="")
    tau, _ = kendall(places, {model: float(place) for model, place in before.items()})
    return Without(
        order=order, tau=None if math.isnan(tau) else tau, moved=furthest, n_places=moves.get(furthest, 0)
    )
