"""The embeddings of a model that was ranked, to be looked at; nothing is computed for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, load_cached
from ptmrank_core.records import ModelSpec, RunPlan, Samples

__all__ = ["cached_embeddings"]


def cached_embeddings(
    plan: RunPlan, spec: ModelSpec, samples: Samples, *, sources: Sources, cache: FeatureCache
) -> NDArray[Any] | None:
    """Embeddings of a plan's samples under one of its models.

    Parameters
    ----------
    plan
        The plan of the run.
    spec
        The model, as the run resolved it.
    samples
        The samples of the run.
    sources
        Where a file of features is read from.
    cache
        Where the features of models that ran are kept.

    Returns
    -------
    ndarray or None
        Shape (n, d), in the unit that the plan asks for; ``None`` where they are no longer in the cache, or
        never were.

    Raises
    ------
    ModelError, InputError
        If a file of features is gone, cannot be read, or has changed since the run was planned.
    """
    if spec.source == "features":
        fetched = sources.fetch(spec, sink=discard_event, cancel=never_cancels)
        embeddings = sources.load_features(fetched, plan.reading, samples).arrays["embeddings"]
        return _in_unit(embeddings, plan)
    features = load_cached(samples, spec, options=plan.options, cache=cache)
    return None if features is None else _in_unit(features.embeddings, plan)


def _in_unit(embeddings: NDArray[Any], plan: RunPlan) -> NDArray[Any]:
    return np.asarray(normalise({"embeddings": embeddings}, plan.normalise)["embeddings"])
