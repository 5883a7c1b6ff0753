"""The cheapest of several models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.results.alternative import COSTS, reliable_cost
from ptmrank_core.results.cost import ModelCost

__all__ = ["Cheapest", "cheapest_of"]

# A model is cheaper where the others cost at least this much more.
MIN_FACTOR = 1.1


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The cheapest of several models: which one, under which cost, and that cost."""

    model: str
    cost: str
    value: float


def cheapest_of(models: Sequence[str], costs: Mapping[str, ModelCost]) -> Cheapest | None:
    """Find the cheapest by the first cost that is known of all; ``None`` where none stands out."""
    for cost in COSTS:
        known = {model: reliable_cost(costs[model], cost) for model in models if model in costs}
        values = sorted((value, model) for model, value in known.items() if value is not None)
        if len(values) == len(models) > 1:
            (least, model), (next_value, _) = values[:2]
            return Cheapest(model, cost, least) if next_value >= MIN_FACTOR * least else None
    return None
