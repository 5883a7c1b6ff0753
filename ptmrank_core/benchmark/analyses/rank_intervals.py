"""Scores on parts of the samples, behind rank intervals: the same parts for every model and metric.

Each model is one step: its scores on all parts are stored together, so a killed worker repeats one model at
most. Once all models are done, the findings by model are replaced by one finding for each metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import scores_of
from ptmrank_core.benchmark.work.identity import digest_of_arrays
from ptmrank_core.benchmark.work.piece import Piece
from ptmrank_core.metrics import (
    MEASURED_SIZE,
    METRICS,
    join_scores,
    score_parts,
)
from ptmrank_core.pieces import ListedScores
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.ranking import MAX_FIXED, MIN_PARTS
from ptmrank_core.records import (
    HalfSampleScores,
    ModelHalfSamples,
    Score,
    ScoreParts,
    problems_of,
)
from ptmrank_core.results.votes import voters_of
from ptmrank_core.sampling import SampleParts, draw_parts, units_of_samples

__all__ = ["combine_parts", "growth_of", "score_half_samples"]

NO_SCORES = ModelHalfSamples({}, {})
# Number of parts if the user requested none: of metrics without iterations, and of iterative ones, which are
# scored on parts where they hold so much of the vote that there are no intervals otherwise.
DEFAULT_PARTS, PARTS_OF_SLOW_METRICS = 60, 20
# Where that takes long, these have the fewest parts that there can be intervals from.
FEWEST_PARTS = MIN_PARTS
# It is done if it takes at most so many processor seconds by the metric's measured time, which does not
# depend on how busy the machine is: the same run has the same intervals everywhere.
CHEAP_SECONDS = 180.0


def score_half_samples(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.HalfSampleScores` for each metric with scores of two models."""
    n_parts = _parts_by_metric(context)
    metrics_by_model = _remaining_metrics(context, n_parts)
    if metrics_by_model:
        _score_models(context, metrics_by_model, n_parts)
    context.drop(ModelHalfSamples)


def _parts_by_metric(context: AnalysisContext) -> dict[str, int]:
    """Decide on how many parts each metric is scored: metric -> number, for those that are.

    These are the voting metrics: default forms, or the chosen variants if no default form was chosen. Unless
    a number was requested, iterative metrics are included only as far as their weight calls for it.
    """
    plan = context.run_context.plan
    n_requested = plan.analyses.half_samples
    voters = voters_of(plan.metrics)
    if n_requested is not None:
        return dict.fromkeys(voters, n_requested) if n_requested > 0 else {}
    slow = [name for name in voters if METRICS[name].cost == "iterative"]
    chosen = _weighty(context, slow) if slow else {}
    return {name: chosen.get(name, DEFAULT_PARTS) for name in voters if name not in slow or name in chosen}


def _weighty(context: AnalysisContext, slow: Sequence[str]) -> dict[str, int]:
    """Give parts to iterative metrics, the weightiest first, until the others hold too little to need any."""
    votes, samples = context.ranking().votes, context.run_context.samples
    widths = [outcome.n_features or 0 for outcome in context.outcomes.values()]
    weights = {name: votes[name].weight if name in votes else 0.0 for name in slow}
    budget = CHEAP_SECONDS
    chosen: dict[str, int] = {}
    for name in sorted(slow, key=lambda name: -weights[name]):
        if sum(weight for other, weight in weights.items() if other not in chosen) <= MAX_FIXED:
            break
        each = _seconds_of_part(name, widths, samples.n_samples)
        number = next((n for n in (PARTS_OF_SLOW_METRICS, FEWEST_PARTS) if n * each <= budget), 0)
        if number:
            chosen[name] = number
            budget -= number * each
    return chosen


def _seconds_of_part(metric: str, widths: Sequence[int], n_samples: int) -> float:
    """Estimate the processor seconds of one part under a metric, of models of these widths."""
    n_measured, n_features = MEASURED_SIZE
    share = 0.75 * n_samples / n_measured
    return METRICS[metric].measured_seconds * share * sum(widths) / n_features


def _remaining_metrics(context: AnalysisContext, n_parts: Mapping[str, int]) -> dict[str, list[str]]:
    """Find for each model the metrics not yet scored on parts, if these score two models or more."""
    remaining: dict[str, list[str]] = {}
    for metric in n_parts:
        scored = [
            cell.model
            for cell in context.cells
            if isinstance(cell, Score) and cell.metric == metric and cell.model in context.specs
        ]
        if len(scored) > 1 and not context.is_kept(HalfSampleScores, metric):
            for model in scored:
                remaining.setdefault(model, []).append(metric)
    return {model: remaining[model] for model in context.specs if model in remaining}


def _score_models(
    context: AnalysisContext, metrics_by_model: Mapping[str, Sequence[str]], n_parts: Mapping[str, int]
) -> None:
    """Score every model on every part, then combine the scores of all models under each metric."""
    run_context = context.run_context
    draw = partial(
        draw_parts,
        units_of_samples(run_context.samples),
        n_parts=max(n_parts.values()),
        seed=run_context.plan.seed,
    )
    metrics = list(dict.fromkeys(name for names in metrics_by_model.values() for name in names))
    parts = run_guarded(draw, what=HalfSampleScores.KIND)
    if isinstance(parts, CapturedError):
        for metric in metrics:
            context.keep_problem(HalfSampleScores, metric, parts)
        return
    pieces = _pieces(context, metrics_by_model, n_parts, parts)
    context.find(
        ModelHalfSamples, pieces, partial(_of_model, context, n_parts, parts), step=HalfSampleScores.KIND
    )
    by_model = context.contents(ModelHalfSamples)
    problems = problems_of(context.findings(), ModelHalfSamples)
    of_models = [own for own in context.findings() if own.kind == ModelHalfSamples.KIND]
    seconds = sum(own.seconds for own in of_models) / len(metrics)
    kept_seconds = sum(own.kept_seconds for own in of_models) / len(metrics)
    for metric in metrics:
        scored = [model for model, names in metrics_by_model.items() if metric in names]
        notes = tuple(f"{model}: {problems[model]}" for model in scored if model in problems)
        of_metric = {model: by_model.get(model, NO_SCORES) for model in scored}
        used = SampleParts(parts.rows[: n_parts[metric]], (*parts.notes, *notes))
        full = {
            cell.model: score_parts(cell)
            for cell in context.cells
            if isinstance(cell, Score) and cell.metric == metric
        }
        combine = partial(combine_parts, metric, of_metric, used, full)
        context.keep(HalfSampleScores, metric, combine, spent=seconds, kept_seconds=kept_seconds)


def _pieces(
    context: AnalysisContext,
    metrics_by_model: Mapping[str, Sequence[str]],
    n_parts: Mapping[str, int],
    parts: SampleParts,
) -> dict[str, Piece]:
    """Describe the work on each model: its scores on all parts."""
    drawn = {number: digest_of_arrays(parts.rows[:number]) for number in set(n_parts.values())}
    pieces = {}
    for model, of_model in metrics_by_model.items():
        numbers = {name: n_parts[name] for name in of_model}
        arguments = {"model": model, "metrics": numbers, "rows": parts.rows[: max(numbers.values())]}
        known_by = {name: [drawn[number]] for name, number in numbers.items()}
        pieces[model] = scores_of(context, "parts", model, arguments, known_by)
    return pieces


def _of_model(
    context: AnalysisContext,
    n_parts: Mapping[str, int],
    parts: SampleParts,
    model: str,
    results: Mapping[str, ListedScores],
) -> ModelHalfSamples:
    """Collect the scores of one model, with the factors by which their deviations are scaled."""
    shape = (context.run_context.samples.n_samples, context.outcomes[model].n_features or 0)
    return ModelHalfSamples(
        {name: found.scores for name, found in results.items()},
        growth_of(shape, {name: n_parts[name] for name in results}, parts),
    )


def growth_of(shape: tuple[int, int], metrics: Mapping[str, int], parts: SampleParts) -> dict[str, float]:
    """Return n/m (all samples / samples of a part) for each metric whose score is a sum over the samples.

    Parameters
    ----------
    shape
        Number of samples and of features.
    metrics
        Metrics that are scored on parts, with the number of these.
    parts
        The parts.
    """
    n_samples, n_features = shape
    size = sum(len(rows) for rows in parts.rows) / len(parts.rows)
    if size > n_features:
        return {}
    return {name: n_samples / size for name in metrics if METRICS[name].adds_up}


def combine_parts(
    metric: str,
    by_model: Mapping[str, ModelHalfSamples],
    parts: SampleParts,
    full: Mapping[str, ScoreParts],
) -> HalfSampleScores:
    """Combine the scores of all models under one metric, part by part.

    Where components are joined over the models they are scaled as those of all samples: scaled anew on each
    part, the best model would have the score 1 on all of them, as if it were certain.
    """
    joined = []
    for index in range(len(parts.rows)):
        scores = {model: _at(record.scores.get(metric, ()), index) for model, record in by_model.items()}
        known = {model: score for model, score in scores.items() if score is not None}
        joined.append(join_scores(metric, known, full))
    return HalfSampleScores(
        scores={model: tuple(row.get(model) for row in joined) for model in by_model},
        sizes=tuple(len(rows) for rows in parts.rows),
        growth={
            model: record.growth[metric] for model, record in by_model.items() if metric in record.growth
        },
        notes=parts.notes,
    )


def _at(scores: Sequence[ScoreParts | None], index: int) -> ScoreParts | None:
    """Return the score on one part; ``None`` if the model has none."""
    return scores[index] if index < len(scores) else None
