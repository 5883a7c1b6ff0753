"""The nearest neighbours of every sample under each model."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import piece_of
from ptmrank_core.records import Neighbourhoods

__all__ = ["find_neighbours"]

N_NEAR = 10
# All distances are computed: with more samples it would take longer than the probes.
MAX_SAMPLES = 20_000


def find_neighbours(context: AnalysisContext) -> None:
    """Store the :class:`~ptmrank_core.records.Neighbourhoods` of each model that is probed.

    Candidates come first, then the controls among the plan's models. With more than 20,000 samples there are
    none.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    run_context = context.run_context
    if not run_context.plan.analyses.probe or run_context.samples.n_samples > MAX_SAMPLES:
        return
    pieces = {
        model: piece_of(context, "neighbours", model, {"n_near": N_NEAR}, known_by=[str(N_NEAR)])
        for model in (*context.specs, *context.controls)
    }
    context.find(Neighbourhoods, pieces)
