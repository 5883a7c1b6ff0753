"""One pass of a model over the missing samples: prepare ahead, batch by length, run, cache.

Imported only when a model has to run, because it loads torch.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import BatchDone, CancelToken, Sink
from ptmrank_core.events import raise_if_cancelled as check
from ptmrank_core.features.batching import BatchSize, run_in_batches, split_by_length
from ptmrank_core.features.blocks import BLOCK_SAMPLES
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.cache.vector_store import VectorStore
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders import Encoder, import_encoder, load_encoder
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.precision import HALF_PRECISION, HalfPrecisionError
from ptmrank_core.features.preparing import OF_ONE_MODEL, decode_items
from ptmrank_core.features.shared_preparation import prepare_shared
from ptmrank_core.records import ExtractionOptions, ModelSpec
from ptmrank_core.records.names import reason_of

__all__ = ["ForwardPass"]

logger = logging.getLogger(__name__)
# What a model raises that does not run in a number format, or on a sample.
FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
    UnsupportedModelError,
)
# Modality, family, number format and device of models that this process has run.
_warm: set[tuple[str, str, str, str]] = set()

# Samples are sorted by length within a window; its size limits the memory of samples prepared ahead. A window
# ends with a block, so that a block has the same batches wherever it runs.
WINDOW_BYTES = 96 * 2**20


@dataclass(frozen=True, eq=False, slots=True)
class _Ready:
    """A prepared sample and its index."""

    index: int
    prepared: Prepared


def _clock_of(device: str) -> Callable[[], float]:
    """Choose the clock that measures the speed of a batch.

    On a CPU it is the thread's own time, so that other programs do not distort it; a GPU has to be waited
    for. Windows counts a thread's time in steps that are longer than many batches.
    """
    return time.thread_time if device == "cpu" and os.name == "posix" else time.perf_counter


class ForwardPass:
    """A loaded model and the samples it has to run over.

    Parameters
    ----------
    vector_store
        Knows which samples are missing and collects their vectors.
    spec, options
        The model, and how it is run.
    cache
        Its machine facts hold the batch size that was found before; it keeps the encoder's notes.
    sink, cancel
        Receives an event after each batch; asked after each.
    """

    def __init__(
        self,
        vector_store: VectorStore,
        spec: ModelSpec,
        options: ExtractionOptions,
        *,
        cache: FeatureCache,
        sink: Sink,
        cancel: CancelToken,
    ) -> None:
        self._vector_store = vector_store
        self._spec = spec
        self._cache = cache
        self._machine_facts = cache.machine_facts
        self._dtype = options.dtype
        self._sink = sink
        self._cancel = cancel
        import_encoder(spec)
        start = time.perf_counter()
        self._encoder: Encoder = load_encoder(spec, options)
        vector_store.seconds["load"] += time.perf_counter() - start
        self._clock = _clock_of(self._encoder.device)
        self._size_name = f"batch of {vector_store.key} on {self._encoder.device}"
        self._asked_size = options.batch_size
        self._known_size = options.found_sizes.get(spec.id)
        self._batch_size: BatchSize | None = None

    def _first_size(self, longest: int) -> BatchSize:
        """Return the user's batch size, else the one of an earlier run, else one that is tuned on the way."""
        if self._asked_size is not None:
            return BatchSize(self._asked_size, is_fixed=True)
        if self._known_size is not None:
            return BatchSize(self._known_size, longest, is_fixed=True)
        known = self._machine_facts.get(self._size_name)
        if not isinstance(known, int) or known < 1:
            return BatchSize(longest=longest)
        return BatchSize(max(1, known // max(1, longest)), longest, is_fixed=True)

    def run(self) -> None:
        """Run the model over everything that is missing."""
        self._warm_up()
        for window in self._windows():
            lengths = [ready.prepared.length for ready in window]
            if self._batch_size is None:
                self._batch_size = self._first_size(max(lengths))
            for group in split_by_length(lengths, exact=not self._encoder.padding_invariant):
                run_in_batches(
                    [window[i] for i in group],
                    self._batch_size,
                    partial(self._run_batch, self._batch_size),
                    length_of=lambda ready: ready.prepared.length,
                    is_out_of_memory=self._encoder.is_out_of_memory,
                    free_memory=self._encoder.free_memory,
                )
        batch_size = self._batch_size
        if batch_size is not None and batch_size.was_found:
            self._machine_facts.put(self._size_name, batch_size.size * max(1, batch_size.longest))
        self._vector_store.batch_size = None if batch_size is None else batch_size.size
        self._vector_store.notes = self._encoder.notes
        self._cache.keep_notes(self._vector_store.key, self._encoder.notes)
        self._vector_store.device = self._encoder.device
        self._vector_store.peak_memory_bytes = self._encoder.peak_memory_bytes()

    def _warm_up(self) -> None:
        """Run the first model of a kind in this process over the smallest sample, outside of every clock.

        Imports of decoders, thread pools and kernels would else count as the time of that model.
        """
        kind = (self._spec.modality, self._spec.model_type or "", self._dtype, self._encoder.device)
        if self._spec.model_type is None or kind in _warm:
            return
        items, names = self._vector_store.items, self._vector_store.names
        smallest = min(self._vector_store.missing, key=lambda i: items[i].size)
        decoded = decode_items([items[smallest]], [names[smallest]])
        with suppress(MemoryError, *FAILURES):  # what fails here fails again on the clock, and is told
            self._encoder.forward(self._encoder.collate(self._encoder.preparer(decoded)))
        _warm.add(kind)
        check(self._cancel)

    def _windows(self) -> Iterator[list[_Ready]]:
        """Prepare the missing samples, the largest first, a bounded number ahead."""
        items = self._vector_store.items
        order = sorted(self._vector_store.missing, key=lambda i: -items[i].size)
        window: list[_Ready] = []
        n_bytes = n_before = 0
        names, digests = self._vector_store.names, self._vector_store.digests
        for chunk in prepare_shared(items, names, digests, order, self._encoder.preparer):
            self._vector_store.seconds["preprocess"] += chunk.seconds
            check(self._cancel)
            for index, prepared in zip(chunk.indices, chunk.samples, strict=True):
                window.append(_Ready(index, prepared))
                n_bytes += prepared.n_bytes
            if (n_before + len(window)) % BLOCK_SAMPLES == 0 or n_bytes >= WINDOW_BYTES:
                yield window
                n_before += len(window)
                window, n_bytes = [], 0
        if window:
            yield window

    def _forward(self, batch: Any) -> list[SampleVectors]:
        """Run the model on a batch; what fails in half precision may work in float32."""
        try:
            return self._encoder.forward(batch)
        except FAILURES as error:
            if self._encoder.is_out_of_memory(error):
                raise
            if self._dtype in HALF_PRECISION:
                raise HalfPrecisionError(reason_of(error)) from error
            if isinstance(error, UnsupportedModelError):
                raise
            logger.exception("a pass of %s", self._spec.id)
            raise UnsupportedModelError(
                f"{self._spec.id!r} fails on its prepared samples: {reason_of(error)}.",
                hint=OF_ONE_MODEL,
            ) from error

    def _run_batch(self, batch_size: BatchSize, ready: Sequence[_Ready]) -> None:
        """Run one batch and store its vectors."""
        start, start_by_clock = time.perf_counter(), self._clock()
        batch = self._encoder.collate([one.prepared for one in ready])
        vectors = self._forward(batch)
        batch_size.done(len(ready), ready[0].prepared.length, self._clock() - start_by_clock)
        self._vector_store.seconds["forward"] += time.perf_counter() - start
        self._vector_store.add([one.index for one in ready], vectors)
        store = self._vector_store
        self._sink(BatchDone(self._spec.id, store.n_known, store.n_items, store.n_run))
        check(self._cancel)
