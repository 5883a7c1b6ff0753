"""The ranking of a run that is still going on: of the models that are through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results.ranking import rank_result

__all__ = ["partial_ranking"]


def partial_ranking(result: RunResult) -> Ranking:
    """Rank the models all of whose cells are decided; the others have no rank yet."""
    counts = Counter(cell.model for cell in result.cells)
    through = {model for model, count in counts.items() if count == len(result.plan.metrics)}
    models = tuple(spec for spec in result.plan.models if spec.id in through)
    cells = tuple(cell for cell in result.cells if cell.model in through)
    return rank_result(replace(result, plan=replace(result.plan, models=models), cells=cells))
