"""Which pairs of classes the best models tell apart."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ptmrank_core.benchmark.analyses.context import Analyst
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.metrics import class_distances
from ptmrank_core.records import pack_array

__all__ = ["KIND", "separate_classes"]

KIND = "separability"
# A matrix of more is not looked at.
MOST_CLASSES = 100


def separate_classes(analyst: Analyst) -> None:
    """Keep one finding for each of the best models where the samples are of classes.

    The payload: ``classes``, the codes of the hundred most frequent classes, ascending; ``distances``,
    their Bhattacharyya distances as :func:`~ptmrank_core.metrics.class_distances` has them; both packed.

    Raises
    ------
    CancelledError
        If the token was pulled; what was found stays.
    """
    tools = analyst.tools
    if not tools.plan.analyses.projections or tools.samples.target_kind != "classification":
        return
    models = best_models(analyst)
    for index, model in enumerate(models):
        raise_if_cancelled(tools.cancel)
        if not analyst.is_kept(KIND, model):
            analyst.keep(KIND, model, partial(_separate, analyst, model))
        tools.sink(AnalysisStep(KIND, index + 1, len(models)))


def _separate(analyst: Analyst, model: str) -> dict[str, Any]:
    """Measure the pairs under one model."""
    arrays = analyst.arrays(model)
    present, counts = np.unique(arrays["labels"], return_counts=True)
    distances = class_distances(arrays["embeddings"], arrays["labels"])
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
    return {
        "classes": pack_array(present[chosen]),
        "distances": pack_array(distances[np.ix_(chosen, chosen)]),
    }
