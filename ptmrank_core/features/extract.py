"""Features of samples under a model: from the cache where they are there, from one pass where not."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted, ignore, never
from ptmrank_core.events import raise_if_cancelled as check
from ptmrank_core.features.batching import run_in_batches
from ptmrank_core.features.cache import FeatureCache, SampleVectors
from ptmrank_core.features.keys import feature_key
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples, Stage

__all__ = ["extract", "load_cached"]


class _Extraction:
    """One extraction under way: what is known of each sample, and where the time went."""

    def __init__(self, samples: Samples, known: list[SampleVectors | None]) -> None:
        self.samples = samples
        self.vectors = known
        self.missing = [i for i, vectors in enumerate(known) if vectors is None]
        self.n_known = len(known) - len(self.missing)
        self.seconds = {"load": 0.0, "preprocess": 0.0, "forward": 0.0}
        self.device: str | None = None
        self.peak_memory_bytes: int | None = None

    def features(self, key: str, dtype: str) -> Features:
        """Put the vectors together."""
        vectors = [v for v in self.vectors if v is not None]
        logits = [v.source_logits for v in vectors if v.source_logits is not None]
        return Features(
            embeddings=np.stack([v.embedding for v in vectors]),
            source_logits=np.stack(logits) if len(logits) == len(vectors) else None,
            labels=self.samples.labels,
            key=key,
            seconds=self.seconds,
            cache_hits=len(vectors) - len(self.missing),
            cache_misses=len(self.missing),
            device=self.device,
            dtype=dtype,
            peak_memory_bytes=self.peak_memory_bytes,
        )


def extract(
    samples: Samples,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    cache: FeatureCache,
    sink: Sink = ignore,
    cancel: CancelToken = never,
) -> Features:
    """Extract the features of samples under a model.

    Every finished batch is in the cache before the next begins, so a run that is stopped repeats at most
    one batch. torch and transformers are imported only if a sample is missing from the cache.

    Parameters
    ----------
    samples
        n samples of the model's modality.
    spec
        A model whose revision is known and whose files are on disk.
    options
        dtype, device and batch size.
    cache
        Where features are kept.
    sink
        Hears of stages and batches.
    cancel
        Asked after each batch.

    Returns
    -------
    Features
        Embeddings of shape (n, d) and, where the model has a head, logits of shape (n, z).

    Raises
    ------
    ModelError
        If the model cannot be loaded or run.
    CancelledError
        If the token was pulled.
    """
    key = feature_key(spec, options)
    work = _Extraction(samples, cache.get_many(key, samples.digests))
    sink(BatchDone(spec.id, work.n_known, samples.n_samples))
    if work.missing:
        _run_model(work, spec, options=options, key=key, cache=cache, sink=sink, cancel=cancel)
    return work.features(key, options.dtype)


def load_cached(
    samples: Samples, spec: ModelSpec, *, options: ExtractionOptions, cache: FeatureCache
) -> Features | None:
    """Features that are all in the cache; ``None`` where one is missing. Never runs a model."""
    key = feature_key(spec, options)
    work = _Extraction(samples, cache.get_many(key, samples.digests))
    return None if work.missing else work.features(key, options.dtype)


def _run_model(
    work: _Extraction,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    key: str,
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
) -> None:
    """Run the model on the samples that are missing."""
    sink(StageStarted(spec.id, Stage.LOAD))
    from ptmrank_core.features.encoders import load_encoder  # noqa: PLC0415 - loads torch

    with _Clock(work.seconds, "load"):
        encoder = load_encoder(spec, options)
    check(cancel)
    sink(StageStarted(spec.id, Stage.EXTRACT))
    total = work.samples.n_samples

    def run(indices: Sequence[int]) -> None:
        with _Clock(work.seconds, "preprocess"):
            batch = encoder.preprocess([work.samples.items[i].decode() for i in indices])
        with _Clock(work.seconds, "forward"):
            vectors = encoder.forward(batch)
        cache.put_many(key, zip([work.samples.digests[i] for i in indices], vectors, strict=True))
        for index, vector in zip(indices, vectors, strict=True):
            work.vectors[index] = vector
        work.n_known += len(indices)
        sink(BatchDone(spec.id, work.n_known, total))
        check(cancel)

    run_in_batches(
        work.missing,
        options.batch_size,
        run,
        is_out_of_memory=encoder.is_out_of_memory,
        free_memory=encoder.free_memory,
    )
    work.device = encoder.device
    work.peak_memory_bytes = encoder.peak_memory_bytes()


class _Clock:
    """Adds the seconds of a block to one entry of a ledger."""

    def __init__(self, ledger: dict[str, float], entry: str) -> None:
        self._ledger = ledger
        self._entry = entry
        self._start = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._ledger[self._entry] += time.perf_counter() - self._start
