"""Scores by metric and model, as the ranking takes them."""

from __future__ import annotations

from collections.abc import Iterable

from ptmrank_core.metrics import join_scores, score_parts
from ptmrank_core.records import Cell, RunResult, Score, ScoreParts

__all__ = ["layer_scores", "parts_by_metric", "scores_by_metric"]


def scores_by_metric(cells: Iterable[Cell]) -> dict[str, dict[str, float]]:
    """Collect the scores that rank the models: metric -> model -> finite value.

    Where a metric is defined over all candidates of a run (ETran), its components are joined here.
    """
    return {metric: join_scores(metric, scores) for metric, scores in parts_by_metric(cells).items()}


def parts_by_metric(cells: Iterable[Cell]) -> dict[str, dict[str, ScoreParts]]:
    """Collect scores with the components that are joined over candidates: metric -> model -> parts."""
    parts: dict[str, dict[str, ScoreParts]] = {}
    for cell in cells:
        if isinstance(cell, Score):
            parts.setdefault(cell.metric, {})[cell.model] = score_parts(cell)
    return parts


def layer_scores(result: RunResult) -> dict[str, dict[str, list[float | None]]]:
    """Collect the scores of the candidates' hidden layers: model -> metric -> one value for each layer.

    The first layer is the input's own embedding. Where a metric is defined over all candidates of a run,
    the candidates are all layers of all models.

    Returns
    -------
    dict
        Of the models whose layers were scored; ``None`` where a layer has no score.
    """
    result = result.of_candidates()
    parts: dict[str, dict[str, ScoreParts]] = {}
    for cell in result.layer_cells:
        of_metric = parts.setdefault(cell.metric, {})
        if isinstance(cell, Score):
            of_metric[f"{cell.layer} {cell.model}"] = score_parts(cell)
    values = {metric: join_scores(metric, of_metric) for metric, of_metric in parts.items()}
    return {
        model: {
            metric: [values[metric].get(f"{layer} {model}") for layer in range(outcome.n_layers)]
            for metric in result.plan.metrics
            if metric in values
        }
        for model, outcome in result.outcomes.items()
        if outcome.n_layers
    }
