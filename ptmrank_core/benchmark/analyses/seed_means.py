"""Scores of stochastic metrics under further seeds: their mean votes, so that no lucky start decides a place.

Features in half precision move these scores about as much as the seed does, and they depend on the size of
the batches. So where models computed in half precision, their features are extracted once more in float32 if
that is cheap beside the run; where it is not, the format is recorded and told. (On the small models of a demo
the means in bfloat16 and float32 differed by 0.001 to 0.04, single seeds by up to 0.08.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.full_precision import FULL, FullPrecision
from ptmrank_core.benchmark.analyses.pieces import names_of, scores_of
from ptmrank_core.benchmark.work.answering import is_kept
from ptmrank_core.benchmark.work.piece import Piece
from ptmrank_core.metrics import METRICS
from ptmrank_core.pieces import SeedValues
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
    in_full = {
        model: piece
        for model in remaining
        if (piece := _piece_in_full(context, full_precision, model, tuple(own_scores[model])))
    }
    pieces = {
        model: in_full.get(model) or _piece(context, model, tuple(own_scores[model])) for model in models
    }

    def make(model: str, results: Mapping[str, SeedValues]) -> SeedScores:
        firsts = {} if model in in_full else {name: (own_scores[model][name],) for name in results}
        scores = {name: (*firsts.get(name, ()), *found.values) for name, found in results.items()}
        return SeedScores(scores, FULL if model in in_full else context.outcomes[model].report.dtype)

    context.find(SeedScores, pieces, make)


def _piece(context: AnalysisContext, model: str, metrics: Sequence[str]) -> Piece:
    """Describe the work on one model, whose scores under the metrics' own seeds are known."""
    arguments = {"metrics": metrics, "seeds": FURTHER_SEEDS}
    return scores_of(context, "seeds", model, arguments, dict.fromkeys(metrics, (repr(FURTHER_SEEDS),)))


def _piece_in_full(
    context: AnalysisContext, full_precision: FullPrecision, model: str, metrics: Sequence[str]
) -> Piece | None:
    """Describe the same on features in float32, the metrics' own seeds included; ``None`` without those."""
    if not full_precision.is_wanted(model):
        return None
    seeds = (None, *FURTHER_SEEDS)
    known_by = dict.fromkeys(metrics, (repr(seeds),))
    names = names_of(context, full_precision.identity(model), "seeds", model, known_by)
    read = partial(full_precision.arrays_of, model)
    arguments = {"metrics": metrics, "seeds": seeds}
    piece = Piece("seeds", f"seeds {model}", read, arguments, names, wanted="metrics")
    is_at_hand = is_kept(context.run_context, piece) or full_precision.arrays(model) is not None
    return piece if is_at_hand else None
