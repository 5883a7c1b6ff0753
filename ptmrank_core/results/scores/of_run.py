"""Scores by metric and model, as the ranking takes them."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from ptmrank_core.metrics import METRICS, join_scores, score_parts
from ptmrank_core.records import Cell, RunResult, Score, ScoreParts, SeedScores

__all__ = [
    "HALF_PRECISION",
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
