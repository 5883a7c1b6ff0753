"""The separability of each pair of classes under the best models."""

from __future__ import annotations

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import piece_of
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.records import ClassDistances

__all__ = ["separate_classes"]


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
    codes = np.asarray(run_context.samples.labels)  # files of features may have classes in words
    pieces = {
        model: piece_of(context, "separability", model, {"codes": codes}) for model in best_models(context)
    }
    context.drop_others(ClassDistances, pieces)
    context.find(ClassDistances, pieces)
