"""Features of samples under a model: from the cache where they are there, from one pass where not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted, ignore, never
from ptmrank_core.events import raise_if_cancelled as check
from ptmrank_core.features.batching import run_in_batches
from ptmrank_core.features.cache import FeatureCache, SampleVectors
from ptmrank_core.features.heads import source_class_names
from ptmrank_core.features.keys import feature_key
from ptmrank_core.records import (
    ExtractionOptions,
    Features,
    FloatArray,
    ModelSpec,
    Samples,
    SetFeatures,
    Stage,
)

__all__ = ["extract", "load_cached"]

NOTHING_FURTHER: Mapping[str, Samples] = MappingProxyType({})


class _Extraction:
    """One extraction under way: what is known of each sample, and where the time went.

    The further sets follow the samples in every list.
    """

    def __init__(
        self, samples: Samples, further: Mapping[str, Samples], key: str, cache: FeatureCache
    ) -> None:
        self.labels = samples.labels
        self.sizes = {name: part.n_samples for name, part in further.items()}
        self.items = sum((part.items for part in further.values()), samples.items)
        self.digests = sum((part.digests for part in further.values()), samples.digests)
        self.vectors = cache.get_many(key, self.digests)
        self.missing = [i for i, vectors in enumerate(self.vectors) if vectors is None]
        self.n_known = len(self.vectors) - len(self.missing)
        self.seconds = {"load": 0.0, "preprocess": 0.0, "forward": 0.0}
        self.device: str | None = None
        self.peak_memory_bytes: int | None = None

    def _further(self, vectors: list[SampleVectors]) -> dict[str, SetFeatures]:
        """Put the vectors of the further sets together."""
        sets, start = {}, len(self.labels)
        for name, size in self.sizes.items():
            sets[name] = SetFeatures(*_stack(vectors[start : start + size]))
            start += size
        return sets

    def features(self, spec: ModelSpec, key: str, dtype: str) -> Features:
        """Put the vectors together."""
        n_samples = len(self.labels)
        vectors = [v for v in self.vectors if v is not None]
        embeddings, source_logits = _stack(vectors[:n_samples])
        n_missing = sum(index < n_samples for index in self.missing)
        return Features(
            embeddings=embeddings,
            source_logits=source_logits,
            labels=self.labels,
            key=key,
            seconds=self.seconds,
            cache_hits=n_samples - n_missing,
            cache_misses=n_missing,
            device=self.device,
            dtype=dtype,
            peak_memory_bytes=self.peak_memory_bytes,
            further=self._further(vectors),
            source_class_names=source_class_names(spec) if source_logits is not None else (),
        )


def _stack(vectors: Sequence[SampleVectors]) -> tuple[FloatArray, FloatArray | None]:
    """Stack embeddings, and logits where every sample has them."""
    logits = [v.source_logits for v in vectors if v.source_logits is not None]
    embeddings = np.stack([v.embedding for v in vectors])
    return embeddings, np.stack(logits) if len(logits) == len(vectors) else None


def extract(
    samples: Samples,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    cache: FeatureCache,
    sink: Sink = ignore,
    cancel: CancelToken = never,
    further: Mapping[str, Samples] = NOTHING_FURTHER,
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
    further
        Further sets of samples, by name, whose features are wanted from the same pass.

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
    work = _Extraction(samples, further, key, cache)
    sink(BatchDone(spec.id, work.n_known, len(work.vectors)))
    if work.missing:
        _run_model(work, spec, options=options, key=key, cache=cache, sink=sink, cancel=cancel)
    return work.features(spec, key, options.dtype)


def load_cached(
    samples: Samples, spec: ModelSpec, *, options: ExtractionOptions, cache: FeatureCache
) -> Features | None:
    """Features that are all in the cache; ``None`` where one is missing. Never runs a model."""
    key = feature_key(spec, options)
    work = _Extraction(samples, NOTHING_FURTHER, key, cache)
    return None if work.missing else work.features(spec, key, options.dtype)


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

    def run(indices: Sequence[int]) -> None:
        with _Clock(work.seconds, "preprocess"):
            batch = encoder.collate(encoder.preparer([work.items[i].decode() for i in indices]))
        with _Clock(work.seconds, "forward"):
            vectors = encoder.forward(batch)
        cache.put_many(key, zip([work.digests[i] for i in indices], vectors, strict=True))
        for index, vector in zip(indices, vectors, strict=True):
            work.vectors[index] = vector
        work.n_known += len(indices)
        sink(BatchDone(spec.id, work.n_known, len(work.vectors)))
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
