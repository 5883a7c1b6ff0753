"""Scores of half-samples, from which rank intervals come: the same halves for every model and metric.

A model is one step: its scores on all halves are kept together as they are known, so that a killed worker
repeats one model. When all models are there, the findings by model become one finding for each metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded, score_cells
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import METRICS, MetricInputs, prepare_inputs
from ptmrank_core.records import Finding, RunPlan, Score
from ptmrank_core.sampling import HalfSamples, draw_halves, units_of_samples

__all__ = ["HALVES", "halve", "metrics_to_halve"]

HALVES = "halves"
# The halves of one model until those of all models are there.
OF_MODEL = "halves of model"
GROWTH = "growth"
# For metrics whose cost allows it, where nobody asked for a number.
AUTOMATIC = 100


def metrics_to_halve(plan: RunPlan) -> tuple[str, ...]:
    """Metrics of a plan that are scored on half-samples.

    Those that vote: the default forms, or whatever was chosen where that is variants alone. Metrics that
    iterate are among them only where a number of half-samples was asked for.
    """
    asked = plan.analyses.half_samples
    voters = [name for name in plan.metrics if not METRICS[name].is_variant] or list(plan.metrics)
    if asked is not None:
        return tuple(voters) if asked > 0 else ()
    return tuple(name for name in voters if METRICS[name].cost != "iterative")


def halve(context: AnalysisContext) -> None:
    """Keep the scores of half-samples, a finding for each metric under which two models or more have one.

    The payload is ``scores`` (model -> one score for each half; ``None`` where there is none; combined over
    the models within a half where the metric combines), ``sizes`` (samples of each half), ``growth`` (model:
    factor of the deviations where the score adds up over the samples) and ``notes``.
    """
    models = _scored(context)
    if models:
        _halve_models(context, models)
    context.drop(OF_MODEL)


def _scored(context: AnalysisContext) -> dict[str, list[str]]:
    """Model -> metrics whose halves are not there yet, where there are two models to rank."""
    found: dict[str, list[str]] = {}
    for metric in metrics_to_halve(context.run_context.plan):
        scored = [cell.model for cell in context.cells if isinstance(cell, Score) and cell.metric == metric]
        if len(scored) > 1 and not context.is_kept(HALVES, metric):
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
    halves = run_guarded(draw, what=HALVES)
    if isinstance(halves, CapturedError):
        for metric in metrics:
            context.keep_problem(HALVES, metric, halves)
        return
    for index, (model, own) in enumerate(models.items()):
        raise_if_cancelled(run_context.cancel)
        if not context.is_kept(OF_MODEL, model):
            context.keep(OF_MODEL, model, partial(_score_halves, context, model, own, halves))
        run_context.sink(AnalysisStep(HALVES, index + 1, len(models)))
    parts = {found.subject: found for found in context.found(OF_MODEL)}
    for metric in metrics:
        own_models = [model for model in models if metric in models[model]]
        context.keep(HALVES, metric, partial(_put_together, metric, own_models, parts, halves))


def _score_halves(
    context: AnalysisContext, model: str, metrics: Sequence[str], halves: HalfSamples
) -> dict[str, Any]:
    """Metric -> value and components of one model on each half; ``None`` where it has no score.

    Besides, what deviations of scores that add up have to be multiplied with to be those of all samples.
    """
    inputs = prepare_inputs(**context.arrays(model, metrics))
    found: dict[str, list[dict[str, float] | None]] = {name: [] for name in metrics}
    for rows in halves.rows:
        raise_if_cancelled(context.run_context.cancel)
        for cell in score_cells(model, inputs.take(rows), metrics):
            parts = dict(cell.components) if isinstance(cell, Score) and METRICS[cell.metric].combine else {}
            found[cell.metric].append({"": cell.value, **parts} if isinstance(cell, Score) else None)
    return found | {GROWTH: _growth(inputs, metrics, halves)}


def _growth(inputs: MetricInputs, metrics: Sequence[str], halves: HalfSamples) -> dict[str, float]:
    """Metric -> n/m where a score of this model is a sum over its samples."""
    if inputs.n_samples > inputs.n_features:
        return {}
    share = inputs.n_samples * len(halves.rows) / sum(len(rows) for rows in halves.rows)
    return {name: share for name in metrics if METRICS[name].adds_up}


def _put_together(
    metric: str, models: Sequence[str], parts: Mapping[str, Finding], halves: HalfSamples
) -> dict[str, Any]:
    """Build the payload of one metric from what is known of each model."""
    none = [None] * len(halves.rows)
    of_model = {model: parts[model].payload.get(metric, none) for model in models}
    by_half = zip(*of_model.values(), strict=True)
    joined = [_join(metric, dict(zip(models, row, strict=True))) for row in by_half]
    notes = [f"{model}: {parts[model].problem}" for model in models if parts[model].problem]
    growth = {model: of for model in models if (of := parts[model].payload.get(GROWTH, {}).get(metric))}
    return {
        "scores": {model: [row.get(model) for row in joined] for model in models},
        "sizes": [len(rows) for rows in halves.rows],
        "growth": growth,
        "notes": [*halves.notes, *notes],
    }


def _join(metric: str, outputs: Mapping[str, Mapping[str, float] | None]) -> dict[str, float]:
    """Scores of the models on one half, combined over them where the metric says so."""
    there = {model: dict(parts) for model, parts in outputs.items() if parts is not None}
    values = {model: parts.pop("") for model, parts in there.items()}
    combine = METRICS[metric].combine
    # A score of a single component (ETran's for a regression) has nothing to be joined with.
    if combine is None or all(len(parts) == 1 for parts in there.values()):
        return values
    return combine(there)
