"""A function of the user's as a model: decoded samples in, an array of vectors out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted
from ptmrank_core.events import raise_if_cancelled as check
from ptmrank_core.features.cache.vector_store import VectorStore
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.records import EmbeddingFunction, Features, FloatArray, ModelSpec, Stage, Waveform
from ptmrank_core.records.names import reason_of

__all__ = ["extract_by_function"]

BATCH_SIZE = 32
EXPECTED = "Expected a function that takes a list of b samples and returns an array of shape (b, d)."


def extract_by_function(
    vector_store: VectorStore,
    spec: ModelSpec,
    function: EmbeddingFunction | None,
    *,
    batch_size: int | None,
    sink: Sink,
    cancel: CancelToken,
) -> Features:
    """Call a function on the samples that are missing, a batch at a time, in their order.

    Parameters
    ----------
    vector_store
        Knows which samples are missing and collects their vectors.
    spec
        The model that stands for the function.
    function
        Takes a list of b decoded samples, a recording as the pair ``(samples, rate)``; returns b vectors of
        one width as an array or a tensor. ``None`` if it is not known in this process.
    batch_size
        Samples of one call; ``None`` for 32.
    sink, cancel
        Receives an event after each batch; asked after each.

    Raises
    ------
    UnsupportedModelError
        If there is no function, or it does not return finite vectors of one width, one for each sample.
    """
    missing = vector_store.missing
    if missing and function is None:
        raise UnsupportedModelError(
            f"The function of {spec.id!r} is not known in this process.",
            hint="A function runs where it was written: do the run with run_here and Sources.functions.",
        )
    size = batch_size or BATCH_SIZE
    if missing:
        sink(StageStarted(spec.id, Stage.EXTRACT))
    for start in range(0, len(missing), size):
        indices = missing[start : start + size]
        begun = time.perf_counter()
        batch = _decode(vector_store, indices)
        decoded = time.perf_counter()
        returned = function(batch) if function else None
        rows = _check_rows(returned, spec.id, n_samples=len(batch), width=vector_store.width)
        vector_store.seconds["preprocess"] += decoded - begun
        vector_store.seconds["forward"] += time.perf_counter() - decoded
        vector_store.add(indices, [SampleVectors(row, None) for row in rows])
        sink(BatchDone(spec.id, vector_store.n_known, vector_store.n_items, vector_store.n_run))
        check(cancel)
    return vector_store.features(spec, "float32")


def _decode(vector_store: VectorStore, indices: Sequence[int]) -> list[Any]:
    """Decode samples; a recording becomes a plain pair of samples and rate."""
    items = [vector_store.items[i] for i in indices]
    decoded = decode_items(items, [vector_store.names[i] for i in indices])
    return [(one.samples, one.rate) if isinstance(one, Waveform) else one for one in decoded]


def _check_rows(returned: Any, name: str, *, n_samples: int, width: int | None) -> FloatArray:
    """Return what a function returned as float32 vectors of shape (n_samples, width)."""
    if hasattr(returned, "detach"):  # a tensor of torch, on any device, with or without a gradient
        returned = returned.detach().cpu().float().numpy()
    try:
        array = np.asarray(returned)
    except ValueError as error:
        raise UnsupportedModelError(
            f"The function of {name!r} returned no array: {reason_of(error)}.", hint=EXPECTED
        ) from error
    if array.dtype.kind not in "biuf":
        given = f"{type(returned).__name__} of {array.dtype}"
        raise UnsupportedModelError(
            f"The function of {name!r} returned {given}; expected real numbers.", hint=EXPECTED
        )
    if array.ndim != 2 or len(array) != n_samples or not array.shape[1]:
        raise UnsupportedModelError(
            f"The function of {name!r} returned an array of shape {array.shape} for {n_samples} samples.",
            hint=EXPECTED,
        )
    if width not in {None, array.shape[1]}:
        raise UnsupportedModelError(
            f"The function of {name!r} returned vectors of width {array.shape[1]}; those before were of "
            f"width {width}.",
            hint="All vectors of a model have one width; give a function that was changed another version.",
        )
    with np.errstate(over="ignore"):
        rows = array.astype(np.float32)
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if broken.size:
        raise UnsupportedModelError(
            f"The function of {name!r} returned NaN, infinity or more than float32 holds for {broken.size} "
            f"of {n_samples} samples.",
            hint="Only finite vectors can be ranked.",
        )
    return rows
