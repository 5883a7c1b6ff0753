"""A cheaper model that is nearly as good as the first, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptmrank_core.records import Ranking
from ptmrank_core.results.cost import ModelCost
from ptmrank_core.results.phrases import bidi_isolate, plural

__all__ = ["COSTS", "Alternative", "cheaper_alternative", "reliable_cost", "say_alternative"]

# An alternative costs at most half as much, and ranks at most three places behind the first.
MIN_FACTOR = 2.0
MAX_BEHIND = 3
# Samples from which on seconds are judged: the speed over fewer varies with whatever else the machine does.
MIN_TIMED = 500
# What a model costs its user, the most reliable figure first.
COSTS: Mapping[str, str] = {
    "n_parameters": "has {} of the first one's parameters",
    "seconds_per_1000": "takes {} of the first one's time per sample",
    "size_bytes": "takes {} of the first one's disk space",
}
FRACTIONS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 10: "a tenth"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """A cheaper model.

    Parameters
    ----------
    model
        Its id.
    cost
        The cost that is lower: one of :data:`COSTS`.
    factor
        How many times as much the first model costs.
    n_behind
        How many places it ranks behind the first; 0 if their ranks are equal.
    is_tied
        Whether the two are not distinguishable on these samples.
    """

    model: str
    cost: str
    factor: float
    n_behind: int
    is_tied: bool


def cheaper_alternative(ranking: Ranking, costs: Mapping[str, ModelCost]) -> Alternative | None:
    """Find the best placed model that costs half or less of what the first one costs.

    The candidates are in the better half of the order, at most three places behind the first. Times of few
    samples are left out. The costs are tried in the order of :data:`COSTS`; ``None`` where there is no such
    model.
    """
    if len(ranking.order) < 2:
        return None
    best = ranking.order[0]
    n_candidates = min(MAX_BEHIND, (len(ranking.order) - 1) // 2 or 1)
    groups = ranking.intervals.ties if ranking.intervals else ()
    tied = {model for group in groups if best in group for model in group}
    for cost in COSTS:
        best_cost = reliable_cost(costs[best], cost)
        for model in ranking.order[1 : n_candidates + 1]:
            model_cost = reliable_cost(costs[model], cost)
            if best_cost and model_cost and best_cost / model_cost >= MIN_FACTOR:
                behind = _n_behind(ranking, model)
                return Alternative(model, cost, best_cost / model_cost, behind, model in tied)
    return None


def _n_behind(ranking: Ranking, model: str) -> int:
    """Count the models in the order before those that share the rank of a model."""
    rank = ranking.mean_ranks.get(model)
    return next(
        place
        for place, other in enumerate(ranking.order)
        if other == model or (rank is not None and ranking.mean_ranks.get(other) == rank)
    )


def reliable_cost(cost: ModelCost, name: str) -> float | None:
    """Return a cost that a model may be judged by; a time that few samples gave is none."""
    is_short = name == "seconds_per_1000" and cost.n_measured < MIN_TIMED
    return None if is_short else cost.known(name)


def say_alternative(alternative: Alternative) -> str:
    """Describe an alternative in a sentence."""
    factor = round(alternative.factor)
    saving = COSTS[alternative.cost].format(FRACTIONS.get(factor, f"1/{factor}"))
    place = f"{plural(alternative.n_behind, 'place')} behind" if alternative.n_behind else "tied with it"
    if alternative.is_tied and alternative.n_behind:
        place += ", a difference that may be due to chance"
    return f"{bidi_isolate(alternative.model)} {saving} and is {place}."
