"""Scores of half-samples, from which rank intervals come: the same halves for every model and metric.

A model is one step: its scores on all halves are kept together as they are known, so that a killed worker
repeats one model. When all models are there, the findings by model become one finding for each metric.
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

__all__ = ["halve", "metrics_to_halve"]

NO_HALVES = ModelHalfSamples({}, {})
# For metrics whose cost allows it, where nobody asked for a number.
AUTOMATIC = 100


def metrics_to_halve(plan: RunPlan) -> tuple[str, ...]:
    """Metrics of a plan that are scored on half-samples.

    Those that vote: the default forms, or whatever was chosen where that is variants alone. Metrics that
    iterate are among them only where a number of half-samples was asked for.
    """
    asked = plan.analyses.half_samples
    voters = voters_of(plan.metrics)
    if asked is not None:
        return tuple(voters) if asked > 0 else ()
    return tuple(name for name in voters if METRICS[name].cost != "iterative")


def halve(context: AnalysisContext) -> None:
    """Keep a :class:`~ptmrank_core.records.HalfSampleScores` for each metric with scores of two models."""
    models = _scored(context)
    if models:
        _halve_models(context, models)
    context.drop(ModelHalfSamples)


def _scored(context: AnalysisContext) -> dict[str, list[str]]:
    """Model -> metrics whose halves are not there yet, where there are two models to rank."""
    found: dict[str, list[str]] = {}
    for metric in metrics_to_halve(context.run_context.plan):
        scored = [cell.model for cell in context.cells if isinstance(cell, Score) and cell.metric == metric]
        if len(scored) > 1 and not context.is_kept(HalfSampleScores, metric):
            for model in scored:
                found.setdefault(model, []).append(metric)
    return {model: found[model] for model in context.specs if model in found}


def _halve_models(context: AnalysisContext, models: Mapping[str, Sequence[str]]) -> None:
    """Score every model on every half, then put each metric together."""
    run_context, asked = context.run_context, context.run_context.plan.analyses.half_samples
    draw = partial(
        draw_halves,
        units_of_samples(run_context.samples),
        n_halves=AUTOMATIC if asked is None else asked,
        seed=run_context.plan.seed,
    )
    metrics = list(dict.fromkeys(name for own in models.values() for name in own))
    halves = run_guarded(draw, what=HalfSampleScores.KIND)
    if isinstance(halves, CapturedError):
        for metric in metrics:
            context.keep_problem(HalfSampleScores, metric, halves)
        return
    for index, (model, own) in enumerate(models.items()):
        raise_if_cancelled(run_context.cancel)
        if not context.is_kept(ModelHalfSamples, model):
            context.keep(ModelHalfSamples, model, partial(_score_halves, context, model, own, halves))
        run_context.sink(AnalysisStep(HalfSampleScores.KIND, index + 1, len(models)))
    by_model = context.contents(ModelHalfSamples)
    problems = problems_of(context.findings(), ModelHalfSamples)
    for metric in metrics:
        scored = [model for model in models if metric in models[model]]
        notes = tuple(f"{model}: {problems[model]}" for model in scored if model in problems)
        of_metric = {model: by_model.get(model, NO_HALVES) for model in scored}
        context.keep(HalfSampleScores, metric, partial(_put_together, metric, of_metric, halves, notes=notes))


def _score_halves(
    context: AnalysisContext, model: str, metrics: Sequence[str], halves: HalfSamples
) -> ModelHalfSamples:
    """Score one model on each half, and tell how the deviations of its scores grow with the samples."""
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
    """Metric -> n/m where a score of this model is a sum over its samples."""
    if inputs.n_samples > inputs.n_features:
        return {}
    share = inputs.n_samples * len(halves.rows) / sum(len(rows) for rows in halves.rows)
    return {name: share for name in metrics if METRICS[name].adds_up}


def _put_together(
    metric: str,
    by_model: Mapping[str, ModelHalfSamples],
    halves: HalfSamples,
    *,
    notes: tuple[str, ...],
) -> HalfSampleScores:
    """Join the scores of all models under one metric, half by half."""
    joined = []
    for index in range(len(halves.rows)):
        parts = {model: _at(own.scores.get(metric, ()), index) for model, own in by_model.items()}
        joined.append(join_scores(metric, {model: own for model, own in parts.items() if own is not None}))
    return HalfSampleScores(
        scores={model: tuple(row.get(model) for row in joined) for model in by_model},
        sizes=tuple(len(rows) for rows in halves.rows),
        growth={model: own.growth[metric] for model, own in by_model.items() if metric in own.growth},
        notes=(*halves.notes, *notes),
    )


def _at(scores: Sequence[ScoreParts | None], index: int) -> ScoreParts | None:
    """Score on one half; ``None`` where a model has none."""
    return scores[index] if index < len(scores) else None
