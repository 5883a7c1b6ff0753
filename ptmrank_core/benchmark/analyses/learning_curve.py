"""The models on fewer samples, to see whether more labels would change the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded, score_cells
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import METRICS, prepare_inputs, score_parts
from ptmrank_core.records import PartScores, Samples, Score, ScoreParts, take_rows
from ptmrank_core.sampling import Indices, nested_orders, units_of_samples

__all__ = ["score_fewer_samples"]

FRACTIONS = (0.1, 0.2, 0.35, 0.5, 0.75)
N_DRAWS = 5
# What is cheap enough to be done unasked, and where it is not worth it: the parts would be too small, and the
# order of two models either holds or not.
CHEAP_SECONDS = 60.0
MIN_SAMPLES, MIN_MODELS = 100, 3
# Parts with fewer samples for each stratum say nothing of any metric.
MIN_PER_CLASS = 2


def score_fewer_samples(context: AnalysisContext) -> None:
    """Score every model on parts of the samples, the same for all of them.

    Metrics that iterate are left out for their cost. A :class:`~ptmrank_core.records.PartScores` is kept for
    each model.
    """
    metrics = [name for name in context.run_context.plan.metrics if METRICS[name].cost != "iterative"]
    if not _is_wanted(context, metrics):
        return
    parts = parts_of(context.run_context.samples, context.run_context.plan.seed)
    if not metrics or not parts:
        return
    for index, model in enumerate(context.specs):
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(PartScores, model):
            context.keep(PartScores, model, partial(_score_parts, context, model, metrics, parts))
        context.run_context.sink(AnalysisStep(PartScores.KIND, index + 1, len(context.specs)))


def _is_wanted(context: AnalysisContext, metrics: Sequence[str]) -> bool:
    """Whether it was asked for, or is cheap by what the scores have cost and has something to compare."""
    asked = context.run_context.plan.analyses.sample_sizes
    if asked is not None:
        return asked
    if context.run_context.samples.n_samples < MIN_SAMPLES or len(context.specs) < MIN_MODELS:
        return False
    spent = sum(
        cell.seconds for cell in context.cells if isinstance(cell, Score) and cell.metric in set(metrics)
    )
    return spent * N_DRAWS * sum(FRACTIONS) <= CHEAP_SECONDS


def parts_of(samples: Samples, seed: int) -> list[list[Indices]]:
    """Draw the parts: for each fraction that is large enough, one for each draw."""
    orders = nested_orders(units_of_samples(samples), N_DRAWS, minimum=MIN_PER_CLASS, seed=seed)
    by_fraction = [[order.of_share(fraction) for order in orders] for fraction in FRACTIONS]
    n_classes = max(1, len(samples.class_names) if samples.target_kind == "classification" else 1)
    fewest = max(MIN_PER_CLASS * n_classes, 4)
    # With few groups two fractions can be the same part of the samples.
    kept: list[list[Indices]] = []
    for parts in by_fraction:
        size = _mean_size(parts)
        if fewest <= size < samples.n_samples and (not kept or size > _mean_size(kept[-1])):
            kept.append(parts)
    return kept


def _mean_size(parts: Sequence[Indices]) -> float:
    return sum(map(len, parts)) / len(parts)


def _score_parts(
    context: AnalysisContext, model: str, metrics: Sequence[str], parts: Sequence[Sequence[Indices]]
) -> PartScores:
    """Score one model on every part."""
    arrays = context.arrays(model, metrics)
    by_fraction: list[list[dict[str, ScoreParts]]] = []
    for draws in parts:
        by_fraction.append([])
        for rows in draws:
            raise_if_cancelled(context.run_context.cancel)
            by_fraction[-1].append(_scores(model, take_rows(arrays, rows), metrics))
    return PartScores(
        sizes=tuple(_mean_size(draws) for draws in parts),
        scores={
            metric: tuple(tuple(scores.get(metric) for scores in draws) for draws in by_fraction)
            for metric in metrics
        },
    )


def _scores(model: str, arrays: Mapping[str, Any], metrics: Sequence[str]) -> dict[str, ScoreParts]:
    """Scores of one part by metric; a part that a metric refuses has none."""
    inputs = run_guarded(lambda: prepare_inputs(**arrays), what=f"{PartScores.KIND} {model}")
    if isinstance(inputs, CapturedError):
        return {}
    cells = score_cells(model, inputs, metrics)
    return {cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)}
