"""Learning curves: scores on subsets of the samples, to see whether more labels would change the ranking."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import scores_on_rows
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import PartScores, Samples, Score
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
    rows = [own for draws in parts for own in draws]
    pieces = scores_on_rows(context, "subsets", metrics, rows)
    context.find(PartScores, pieces, partial(_part_scores, metrics, parts))


def _is_wanted(context: AnalysisContext, metrics: Sequence[str]) -> bool:
    """Whether it was requested, or is cheap by the cost of the scores and has enough to compare."""
    analyses = context.run_context.plan.analyses
    if analyses.sample_sizes is not None:
        return analyses.sample_sizes
    if context.run_context.samples.n_samples < MIN_SAMPLES or len(context.specs) < MIN_MODELS:
        return False
    spent = sum(
        cell.cost_seconds for cell in context.cells if isinstance(cell, Score) and cell.metric in set(metrics)
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


def _part_scores(
    metrics: Sequence[str], parts: Sequence[Sequence[Indices]], _model: str, results: Mapping[str, Any]
) -> PartScores:
    """Divide the scores of one model by the size of the subsets."""
    ends = list(itertools.accumulate(len(draws) for draws in parts))
    spans = list(zip([0, *ends], ends, strict=False))
    return PartScores(
        sizes=tuple(_mean_size(draws) for draws in parts),
        scores={
            metric: tuple(tuple(results[metric].scores[start:end]) for start, end in spans)
            for metric in metrics
        },
    )
