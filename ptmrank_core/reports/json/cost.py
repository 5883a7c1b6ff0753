"""Costs, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results.cost import COST_TITLES, costs_of, fronts_of

__all__ = ["cost_payload"]


def cost_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Costs as JSON: each model's, and the front under each cost."""
    costs = costs_of(result)
    models = {
        model: {**{name: getattr(cost, name) for name in COST_TITLES}, "n_measured": cost.n_measured}
        for model, cost in costs.items()
    }
    fronts = {name: list(front) for name, front in fronts_of(costs, ranking).items()}
    return {"models": models, "fronts": fronts}
