"""A run's cells -> its ranking and the rows of the ranking table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import cast_votes, equal_votes, measure_sensitivity, rank
from ptmrank_core.records import Cell, Failure, Ranking, RunResult, Score, Skipped
from ptmrank_core.results.intervals import with_intervals
from ptmrank_core.results.scores import scores_by_metric, seed_notes, voting_scores
from ptmrank_core.results.votes import vote_context_of, vote_notes, voters_of

__all__ = ["rank_result", "ranking_rows"]


def rank_result(result: RunResult, *, certainty: bool = True) -> Ranking:
    """Rank the candidates of a run by the scores and findings it has so far; controls have no rank.

    The votes, their weights and their reasons come with it; until the probe of a run is there, they rest on
    priors of the metrics from other data.

    Parameters
    ----------
    result
        The run.
    certainty
        Whether intervals and sensitivity are computed too, which take longest; the order does not depend on
        them.
    """
    result = result.of_candidates()
    scores = voting_scores(result)
    directions = {name: METRICS[name].higher_is_better for name in result.plan.metrics}
    context = vote_context_of(result)
    votes = cast_votes(
        scores, voters=voters_of(result.plan.metrics), higher_is_better=directions, known=context
    )
    ranking = rank(
        scores,
        models=[spec.id for spec in result.plan.models],
        votes=votes or equal_votes(result.plan.metrics),
        higher_is_better=directions,
    )
    if not (ranking.order and certainty):
        return ranking
    notes = (*vote_notes(ranking, context, result), *seed_notes(result))
    ranking = replace(ranking, vote_notes=notes, sensitivity=measure_sensitivity(ranking))
    return with_intervals(ranking, scores, result)


def ranking_rows(result: RunResult, ranking: Ranking) -> list[dict[str, Any]]:
    """Rows of the ranking table, best first, candidates without a rank last.

    Returns
    -------
    list of dict
        ``model``, ``position``, ``mean_rank``, one entry for each metric (value or ``None``),
        ``problems`` (metric -> why there is no score), and the model's facts; unknown is ``None``.
    """
    result = result.of_candidates()
    by_model: dict[str, dict[str, Cell]] = {spec.id: {} for spec in result.plan.models}
    for cell in result.cells:
        by_model[cell.model][cell.metric] = cell
    planned = {spec.id: spec for spec in result.plan.models}
    scores = scores_by_metric(result.cells)
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
                "scores": {name: scores.get(name, {}).get(model) for name in result.plan.metrics},
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


def _problem(cell: Cell) -> str:
    """Say why a cell has no score; empty where it has one."""
    if isinstance(cell, Skipped):
        return f"does not apply: {cell.reason}"
    if isinstance(cell, Failure):
        return f"failed at {cell.stage}: {cell.message} {cell.hint}".strip()
    return ""
