"""The nearest neighbours of every sample under each model."""

from __future__ import annotations

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.projection.nearest import nearest_of_all
from ptmrank_core.records import Neighbourhoods, pack_array

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
    models = (*context.specs, *context.controls)
    for done, model in enumerate(models):
        raise_if_cancelled(run_context.cancel)
        run_context.sink(AnalysisStep(Neighbourhoods.KIND, done, len(models)))
        if not context.is_kept(Neighbourhoods, model):
            context.keep(Neighbourhoods, model, lambda model=model: _find(context, model))  # type: ignore[misc]
    run_context.sink(AnalysisStep(Neighbourhoods.KIND, len(models), len(models)))


def _find(context: AnalysisContext, model: str) -> Neighbourhoods:
    rows, distances = nearest_of_all(
        np.asarray(context.arrays(model)["embeddings"]),
        N_NEAR,
        proceed=lambda: raise_if_cancelled(context.run_context.cancel),
    )
    return Neighbourhoods(pack_array(rows), pack_array(distances))
