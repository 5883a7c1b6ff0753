"""The embeddings of a ranked model for display, without computing any."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.benchmark.store.shipped import is_shipped, shipped_embeddings
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, load_cached
from ptmrank_core.records import ModelSpec, RunPlan, Samples

__all__ = ["cached_embeddings"]


def cached_embeddings(
    plan: RunPlan, spec: ModelSpec, samples: Samples, *, sources: Sources, cache: FeatureCache
) -> NDArray[Any] | None:
    """Read the embeddings of a plan's samples under one of its models.

    Parameters
    ----------
    plan
        The plan of the run; the one that comes with the product brings its embeddings along.
    spec
        The model, as the run resolved it.
    samples
        The samples of the run.
    sources
        Where files of features are read from.
    cache
        Cache of the features of models that ran.

    Returns
    -------
    ndarray or None
        Shape (n, d), normalised as the plan specifies; ``None`` if they are not, or no longer, in the cache.

    Raises
    ------
    ModelError, InputError
        If a file of features is missing, cannot be read, or has changed since the run was planned.
    """
    if spec.source == "features":
        fetched = sources.fetch(spec, sink=discard_event, cancel=never_cancels)
        embeddings = sources.load_features(fetched, plan.reading, samples).arrays["embeddings"]
        return _normalised(embeddings, plan)
    if is_shipped(plan.run_id):
        shipped = shipped_embeddings(spec.id)
        return None if shipped is None else _normalised(shipped, plan)
    features = load_cached(samples, spec, options=plan.options, cache=cache)
    return None if features is None else _normalised(features.embeddings, plan)


def _normalised(embeddings: NDArray[Any], plan: RunPlan) -> NDArray[Any]:
    return np.asarray(normalise({"embeddings": embeddings}, plan.normalise)["embeddings"])
