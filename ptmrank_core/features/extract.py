"""Extracting features: from the cache, and by one pass of the model over what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted, discard_event, never_cancels
from ptmrank_core.events import raise_if_cancelled as check
from ptmrank_core.features import host_memory
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.cache.keys import feature_key, function_key
from ptmrank_core.features.cache.vector_store import VectorStore
from ptmrank_core.features.columns import COLUMNS_KEY, stack_columns
from ptmrank_core.features.function import extract_by_function
from ptmrank_core.features.precision import (
    HalfPrecisionError,
    fit_options,
    keep_failure,
    known_options,
    resolve_options,
)
from ptmrank_core.features.preparing import OF_ONE_MODEL
from ptmrank_core.features.reasons import told_as
from ptmrank_core.records import (
    EmbeddingFunction,
    ExtractionOptions,
    Features,
    ModelSpec,
    Samples,
    Stage,
)

__all__ = ["extract", "extract_cached", "known_key", "load_cached"]

NO_AUXILIARY: Mapping[str, Samples] = MappingProxyType({})


def extract(  # noqa: PLR0913 - samples, model and options besides the run's sink, token and cache
    samples: Samples,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    cache: FeatureCache,
    sink: Sink = discard_event,
    cancel: CancelToken = never_cancels,
    auxiliary: Mapping[str, Samples] = NO_AUXILIARY,
    function: EmbeddingFunction | None = None,
) -> Features:
    """Extract the features of samples under a model.

    Every finished batch is cached before the next one begins, so that a run that was stopped repeats at most
    one batch. torch and transformers are imported only if a sample is missing from the cache.

    Parameters
    ----------
    samples
        n samples of the model's modality.
    spec
        A model whose revision is known and whose files are on disk.
    options
        dtype, device, batch size, and whether hidden layers are wanted.
    cache
        Where features are stored.
    sink
        Receives an event for each stage and batch.
    cancel
        Asked after each batch.
    auxiliary
        Auxiliary sets of samples, by name, whose features are extracted in the same pass.
    function
        The function of a model whose source is ``"function"``; its features are cached only if the model
        has a revision.

    Returns
    -------
    Features
        Embeddings of shape (n, d) and, where the model has a head, logits of shape (n, z).

    Raises
    ------
    ModelError
        If the model cannot be loaded or run, or the function does not return vectors.
    SamplesError
        If a sample can no longer be decoded.
    CancelledError
        If cancellation was requested.
    """
    if spec.source == "columns":
        return stack_columns(samples, spec, sink=sink, auxiliary=auxiliary)
    if spec.source == "function":
        key = function_key(spec)
        vector_store = VectorStore(samples, auxiliary, key, cache if spec.revision else None)
        if spec.revision:
            cache.note_use(key, spec, "float32")
        sink(BatchDone(spec.id, vector_store.n_known, vector_store.n_items))
        return extract_by_function(
            vector_store, spec, function, batch_size=options.batch_size, sink=sink, cancel=cancel
        )
    options = resolve_options(options, cache.machine_facts)
    run = partial(_run, samples, spec, cache=cache, sink=sink, cancel=cancel, auxiliary=auxiliary)
    try:
        return run(options)
    except HalfPrecisionError as error:
        # Recorded first, so that the note on it is there now and whenever its features are read again.
        keep_failure(spec, options, cache.machine_facts, str(error))
    return run(options)


def _run(
    samples: Samples,
    spec: ModelSpec,
    options: ExtractionOptions,
    *,
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
    auxiliary: Mapping[str, Samples],
) -> Features:
    """Extract the features of a checkpoint in one number format.

    Raises
    ------
    HalfPrecisionError
        If the model fails in half precision.
    """
    vector_store, options = _open(samples, spec, options, cache=cache, auxiliary=auxiliary)
    cache.note_use(vector_store.key, spec, options.dtype)
    sink(BatchDone(spec.id, vector_store.n_known, vector_store.n_items))
    if vector_store.missing:
        sink(StageStarted(spec.id, Stage.LOAD))
        from ptmrank_core.features.forward_pass import ForwardPass  # noqa: PLC0415 - loads torch

        is_measured = host_memory.reset_peak()
        with told_as(f"{spec.id!r} cannot be loaded", hint=OF_ONE_MODEL):
            forward_pass = ForwardPass(vector_store, spec, options, cache=cache, sink=sink, cancel=cancel)
        check(cancel)
        sink(StageStarted(spec.id, Stage.EXTRACT))
        with told_as(f"{spec.id!r} cannot be run", hint=OF_ONE_MODEL):
            forward_pass.run()
        if is_measured and vector_store.device == "cpu":
            vector_store.peak_memory_bytes = host_memory.peak_bytes()
    return vector_store.features(spec, options.dtype)


def _open(
    samples: Samples,
    spec: ModelSpec,
    options: ExtractionOptions,
    *,
    cache: FeatureCache,
    auxiliary: Mapping[str, Samples] = NO_AUXILIARY,
) -> tuple[VectorStore, ExtractionOptions]:
    """Look up what is cached of a checkpoint's features, in the number format that it runs in."""
    fitted, note = fit_options(spec, options, cache.machine_facts)
    vector_store = VectorStore(
        samples, auxiliary, feature_key(spec, fitted), cache, with_layers=fitted.layers
    )
    vector_store.precision_note = note
    return vector_store, fitted


def extract_cached(
    samples: Samples,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    cache: FeatureCache,
    sink: Sink = discard_event,
    auxiliary: Mapping[str, Samples] = NO_AUXILIARY,
) -> Features | None:
    """Do what :func:`extract` does of a checkpoint if everything is cached, without torch.

    Returns
    -------
    Features or None
        ``None`` if the model has to run, or only torch knows the number format; no event was sent then.
    """
    known = known_options(options, cache.machine_facts)
    if known is None:
        return None
    vector_store, known = _open(samples, spec, known, cache=cache, auxiliary=auxiliary)
    if vector_store.missing:
        return None
    cache.note_use(vector_store.key, spec, known.dtype)
    sink(BatchDone(spec.id, vector_store.n_known, vector_store.n_items))
    return vector_store.features(spec, known.dtype)


def known_key(spec: ModelSpec, *, options: ExtractionOptions, cache: FeatureCache) -> str | None:
    """Return the key that the features of a model have, without reading any.

    Parameters
    ----------
    spec
        A model whose revision is known.
    options, cache
        As those of :func:`extract`.

    Returns
    -------
    str or None
        As in the report of the extraction; ``None`` where only torch knows the number format, and for a
        function without a version, whose features nothing identifies.
    """
    if spec.source == "columns":
        return COLUMNS_KEY
    if spec.source == "function":
        return function_key(spec) if spec.revision else None
    known = known_options(options, cache.machine_facts)
    if known is None or spec.revision is None:
        return None
    return feature_key(spec, fit_options(spec, known, cache.machine_facts)[0])


def load_cached(
    samples: Samples, spec: ModelSpec, *, options: ExtractionOptions, cache: FeatureCache
) -> Features | None:
    """Load features from the cache; ``None`` if one is missing. Never runs a model.

    The columns of tabular samples need no cache and are always available.
    """
    if spec.source == "columns":
        return stack_columns(samples, spec, sink=discard_event, auxiliary=NO_AUXILIARY)
    if spec.source == "function":
        vector_store = VectorStore(
            samples, NO_AUXILIARY, function_key(spec), cache if spec.revision else None
        )
        return None if vector_store.missing else vector_store.features(spec, "float32")
    options = resolve_options(options, cache.machine_facts)
    vector_store, options = _open(samples, spec, options, cache=cache)
    return None if vector_store.missing else vector_store.features(spec, options.dtype)
