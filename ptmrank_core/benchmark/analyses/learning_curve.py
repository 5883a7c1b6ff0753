"""The models on fewer samples, to see whether more labels would change the order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded, score_cells
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import METRICS, prepare_inputs
from ptmrank_core.records import Samples, Score, take_rows
from ptmrank_core.sampling import Indices, nested_orders, units_of_samples

__all__ = ["KIND", "score_fewer_samples"]

KIND = "sample-size"
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

    Metrics that iterate are left out for their cost. The finding is kept for each model; its payload:

    ``sizes``
        Mean number of samples of each fraction, ascending.
    ``scores``
        Metric -> one list for each fraction, with one value for each draw: a number, the components (name ->
        number) where the metric is defined over all candidates, ``None`` where there is no score.
    """
    metrics = [name for name in context.run_context.plan.metrics if METRICS[name].cost != "iterative"]
    if not _is_wanted(context, metrics):
        return
    parts = parts_of(context.run_context.samples, context.run_context.plan.seed)
    if not metrics or not parts:
        return
    for index, model in enumerate(context.specs):
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(KIND, model):
            context.keep(KIND, model, partial(_score_parts, context, model, metrics, parts))
        context.run_context.sink(AnalysisStep(KIND, index + 1, len(context.specs)))


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
) -> dict[str, Any]:
    """Score one model on every part."""
    arrays = context.arrays(model, metrics)
    found: dict[str, list[list[Any]]] = {metric: [] for metric in metrics}
    for draws in parts:
        values: dict[str, list[Any]] = {metric: [] for metric in metrics}
        for rows in draws:
            raise_if_cancelled(context.run_context.cancel)
            scores = dict(_scores(model, take_rows(arrays, rows), metrics))
            for metric in metrics:
                values[metric].append(scores.get(metric))
        for metric in metrics:
            found[metric].append(values[metric])
    return {"sizes": [_mean_size(draws) for draws in parts], "scores": found}


def _scores(model: str, arrays: Mapping[str, Any], metrics: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Scores of one part; a part that a metric refuses has none."""
    inputs = run_guarded(lambda: prepare_inputs(**arrays), what=f"{KIND} {model}")
    if isinstance(inputs, CapturedError):
        return
    for cell in score_cells(model, inputs, metrics):
        if isinstance(cell, Score):
            yield cell.metric, dict(cell.components) if METRICS[cell.metric].combine else cell.value
