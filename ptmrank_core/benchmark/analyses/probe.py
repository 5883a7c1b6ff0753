"""Linear probe and k-NN on the cached features of every model."""

from __future__ import annotations

from typing import Any

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.probing.probe import fit_probe

__all__ = ["KIND", "probe_models"]

KIND = "probe"


def probe_models(context: AnalysisContext) -> None:
    """Keep one finding for each model that has features, where the plan asks for it.

    The payload: ``measure`` and, under its name (``"accuracy"``, ``"r2"`` or ``"average_precision"``), what
    the probe reaches out of the folds; ``folds``, the same in each; ``knn``, the same of k nearest
    neighbours; ``predictions`` and ``losses`` of each sample out of its fold; ``classes``, the number of
    classes or ``None``; ``scale``, the root mean square of the features; ``notes``.

    Raises
    ------
    CancelledError
        If cancellation was requested; what was found stays.
    """
    if not context.run_context.plan.analyses.probe:
        return
    models = tuple(context.specs)
    for done, model in enumerate(models):
        raise_if_cancelled(context.run_context.cancel)
        context.run_context.sink(AnalysisStep(KIND, done, len(models)))
        if not context.is_kept(KIND, model):
            context.keep(KIND, model, lambda model=model: _probe(context, model))  # type: ignore[misc]
    context.run_context.sink(AnalysisStep(KIND, len(models), len(models)))


def _probe(context: AnalysisContext, model: str) -> dict[str, Any]:
    """Probe one model."""
    inputs = prepare_inputs(**context.arrays(model))
    targets = inputs.targets
    if targets is not None and targets.shape[1] == 1:
        targets = targets[:, 0]
    found = fit_probe(
        inputs.embeddings,
        labels=inputs.labels,
        targets=targets,
        groups=context.run_context.samples.groups,
        seed=context.run_context.plan.seed,
        proceed=lambda: raise_if_cancelled(context.run_context.cancel),
    )
    return {
        "measure": found.measure,
        found.measure: found.value,
        "folds": list(found.folds),
        "knn": found.knn,
        "predictions": found.predictions.tolist(),
        "losses": found.losses.tolist(),
        "classes": inputs.n_classes or None,
        "scale": float(np.sqrt(np.mean(inputs.embeddings**2))),
        "notes": list(found.notes),
    }
