"""How far the metrics can be trusted here."""

from __future__ import annotations

from dashboard.components.controls import show_controls
from dashboard.components.evidence import show_evidence
from dashboard.components.fine_tuning import show_fine_tuning
from dashboard.components.sample_sizes import show_sample_sizes
from ptmrank_core.records import Ranking, RunResult

__all__ = ["evidence"]


def evidence(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    show_evidence(result, ranking)
    show_fine_tuning(result, ranking)
    show_sample_sizes(result, ranking)
    show_controls(result, ranking)
