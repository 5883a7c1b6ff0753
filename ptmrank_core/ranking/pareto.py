"""The Pareto front of models: those that no other model beats at the same cost or less."""

from __future__ import annotations

import math

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.consensus import ModelScores

__all__ = ["pareto_front"]


def pareto_front(costs: ModelScores, values: ModelScores, *, higher_is_better: bool) -> tuple[str, ...]:
    """Find the models that no other model dominates.

    A model dominates another one if it costs no more, is no worse, and differs in at least one of the two.

    Parameters
    ----------
    costs
        Model -> finite cost; less is better. Models of unknown cost are left out.
    values
        Model -> finite value. Only models on both sides count.
    higher_is_better
        Direction of the values.

    Returns
    -------
    tuple of str
        From the cheapest to the most costly, equal costs by id.

    Raises
    ------
    InputError
        A number that is not finite.
    """
    sign = -1.0 if higher_is_better else 1.0
    points = sorted((costs[model], sign * values[model], model) for model in costs if model in values)
    if not all(math.isfinite(cost) and math.isfinite(value) for cost, value, _ in points):
        raise InputError("Expected finite costs and values, got NaN or infinity.")
    front: list[str] = []
    best, best_cost = math.inf, -math.inf
    for cost, value, model in points:
        # In order of cost a model has to be better than the last one, or as good at the same cost.
        if value < best or (value == best and cost == best_cost):
            front.append(model)
            best, best_cost = value, cost
    return tuple(front)
