"""Scores by metric and model, as the ranking takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Cell, RunResult, Score

__all__ = ["layer_scores", "scores_by_metric"]


def scores_by_metric(cells: Iterable[Cell]) -> dict[str, dict[str, float]]:
    """Collect the scores that rank the models: metric -> model -> finite value.

    Where a metric is defined over all candidates of a run (ETran), its components are joined here.
    """
    found: dict[str, dict[str, Score]] = {}
    for cell in cells:
        if isinstance(cell, Score):
            found.setdefault(cell.metric, {})[cell.model] = cell
    return {metric: _join(metric, scores) for metric, scores in found.items()}


def _join(metric: str, scores: Mapping[str, Score]) -> dict[str, float]:
    """Values that compare candidates under a metric, by the candidates' names.

    A score of a single component (ETran's for a regression) has nothing to be joined with.
    """
    combine = METRICS[metric].combine
    if combine is None or all(len(score.components) == 1 for score in scores.values()):
        return {name: score.value for name, score in scores.items()}
    return combine({name: score.components for name, score in scores.items()})


def layer_scores(result: RunResult) -> dict[str, dict[str, list[float | None]]]:
    """Collect the scores of hidden layers: model -> metric -> one value for each layer.

    The first layer is the input's own embedding. Where a metric is defined over all candidates of a run,
    the candidates are all layers of all models.

    Returns
    -------
    dict
        Of the models whose layers were scored; ``None`` where a layer has no score.
    """
    found: dict[str, dict[str, Score]] = {}
    for cell in result.layer_cells:
        scores = found.setdefault(cell.metric, {})
        if isinstance(cell, Score):
            scores[f"{cell.layer} {cell.model}"] = cell
    values = {metric: _join(metric, scores) for metric, scores in found.items()}
    return {
        model: {
            metric: [values[metric].get(f"{layer} {model}") for layer in range(outcome.n_layers)]
            for metric in result.plan.metrics
            if metric in values
        }
        for model, outcome in result.outcomes.items()
        if outcome.n_layers
    }
