"""Real training: the race that decides, and the most promising models trained one by one."""

from __future__ import annotations

from dashboard.views.results.training.fine_tuning import show_fine_tuning
from dashboard.views.results.training.race import draw_race
from ptmrank_core.records import Ranking, RunResult

__all__ = ["draw_training"]


def draw_training(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    draw_race(result, ranking)
    show_fine_tuning(result, ranking)
