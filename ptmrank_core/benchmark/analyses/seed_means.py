"""Scores of stochastic metrics under further seeds: their mean votes, so that no lucky start decides a place.

Features in half precision move these scores about as much as the seed does, and they depend on the size of
the batches. So where models computed in half precision, their features are extracted once more in float32 if
that is cheap beside the run; where it is not, the format is recorded and told. (On the small models of a demo
the means in bfloat16 and float32 differed by 0.001 to 0.04, single seeds by up to 0.08.)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.full_precision import FULL, FullPrecision
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.records import Score, SeedScores
from ptmrank_core.results.votes import voters_of

__all__ = ["FURTHER_SEEDS", "score_seeds"]

# Beside the metric's own seed, which the run's cells have been scored with.
FURTHER_SEEDS = (1, 2, 3, 4)


def score_seeds(context: AnalysisContext) -> None:
    """Store :class:`~ptmrank_core.records.SeedScores` of each candidate that a stochastic voter has scored.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    run_context = context.run_context
    voters = [name for name in voters_of(run_context.plan.metrics) if METRICS[name].stochastic]
    scores = {(cell.model, cell.metric): cell.value for cell in context.cells if isinstance(cell, Score)}
    own_scores = {
        spec.id: {name: scores[spec.id, name] for name in voters if (spec.id, name) in scores}
        for spec in run_context.plan.candidates
        if spec.id in context.specs
    }
    models = [model for model, of_model in own_scores.items() if of_model]
    remaining = [model for model in models if not context.is_kept(SeedScores, model)]
    full_precision = FullPrecision(context, remaining)
    for index, model in enumerate(models):
        raise_if_cancelled(run_context.cancel)
        if model in remaining:
            find = partial(_score_model, context, full_precision, model, own_scores[model])
            context.keep(SeedScores, model, find)
        run_context.sink(AnalysisStep(SeedScores.KIND, index + 1, len(models)))


def _score_model(
    context: AnalysisContext, full_precision: FullPrecision, model: str, own_scores: Mapping[str, float]
) -> SeedScores:
    """Score one model under every further seed; under its own too where the features are other ones."""
    arrays = full_precision.arrays(model)
    inputs = prepare_inputs(**(arrays or context.arrays(model, tuple(own_scores))))
    firsts = own_scores if arrays is None else {name: compute(name, inputs).value for name in own_scores}
    scores = {name: [first] for name, first in firsts.items()}
    for name, of_metric in scores.items():
        for seed in FURTHER_SEEDS:
            raise_if_cancelled(context.run_context.cancel)
            of_metric.append(compute(name, inputs, seed=seed).value)
    dtype = context.outcomes[model].report.dtype if arrays is None else FULL
    return SeedScores({name: tuple(of_metric) for name, of_metric in scores.items()}, dtype)
