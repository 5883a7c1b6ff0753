"""How far the metrics can be trusted here."""

from __future__ import annotations

from dashboard.views.results.evidence.controls import show_controls
from dashboard.views.results.evidence.learning_curve import show_sample_sizes
from dashboard.views.results.evidence.truths import show_evidence
from ptmrank_core.records import Ranking, RunResult

__all__ = ["draw_evidence"]


def draw_evidence(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    show_evidence(result, ranking)
    show_sample_sizes(result, ranking)
    show_controls(result, ranking)
