"""Decode and prepare samples ahead of the model, in bounded memory.

Threads begin: Pillow, libsndfile, scipy and the tokenizers release Python's global lock. If much is left to
do, processes take over, which take seconds to start but share no lock.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from ptmrank_core.errors import ModelError, PTMRankError, SamplesError
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.process.lifetime import die_with_parent
from ptmrank_core.features.reasons import told_as
from ptmrank_core.records import Item

__all__ = ["OF_ONE_MODEL", "Chunk", "decode_items", "prepare_ahead"]

OF_ONE_MODEL = (
    "Its weights, its config and its preprocessing may belong to different models: copy all files from one "
    "and the same."
)
CHUNK_SAMPLES = 32
# Processes are started if threads would need longer than this for the rest.
SECONDS_WORTH_PROCESSES = 30.0


@dataclass(frozen=True, eq=False, slots=True)
class Chunk:
    """Some samples, prepared.

    Parameters
    ----------
    indices
        Indices of the samples.
    samples
        Samples as the model reads them.
    seconds
        Time that one thread or process spent on them.
    """

    indices: Sequence[int]
    samples: list[Prepared]
    seconds: float


def decode_items(items: Sequence[Item], names: Sequence[str]) -> list[Any]:
    """Decode samples in the given order.

    Raises
    ------
    SamplesError
        If one can no longer be decoded; the message names it.
    """
    decoded = []
    for item, name in zip(items, names, strict=True):
        try:
            decoded.append(item.decode())
        except PTMRankError as error:
            raise SamplesError(f"{name!r}: {error.message}", hint=error.hint, fields=error.fields) from error
    return decoded


_preparer: list[Preparer] = []  # set in a child process when it starts


def _start_child(preparer: Preparer) -> None:
    die_with_parent()
    _preparer[:] = [preparer]


def _prepare_in_child(items: Sequence[Item], names: Sequence[str]) -> tuple[list[Prepared], float]:
    return _prepare(_preparer[0], items, names)


def _prepare(preparer: Preparer, items: Sequence[Item], names: Sequence[str]) -> tuple[list[Prepared], float]:
    """Decode and prepare samples; an error names the sample.

    Raises
    ------
    UnsupportedModelError
        If the preprocessing of the model fails on samples that could be decoded.
    """
    start = time.perf_counter()
    decoded = decode_items(items, names)
    with told_as("The preprocessing of the model fails", hint=OF_ONE_MODEL):
        return preparer(decoded), time.perf_counter() - start


def _may_start_processes() -> bool:
    """Whether processes may start: each imports the main module, which must not be a user's script."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name.partition(".")[0] == "ptmrank_core"


def prepare_ahead(
    items: Sequence[Item], names: Sequence[str], order: Sequence[int], preparer: Preparer
) -> Iterator[Chunk]:
    """Prepare samples in the background, a few chunks ahead of the consumer.

    Parameters
    ----------
    items, names
        All samples and their names.
    order
        Indices of those to prepare, in this order.
    preparer
        Turns decoded samples into what the model reads.

    Yields
    ------
    Chunk
        Chunks of samples in the given order.

    Raises
    ------
    SamplesError
        If a sample can no longer be decoded; the message names it.
    ModelError
        If a child process died.
    """
    chunks = [order[i : i + CHUNK_SAMPLES] for i in range(0, len(order), CHUNK_SAMPLES)]
    n_workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(n_workers, thread_name_prefix="prepare") as threads:
        first = list(_through(threads, chunks[:1], items, names, preparer, n_ahead=1))
        yield from first
        rest = chunks[1:]
        n_left = sum(map(len, rest))
        seconds_left = sum(c.seconds for c in first) / CHUNK_SAMPLES * n_left / n_workers
        if seconds_left <= SECONDS_WORTH_PROCESSES or not _may_start_processes():
            yield from _through(threads, rest, items, names, preparer, n_ahead=2 * n_workers)
            return
    context = multiprocessing.get_context("spawn")  # a fork would copy torch's threads half alive
    with ProcessPoolExecutor(n_workers, context, _start_child, (preparer,)) as processes:
        try:
            yield from _through(processes, rest, items, names, None, n_ahead=2 * n_workers)
        except BrokenProcessPool as error:
            raise ModelError(
                "A process that decodes samples died; most likely the machine's memory ran out.",
                hint="Close other programs, or use smaller files; what is done is kept.",
            ) from error


def _through(
    executor: Executor,
    chunks: Sequence[Sequence[int]],
    items: Sequence[Item],
    names: Sequence[str],
    preparer: Preparer | None,
    *,
    n_ahead: int,
) -> Iterator[Chunk]:
    """Submit chunks to an executor, at most ``n_ahead`` at a time, and yield the results in order."""
    waiting: deque[tuple[Sequence[int], Future[tuple[list[Prepared], float]]]] = deque()
    try:
        for chunk in chunks:
            chunk_items, chunk_names = [items[i] for i in chunk], [names[i] for i in chunk]
            if preparer is None:
                future = executor.submit(_prepare_in_child, chunk_items, chunk_names)
            else:
                future = executor.submit(_prepare, preparer, chunk_items, chunk_names)
            waiting.append((chunk, future))
            if len(waiting) >= n_ahead:
                indices, done = waiting.popleft()
                yield Chunk(indices, *done.result())
        while waiting:
            indices, done = waiting.popleft()
            yield Chunk(indices, *done.result())
    finally:
        for _, future in waiting:
            future.cancel()
