"""Scores by metric and model, as the ranking takes them."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from ptmrank_core.metrics import METRICS, join_scores, score_parts
from ptmrank_core.records import Cell, RunResult, Score, ScoreParts, SeedScores

__all__ = [
    "best_layers",
    "layer_scores",
    "mean_over_layers",
    "parts_by_metric",
    "scores_by_metric",
    "seed_notes",
    "voting_scores",
]

HALF_PRECISION = frozenset({"bfloat16", "float16"})


def scores_by_metric(cells: Iterable[Cell]) -> dict[str, dict[str, float]]:
    """Collect the scores that rank the models: metric -> model -> finite value.

    Where a metric is defined over all candidates of a run (ETran), its components are joined here.
    """
    return {metric: join_scores(metric, scores) for metric, scores in parts_by_metric(cells).items()}


def voting_scores(result: RunResult) -> dict[str, dict[str, float]]:
    """Collect the scores that the vote rests on: metric -> model -> finite value.

    Those of :func:`scores_by_metric`, which are shown; but where a model was scored under several seeds,
    their mean: the score of a single one is partly luck.
    """
    scores = scores_by_metric(result.cells)
    for model, of_model in result.contents(SeedScores).items():
        for metric, values in of_model.scores.items():
            if values and model in scores.get(metric, {}):
                scores[metric][model] = fmean(values)
    return scores


def seed_notes(result: RunResult) -> tuple[str, ...]:
    """Say of each metric that votes with a mean over seeds how much these differ, and what else moves it."""
    by_model = result.contents(SeedScores)
    spreads: dict[str, float] = {}
    n_seeds: dict[str, int] = {}
    for of_model in by_model.values():
        for metric, values in of_model.scores.items():
            spreads[metric] = max(spreads.get(metric, 0.0), max(values) - min(values))
            n_seeds[metric] = max(n_seeds.get(metric, 0), len(values))
    features, precision = _say_precision(result)
    return tuple(
        f"{METRICS[metric].title} votes with its mean over {n_seeds[metric]} seeds, which differ by up to"
        f" {spread:.2g} for one model; the score that is shown is that of its own seed{features}."
        f"{precision}"
        for metric, spread in spreads.items()
    )


def _say_precision(result: RunResult) -> tuple[str, str]:
    """Say on which features of half precision a score is that is shown, and what such features move."""
    by_model = result.contents(SeedScores)
    shown = {result.outcomes[model].report.dtype for model in by_model if model in result.outcomes}
    voting = {own.dtype for own in by_model.values()}
    coarse = " and ".join(sorted(voting & HALF_PRECISION))
    if coarse:
        return "", (
            f" Features in {coarse} move it about as much, and with the size of the batches; those in"
            " float32 do not, but one more pass for them was too slow or not possible here."
        )
    finer = " and ".join(sorted(shown & HALF_PRECISION))
    return (f", on features in {finer}", " The mean rests on features in float32.") if finer else ("", "")


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


def mean_over_layers(result: RunResult) -> dict[str, dict[str, float]]:
    """Average the scores of all layers of a model: metric -> model -> mean.

    A model is more than its last layer: on text, averaging *representations* over the layers before they are
    scored follows fine-tuning far more closely than the last layer does (Garbas, Ploner, Akbik, Findings of
    ACL 2024, doi:10.18653/v1/2024.findings-acl.757). Here the *scores* are averaged, which needs nothing but
    what a run keeps. A model without a score of one of its layers has no mean.
    """
    return {
        metric: {model: fmean(values.values()) for model, values in by_model.items()}
        for metric, by_model in _complete_layers(result).items()
    }


def best_layers(result: RunResult) -> dict[str, dict[str, tuple[int, float]]]:
    """Find the best layer of a model: metric -> model -> number of the layer and its score.

    The input's own embedding is layer 0. A model without a score of one of its layers has none.
    """
    return {
        metric: {
            model: (max if METRICS[metric].higher_is_better else min)(
                values.items(), key=lambda entry: entry[1]
            )
            for model, values in by_model.items()
        }
        for metric, by_model in _complete_layers(result).items()
    }


def _complete_layers(result: RunResult) -> dict[str, dict[str, dict[int, float]]]:
    """Collect the scores of models all of whose layers have one: metric -> model -> layer -> score."""
    complete: dict[str, dict[str, dict[int, float]]] = {}
    for model, by_metric in layer_scores(result).items():
        for metric, values in by_metric.items():
            known = {layer: value for layer, value in enumerate(values) if value is not None}
            if values and len(known) == len(values):
                complete.setdefault(metric, {})[model] = known
    return complete
