"""A cheaper model that is nearly as good as the first, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptmrank_core.records import Ranking
from ptmrank_core.results.cost import ModelCost
from ptmrank_core.results.phrases import bidi_isolate, plural

__all__ = ["Alternative", "cheaper_alternative", "say_alternative"]

# Cheaper by less than half is no reason to look further down, and neither is a model far down.
MIN_FACTOR = 2.0
MAX_BEHIND = 3
# What a model costs whoever uses it, the surest first.
COSTS: Mapping[str, str] = {
    "n_parameters": "has {} of the first one's parameters",
    "seconds_per_1000": "takes {} of the first one's time for a sample",
    "size_bytes": "takes {} of the first one's room on disk",
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
        In what it is cheaper: one of :data:`COSTS`.
    factor
        How many times as much the first model costs.
    n_behind
        How many places it is behind.
    is_tied
        Whether the samples do not tell the two apart.
    """

    model: str
    cost: str
    factor: float
    n_behind: int
    is_tied: bool


def cheaper_alternative(ranking: Ranking, costs: Mapping[str, ModelCost]) -> Alternative | None:
    """Find the best placed model that costs half or less of what the first one costs.

    It is looked for in the better half of the order and at most three places behind, under the first cost
    that is known of the first model and under which there is one; ``None`` where there is none.
    """
    if len(ranking.order) < 2:
        return None
    best = ranking.order[0]
    n_looked_at = min(MAX_BEHIND, (len(ranking.order) - 1) // 2 or 1)
    groups = ranking.intervals.ties if ranking.intervals else ()
    tied = {model for group in groups if best in group for model in group}
    for cost in COSTS:
        own = costs[best].known(cost)
        for n_behind, model in enumerate(ranking.order[1 : n_looked_at + 1], start=1):
            other = costs[model].known(cost)
            if own and other and own / other >= MIN_FACTOR:
                return Alternative(model, cost, own / other, n_behind, model in tied)
    return None


def say_alternative(found: Alternative) -> str:
    """Say it in a sentence."""
    whole = round(found.factor)
    said = COSTS[found.cost].format(FRACTIONS.get(whole, f"1/{whole}"))
    place = f"{plural(found.n_behind, 'place')} behind"
    if found.is_tied:
        place += ", which these samples do not tell from chance"
    return f"{bidi_isolate(found.model)} {said} and is {place}."
