"""What the models cost, and which of their layers is best."""

from __future__ import annotations

from dashboard.components.cost import show_cost
from dashboard.components.layers import show_layers
from ptmrank_core.records import Ranking, RunResult

__all__ = ["cost"]


def cost(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    show_cost(result, ranking)
    show_layers(result)
