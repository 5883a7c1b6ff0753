"""What a metric reads of a ranked model, without running any model: for its picture."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark.execution.cached_embeddings import cached_embeddings
from ptmrank_core.benchmark.execution.extraction import source_place
from ptmrank_core.benchmark.execution.metric_arrays import AuxiliarySets, metric_arrays
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.normalisation import normalise
from ptmrank_core.benchmark.plan import (
    LABEL_ENCODER_REVISION,
    needs_reference,
    needs_source_samples,
    reads_class_names,
)
from ptmrank_core.benchmark.store.shipped import is_shipped
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, extract_cached, load_cached
from ptmrank_core.records import AS_RECOGNISED, FloatArray, ModelSpec, RunResult, Samples

__all__ = ["cached_arrays"]


def cached_arrays(
    result: RunResult, model: str, samples: Samples, metric: str, *, sources: Sources, cache: FeatureCache
) -> Mapping[str, Any] | None:
    """Collect what a metric reads of a run's model, as far as it is kept.

    Parameters
    ----------
    result
        The run.
    model
        Id of one of its models that has features.
    samples
        The samples of the run.
    metric
        Name of the metric: sets of samples that it does not read are left out.
    sources
        Where files of features and auxiliary samples are read from.
    cache
        Cache of the features of models that ran.

    Returns
    -------
    mapping or None
        Keyword arguments of ``prepare_inputs``, normalised as the plan specifies; ``None`` if the features
        themselves are not, or no longer, kept. The run that comes with the product keeps no more than those.

    Raises
    ------
    ModelError, InputError
        If a file of features is missing, cannot be read, or has changed since the run was planned.
    """
    plan, spec = result.plan, result.outcomes[model].spec
    if spec.source == "features":
        fetched = sources.fetch(spec, sink=discard_event, cancel=never_cancels)
        return normalise(sources.load_features(fetched, plan.reading, samples).arrays, plan.normalise)
    if is_shipped(plan.run_id):
        embeddings = cached_embeddings(plan, spec, samples, sources=sources, cache=cache)
        name = "labels" if samples.target_kind == "classification" else "targets"
        return None if embeddings is None else {"embeddings": embeddings, name: samples.labels}
    auxiliary = _auxiliary(result, spec, samples, metric, sources=sources, cache=cache)
    features = None
    if sets := auxiliary.samples():
        features = extract_cached(samples, spec, options=plan.options, cache=cache, auxiliary=sets)
    if features is None:
        auxiliary = AuxiliarySets(label_embeddings=auxiliary.label_embeddings)
        features = load_cached(samples, spec, options=plan.options, cache=cache)
    if features is None:
        return None
    return normalise(metric_arrays(features, samples.target_kind, auxiliary), plan.normalise)


def _auxiliary(
    result: RunResult,
    spec: ModelSpec,
    samples: Samples,
    metric: str,
    *,
    sources: Sources,
    cache: FeatureCache,
) -> AuxiliarySets:
    """Load the sets of samples that the metric reads besides the run's own; those that fail are left out."""
    plan, asked = result.plan, (metric,)
    reference = source = None
    with suppress(PTMRankError):
        if plan.reference_source is not None and needs_reference(asked):
            reference = sources.load_reference(plan.reference_source, samples.modality)
    with suppress(PTMRankError):
        place = source_place(plan, spec)
        if place is not None and needs_source_samples(asked):
            source = sources.load_samples(place, AS_RECOGNISED)
    return AuxiliarySets(reference, source, _class_names(result, samples, metric, sources, cache))


def _class_names(
    result: RunResult, samples: Samples, metric: str, sources: Sources, cache: FeatureCache
) -> FloatArray | None:
    """Read the embeddings of the class names under the run's text model, if the metric reads them."""
    spec, revision = result.plan.label_encoder, result.environment.get(LABEL_ENCODER_REVISION)
    if spec is None or not reads_class_names((metric,)):
        return None
    names = sources.name_samples(samples.class_names)
    options = replace(result.plan.options, layers=False)
    found = load_cached(
        names, replace(spec, revision=revision or spec.revision), options=options, cache=cache
    )
    return None if found is None else found.embeddings[None]
