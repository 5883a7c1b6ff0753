"""The separability of each pair of classes under the best models."""

from __future__ import annotations

from functools import partial

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import class_distances
from ptmrank_core.records import ClassDistances, pack_array

__all__ = ["separate_classes"]

# A larger matrix would be too large to read.
MAX_CLASSES = 100


def separate_classes(context: AnalysisContext) -> None:
    """Store the :class:`~ptmrank_core.records.ClassDistances` of the best models if the labels are classes.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    run_context = context.run_context
    if not run_context.plan.analyses.projections or run_context.samples.target_kind != "classification":
        return
    models = best_models(context)
    for index, model in enumerate(models):
        raise_if_cancelled(run_context.cancel)
        if not context.is_kept(ClassDistances, model):
            context.keep(ClassDistances, model, partial(_separate, context, model))
        run_context.sink(AnalysisStep(ClassDistances.KIND, index + 1, len(models)))


def _separate(context: AnalysisContext, model: str) -> ClassDistances:
    """Measure the distance between each pair of classes under one model."""
    codes = np.asarray(context.run_context.samples.labels)  # files of features may have classes in words
    present, counts = np.unique(codes, return_counts=True)
    distances = class_distances(context.arrays(model)["embeddings"], codes)
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    return ClassDistances(pack_array(present[chosen]), pack_array(distances[np.ix_(chosen, chosen)]))
