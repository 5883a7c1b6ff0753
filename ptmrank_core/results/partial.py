"""The ranking of a run in progress: of the models whose cells are all decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results.ranking import rank_result

__all__ = ["partial_ranking"]


def partial_ranking(result: RunResult) -> Ranking:
    """Rank the models all of whose cells are decided; the others have no rank yet."""
    counts = Counter(cell.model for cell in result.cells)
    decided = {model for model, count in counts.items() if count == len(result.plan.metrics)}
    models = tuple(spec for spec in result.plan.models if spec.id in decided)
    cells = tuple(cell for cell in result.cells if cell.model in decided)
    return rank_result(replace(result, plan=replace(result.plan, models=models), cells=cells))
