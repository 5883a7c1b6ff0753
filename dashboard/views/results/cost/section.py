"""What the models cost, and which of their layers is best."""

from __future__ import annotations

from dashboard.views.results.cost.layers import show_layers
from dashboard.views.results.cost.pareto import show_cost
from ptmrank_core.records import Ranking, RunResult

__all__ = ["draw_cost"]


def draw_cost(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    show_cost(result, ranking)
    show_layers(result)
