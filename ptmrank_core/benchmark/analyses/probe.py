"""Linear probe and k-NN on the cached features of every model."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import piece_of
from ptmrank_core.records import ProbeResult

__all__ = ["probe_models"]


def probe_models(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.ProbeResult` for each model that has features, if requested.

    Candidates come first, then the controls among the plan's models.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    plan = context.run_context.plan
    if not plan.analyses.probe:
        return
    arguments = {"groups": context.run_context.samples.groups, "seed": plan.seed}
    pieces = {
        model: piece_of(context, "probe", model, arguments, known_by=[str(plan.seed)])
        for model in (*context.specs, *context.controls)
    }
    context.find(ProbeResult, pieces)
