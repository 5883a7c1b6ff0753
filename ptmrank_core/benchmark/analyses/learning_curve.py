"""Learning curves: scores on subsets of the samples, to see whether more labels would change the ranking."""

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
# Without a request, the analysis is done if it takes at most so long, and not on fewer samples or models:
# the subsets would be too small, and two models have too few orders to show a trend.
CHEAP_SECONDS = 60.0
# Where a race follows, it takes no more than this share of the time that was granted for both.
SHARE_BEFORE_RACE = 0.05
MIN_SAMPLES, MIN_MODELS = 100, 3
# Subsets with fewer samples in a stratum are too small for any metric.
MIN_PER_CLASS = 2


def score_fewer_samples(context: AnalysisContext) -> None:
    """Score every model on the same subsets of the samples.

    Iterative metrics are left out because of their cost. Stores a :class:`~ptmrank_core.records.PartScores`
    for each model.
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
    """Whether it was requested, or is cheap by the cost of the scores and has enough to compare."""
    analyses = context.run_context.plan.analyses
    if analyses.sample_sizes is not None:
        return analyses.sample_sizes
    if context.run_context.samples.n_samples < MIN_SAMPLES or len(context.specs) < MIN_MODELS:
        return False
    spent = sum(
        cell.seconds for cell in context.cells if isinstance(cell, Score) and cell.metric in set(metrics)
    )
    cheap = min(CHEAP_SECONDS, SHARE_BEFORE_RACE * analyses.decide_seconds or CHEAP_SECONDS)
    return spent * N_DRAWS * sum(FRACTIONS) <= cheap


def parts_of(samples: Samples, seed: int) -> list[list[Indices]]:
    """Draw the subsets: for each fraction that is large enough, one for each draw."""
    orders = nested_orders(units_of_samples(samples), N_DRAWS, minimum=MIN_PER_CLASS, seed=seed)
    by_fraction = [[order.of_share(fraction) for order in orders] for fraction in FRACTIONS]
    n_classes = max(1, len(samples.class_names) if samples.target_kind == "classification" else 1)
    min_size = max(MIN_PER_CLASS * n_classes, 4)
    # With few groups, two fractions can give the same subset of the samples.
    distinct: list[list[Indices]] = []
    for parts in by_fraction:
        size = _mean_size(parts)
        if min_size <= size < samples.n_samples and (not distinct or size > _mean_size(distinct[-1])):
            distinct.append(parts)
    return distinct


def _mean_size(parts: Sequence[Indices]) -> float:
    return sum(map(len, parts)) / len(parts)


def _score_parts(
    context: AnalysisContext, model: str, metrics: Sequence[str], parts: Sequence[Sequence[Indices]]
) -> PartScores:
    """Score one model on every subset."""
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
    """Score one subset under each metric; a metric that refuses the subset gives no score."""
    inputs = run_guarded(lambda: prepare_inputs(**arrays), what=f"{PartScores.KIND} {model}")
    if isinstance(inputs, CapturedError):
        return {}
    cells = score_cells(model, inputs, metrics)
    return {cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)}
