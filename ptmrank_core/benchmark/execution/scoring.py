"""Arrays of one model -> its cells; pieces score alike, so the rules are with them."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.pieces.scoring import CapturedError, run_guarded, score_cells
from ptmrank_core.records import Cell, Skipped

__all__ = ["CapturedError", "run_guarded", "score_cells", "skipped_cells"]


def skipped_cells(model: str, reasons: Mapping[str, str]) -> list[Cell]:
    """Make the cells of metrics that do not apply."""
    return [Skipped(model, metric, reason) for metric, reason in reasons.items()]
