"""A run's cells -> its ranking and the rows of the ranking table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import rank
from ptmrank_core.records import Cell, Failure, Ranking, RunResult, Score, Skipped

__all__ = ["rank_result", "ranking_rows", "scores_by_metric"]


def scores_by_metric(cells: Iterable[Cell]) -> dict[str, dict[str, float]]:
    """Collect the finite scores: metric -> model -> value."""
    table: dict[str, dict[str, float]] = {}
    for cell in cells:
        if isinstance(cell, Score):
            table.setdefault(cell.metric, {})[cell.model] = cell.value
    return table


def rank_result(result: RunResult) -> Ranking:
    """Rank the models of a run by what it has decided so far.

    Every metric of the plan votes, but a variant only where none of the plan's metrics is a default form:
    then it was chosen by hand.
    """
    planned = result.plan.metrics
    voters = [name for name in planned if not METRICS[name].is_variant] or list(planned)
    return rank(
        scores_by_metric(result.cells),
        models=[spec.id for spec in result.plan.models],
        voters=voters,
        higher_is_better={name: METRICS[name].higher_is_better for name in planned},
    )


def ranking_rows(result: RunResult, ranking: Ranking) -> list[dict[str, Any]]:
    """Rows of the ranking table, best first, models without a rank last.

    Returns
    -------
    list of dict
        ``model``, ``position``, ``mean_rank``, one entry for each metric (value or ``None``),
        ``problems`` (metric -> why there is no score), and the model's facts; unknown is ``None``.
    """
    by_model: dict[str, dict[str, Cell]] = {spec.id: {} for spec in result.plan.models}
    for cell in result.cells:
        by_model[cell.model][cell.metric] = cell
    planned = {spec.id: spec for spec in result.plan.models}
    rows = []
    for model in (*ranking.order, *ranking.unranked):
        outcome = result.outcomes.get(model)
        spec = outcome.spec if outcome else planned[model]
        cells = by_model[model]
        rows.append(
            {
                "model": model,
                "position": ranking.order.index(model) + 1 if model in ranking.mean_ranks else None,
                "mean_rank": ranking.mean_ranks.get(model),
                "scores": {name: _value(cells.get(name)) for name in result.plan.metrics},
                "problems": {name: text for name, cell in cells.items() if (text := _problem(cell))},
                "warnings": {
                    name: cell.warnings
                    for name, cell in cells.items()
                    if isinstance(cell, Score) and cell.warnings
                },
                "family": spec.model_type,
                "n_parameters": spec.n_parameters,
                "n_features": outcome.n_features if outcome else spec.width,
                "n_source_classes": spec.n_source_classes,
                "seconds": sum(outcome.seconds.values()) if outcome else None,
            }
        )
    return rows


def _value(cell: Cell | None) -> float | None:
    return cell.value if isinstance(cell, Score) else None


def _problem(cell: Cell) -> str:
    """Say why a cell has no score; empty where it has one."""
    if isinstance(cell, Skipped):
        return f"does not apply: {cell.reason}"
    if isinstance(cell, Failure):
        return f"failed at {cell.stage}: {cell.message} {cell.hint}".strip()
    return ""
