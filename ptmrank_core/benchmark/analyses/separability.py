"""Which pairs of classes the best models tell apart."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import class_distances
from ptmrank_core.records import pack_array

__all__ = ["KIND", "separate_classes"]

KIND = "separability"
# A matrix of more is not looked at.
MAX_CLASSES = 100


def separate_classes(context: AnalysisContext) -> None:
    """Keep one finding for each of the best models where the samples are of classes.

    The payload: ``classes``, the codes of the hundred most frequent classes, ascending; ``distances``,
    their Bhattacharyya distances as :func:`~ptmrank_core.metrics.class_distances` has them; both packed.

    Raises
    ------
    CancelledError
        If cancellation was requested; what was found stays.
    """
    run_context = context.run_context
    if not run_context.plan.analyses.projections or run_context.samples.target_kind != "classification":
        return
    models = best_models(context)
    for index, model in enumerate(models):
        raise_if_cancelled(run_context.cancel)
        if not context.is_kept(KIND, model):
            context.keep(KIND, model, partial(_separate, context, model))
        run_context.sink(AnalysisStep(KIND, index + 1, len(models)))


def _separate(context: AnalysisContext, model: str) -> dict[str, Any]:
    """Measure the pairs under one model."""
    arrays = context.arrays(model)
    present, counts = np.unique(arrays["labels"], return_counts=True)
    distances = class_distances(arrays["embeddings"], arrays["labels"])
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    return {
        "classes": pack_array(present[chosen]),
        "distances": pack_array(distances[np.ix_(chosen, chosen)]),
    }
