"""Scores on half-samples, from which rank intervals are computed: the same halves for every model and metric.

Each model is one step: its scores on all halves are stored together, so a killed worker repeats one model at
most. Once all models are done, the findings by model are replaced by one finding for each metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded, score_cells
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import METRICS, MetricInputs, join_scores, prepare_inputs, score_parts
from ptmrank_core.records import (
    HalfSampleScores,
    ModelHalfSamples,
    RunPlan,
    Score,
    ScoreParts,
    problems_of,
)
from ptmrank_core.results.votes import voters_of
from ptmrank_core.sampling import HalfSamples, draw_halves, units_of_samples

__all__ = ["half_sample_metrics", "score_half_samples"]

NO_SCORES = ModelHalfSamples({}, {})
# Number of half-samples if the user requested none, for metrics that are not iterative.
DEFAULT_HALF_SAMPLES = 100


def half_sample_metrics(plan: RunPlan) -> tuple[str, ...]:
    """Select the metrics of a plan that are scored on half-samples.

    These are the voting metrics: default forms, or the chosen variants if no default form was chosen.
    Iterative metrics are included only if a number of half-samples was requested.
    """
    n_requested = plan.analyses.half_samples
    voters = voters_of(plan.metrics)
    if n_requested is not None:
        return tuple(voters) if n_requested > 0 else ()
    return tuple(name for name in voters if METRICS[name].cost != "iterative")


def score_half_samples(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.HalfSampleScores` for each metric with scores of two models."""
    metrics_by_model = _remaining_metrics(context)
    if metrics_by_model:
        _score_models(context, metrics_by_model)
    context.drop(ModelHalfSamples)


def _remaining_metrics(context: AnalysisContext) -> dict[str, list[str]]:
    """Find for each model the metrics not yet scored on half-samples, if these score two models or more."""
    remaining: dict[str, list[str]] = {}
    for metric in half_sample_metrics(context.run_context.plan):
        scored = [
            cell.model
            for cell in context.cells
            if isinstance(cell, Score) and cell.metric == metric and cell.model in context.specs
        ]
        if len(scored) > 1 and not context.is_kept(HalfSampleScores, metric):
            for model in scored:
                remaining.setdefault(model, []).append(metric)
    return {model: remaining[model] for model in context.specs if model in remaining}


def _score_models(context: AnalysisContext, metrics_by_model: Mapping[str, Sequence[str]]) -> None:
    """Score every model on every half, then combine the scores of all models under each metric."""
    run_context, n_requested = context.run_context, context.run_context.plan.analyses.half_samples
    draw = partial(
        draw_halves,
        units_of_samples(run_context.samples),
        n_halves=DEFAULT_HALF_SAMPLES if n_requested is None else n_requested,
        seed=run_context.plan.seed,
    )
    metrics = list(dict.fromkeys(name for names in metrics_by_model.values() for name in names))
    halves = run_guarded(draw, what=HalfSampleScores.KIND)
    if isinstance(halves, CapturedError):
        for metric in metrics:
            context.keep_problem(HalfSampleScores, metric, halves)
        return
    for index, (model, of_model) in enumerate(metrics_by_model.items()):
        raise_if_cancelled(run_context.cancel)
        if not context.is_kept(ModelHalfSamples, model):
            context.keep(ModelHalfSamples, model, partial(_score_halves, context, model, of_model, halves))
        run_context.sink(AnalysisStep(HalfSampleScores.KIND, index + 1, len(metrics_by_model)))
    by_model = context.contents(ModelHalfSamples)
    problems = problems_of(context.findings(), ModelHalfSamples)
    for metric in metrics:
        scored = [model for model, names in metrics_by_model.items() if metric in names]
        notes = tuple(f"{model}: {problems[model]}" for model in scored if model in problems)
        of_metric = {model: by_model.get(model, NO_SCORES) for model in scored}
        context.keep(HalfSampleScores, metric, partial(_combine, metric, of_metric, halves, notes=notes))


def _score_halves(
    context: AnalysisContext, model: str, metrics: Sequence[str], halves: HalfSamples
) -> ModelHalfSamples:
    """Score one model on each half, and determine the factors by which its deviations are scaled."""
    inputs = prepare_inputs(**context.arrays(model, metrics))
    scores: dict[str, list[ScoreParts | None]] = {name: [] for name in metrics}
    for rows in halves.rows:
        raise_if_cancelled(context.run_context.cancel)
        for cell in score_cells(model, inputs.take(rows), metrics):
            scores[cell.metric].append(score_parts(cell) if isinstance(cell, Score) else None)
    return ModelHalfSamples(
        {name: tuple(of_metric) for name, of_metric in scores.items()}, _growth(inputs, metrics, halves)
    )


def _growth(inputs: MetricInputs, metrics: Sequence[str], halves: HalfSamples) -> dict[str, float]:
    """Return n/m (all samples / samples of a half) for each metric whose score is a sum over the samples."""
    if inputs.n_samples > inputs.n_features:
        return {}
    share = inputs.n_samples * len(halves.rows) / sum(len(rows) for rows in halves.rows)
    return {name: share for name in metrics if METRICS[name].adds_up}


def _combine(
    metric: str,
    by_model: Mapping[str, ModelHalfSamples],
    halves: HalfSamples,
    *,
    notes: tuple[str, ...],
) -> HalfSampleScores:
    """Combine the scores of all models under one metric, half by half."""
    joined = []
    for index in range(len(halves.rows)):
        scores = {model: _at(record.scores.get(metric, ()), index) for model, record in by_model.items()}
        known = {model: score for model, score in scores.items() if score is not None}
        joined.append(join_scores(metric, known))
    return HalfSampleScores(
        scores={model: tuple(row.get(model) for row in joined) for model in by_model},
        sizes=tuple(len(rows) for rows in halves.rows),
        growth={
            model: record.growth[metric] for model, record in by_model.items() if metric in record.growth
        },
        notes=(*halves.notes, *notes),
    )


def _at(scores: Sequence[ScoreParts | None], index: int) -> ScoreParts | None:
    """Return the score on one half; ``None`` if the model has none."""
    return scores[index] if index < len(scores) else None
