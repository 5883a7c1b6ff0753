"""Linear probe and k-NN on the cached features of every model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import piece_of
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.work.piece import Piece
from ptmrank_core.events import discard_event
from ptmrank_core.records import ProbeResult

__all__ = ["probe_models", "probe_scored"]


def probe_models(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.ProbeResult` for each model that has features, if requested.

    Candidates come first, then the controls among the plan's models.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    if context.run_context.plan.analyses.probe:
        context.find(ProbeResult, _pieces(context, (*context.specs, *context.controls)))


def probe_scored(run_context: RunContext, model: str) -> None:
    """Probe one model of a run that has others to score yet, as :func:`probe_models` would afterwards.

    Nothing is reported: what comes before the first ranking is the scores.

    Raises
    ------
    CancelledError
        If cancellation was requested.
    """
    if not run_context.plan.analyses.probe:
        return
    context = AnalysisContext(replace(run_context, sink=discard_event))
    models = [name for name in (*context.specs, *context.controls) if name == model]
    context.find(ProbeResult, _pieces(context, models))


def _pieces(context: AnalysisContext, models: Iterable[str]) -> dict[str, Piece]:
    plan = context.run_context.plan
    arguments = {"groups": context.run_context.samples.groups, "seed": plan.seed}
    return {
        model: piece_of(context, "probe", model, arguments, known_by=[str(plan.seed)]) for model in models
    }
