"""The tasks of a run on a cluster, kept going by a thread: sent, waited for, and stored as they come back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.engines.ray.connection import Cluster, lost
from ptmrank_core.benchmark.engines.ray.jobs import Job, Prepared, Preparer, fetch_of_node, order_of
from ptmrank_core.benchmark.engines.ray.order import BlockQueue, BlockTask, expected_cost
from ptmrank_core.benchmark.engines.ray.sending import SentBlocks
from ptmrank_core.benchmark.engines.ray.task import Extracted, extract_blocks
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.config import Settings
from ptmrank_core.errors import ModelError, PTMRankError
from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted, raise_if_cancelled
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.blocks import BLOCK_SAMPLES
from ptmrank_core.features.cache.keys import feature_key
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.features.precision import keep_failure
from ptmrank_core.features.process.carried import restore
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.pieces.scoring import CapturedError, run_guarded

__all__ = ["Prefetch"]

POLL_SECONDS = 0.1
# Files of so many models are brought to this machine at a time.
N_FETCHED = 2


@dataclass(slots=True)
class _Totals:
    """What a cluster has done for a run."""

    n_tasks: int = 0
    n_vectors: int = 0
    seconds: float = 0.0
    n_bytes: int = 0


class Prefetch:
    """Extracts features of a run's models on a cluster, from its creation on until it is closed.

    Parameters
    ----------
    cluster
        The cluster.
    run_context
        Context of the run.
    settings
        Where data are stored.
    jobs
        The models, by id, in the order of the run.
    """

    def __init__(
        self, cluster: Cluster, run_context: RunContext, settings: Settings, jobs: Mapping[str, Job]
    ) -> None:
        self._cluster, self._settings, self._run = cluster, settings, run_context
        self.jobs = jobs
        self._by_number = {job.number: job for job in jobs.values()}
        self._queue = BlockQueue(cluster.n_slots)
        self._sent = SentBlocks(cluster.ray, by_path=settings.engine_files)
        self._remote = cluster.remote(extract_blocks)
        self._out: dict[Any, BlockTask] = {}
        self._prepared: queue.SimpleQueue[tuple[Job, Prepared | CapturedError]] = queue.SimpleQueue()
        self._is_closed = threading.Event()
        self._totals = _Totals()
        self._fetch = fetch_of_node(run_context)
        self._preparer = Preparer(run_context, self._is_closed.is_set)
        self._fetchers = ThreadPoolExecutor(N_FETCHED, thread_name_prefix="fetch for the cluster")
        for job in jobs.values():
            self._fetchers.submit(self._prepare, job)
        self._thread = threading.Thread(target=self._keep_going, daemon=True, name="tasks of the cluster")
        self._thread.start()

    def wait(self, model: str, sink: Sink, cancel: CancelToken) -> None:
        """Wait until the features of a model are in the cache.

        Raises
        ------
        PTMRankError, ForeignError
            What a node raised for it.
        CancelledError
            If cancellation was requested.
        """
        job = self.jobs[model]
        told = (-1, -1)
        while True:
            is_over = job.is_over.wait(POLL_SECONDS)
            raise_if_cancelled(cancel)
            if job.progress() != told and job.prepared is not None:
                told = job.progress()
                sink(BatchDone(model, *told, job.n_run))
            if is_over:
                break
        if job.error is not None:
            sink(StageStarted(model, job.stage))
            raise job.error

    def close(self) -> str:
        """End what is left; return what the cluster has done, in words."""
        self._is_closed.set()
        self._fetchers.shutdown(wait=True, cancel_futures=True)
        self._thread.join()
        for reference in self._out:
            self._cluster.ray.cancel(reference, force=True)
        done = self._totals
        return (
            f"{done.n_tasks} tasks, {done.n_vectors} samples, {done.seconds:.1f} s of "
            f"{self._cluster.n_slots} at a time, "
            f"{self._sent.n_bytes / 1e6:.1f} MB sent, {done.n_bytes / 1e6:.1f} MB received"
        )

    def _prepare(self, job: Job) -> None:
        prepared = run_guarded(lambda: self._preparer.prepare(job), what=job.spec.id)
        self._prepared.put((job, prepared))

    def _keep_going(self) -> None:
        """Keep the cluster busy until every model is done, or this is closed."""
        problem = run_guarded(self._loop, what="the tasks of the cluster")
        error = None
        if isinstance(problem, CapturedError):
            error = ModelError(f"The cluster cannot be used any more: {problem.message}", hint=problem.hint)
        for job in self.jobs.values():
            if not job.is_over.is_set():
                job.end(error)

    def _loop(self) -> None:
        with FeatureCache(self._settings) as cache:
            while not self._is_closed.is_set() and not all(
                job.is_over.is_set() for job in self.jobs.values()
            ):
                self._take_prepared()
                while len(self._queue) and len(self._out) < self._queue.n_ahead:
                    self._send(self._queue.take())
                self._receive(cache)

    def _take_prepared(self) -> None:
        """Queue the blocks of models whose files have come; a model that has none fails in the run itself."""
        while not self._prepared.empty():
            job, prepared = self._prepared.get()
            if isinstance(prepared, CapturedError):
                job.end()
                continue
            job.begin(prepared)
            self._add(job, prepared.missing)

    def _add(self, job: Job, numbers: Sequence[int]) -> None:
        """Queue blocks of a model beside those of it that wait already."""
        if not numbers or job.prepared is None:
            return
        self._sent.want([job.prepared.listed.ids[number] for number in numbers])
        together = sorted({*numbers, *self._queue.waiting(job.number)})
        self._queue.drop(job.number)
        self._queue.add(job.number, together, expected_cost(job.prepared.fetched, BLOCK_SAMPLES))

    def _send(self, task: BlockTask) -> None:
        """Send a task; where its samples can no longer be read, the model fails."""
        job = self._by_number[task.model]
        assert job.prepared is not None  # noqa: S101 - as above
        listed, part = job.prepared.listed, slice(task.first, task.first + task.n_blocks)
        asked, fetched = job.prepared.asked, job.prepared.fetched
        order = order_of(self._cluster, self._settings, self._fetch, asked, fetched, job.options)
        try:
            references = self._sent.references(listed.blocks[part], listed.ids[part])
        except PTMRankError as error:
            self._fail(job, error)
            return
        message = to_bytes(pack(FrameKind.CALL, order))
        self._out[self._remote.remote(message, *references)] = task

    def _receive(self, cache: FeatureCache) -> None:
        """Wait a moment for what comes back."""
        if not self._out:
            self._is_closed.wait(POLL_SECONDS)
            return
        ray = self._cluster.ray
        ready, _ = ray.wait(list(self._out), num_returns=len(self._out), timeout=POLL_SECONDS)
        for reference in ready:
            task = self._out.pop(reference)
            job = self._by_number[task.model]
            try:
                data = ray.get(reference)
            except ray.exceptions.RayError as error:
                self._fail(job, lost(job.spec.id, error))
                continue
            if job.is_over.is_set():
                continue
            self._take(job, task, data, cache)

    def _take(self, job: Job, task: BlockTask, data: bytes, cache: FeatureCache) -> None:
        """Store what a task has sent; a task in another number format than the model's is done again."""
        assert job.prepared is not None  # noqa: S101 - as above
        self._totals.n_tasks += 1
        self._totals.n_bytes += len(data)
        frame = from_bytes(data)
        if frame.kind is FrameKind.ERROR:
            job.stage, carried = unpack(frame)
            self._fail(job, restore(carried))
            return
        extracted: Extracted = unpack(frame)
        self._totals.seconds += extracted.seconds
        numbers = list(range(task.first, task.first + task.n_blocks))
        if extracted.dtype != job.options.dtype and not self._change_format(job, extracted, cache):
            self._add(job, numbers)
            return
        expected = feature_key(job.prepared.fetched, replace(job.options, dtype=extracted.dtype))
        if extracted.key != expected:
            self._fail(
                job, ModelError(f"A node of the cluster has extracted {job.spec.id!r} under another key.")
            )
            return
        _store(cache, extracted)
        cache.note_use(extracted.key, job.prepared.fetched, extracted.dtype)
        cache.keep_notes(extracted.key, extracted.notes)
        self._sent.done([job.prepared.listed.ids[number] for number in numbers])
        job.n_run += len(extracted.entries)
        self._totals.n_vectors += len(extracted.entries)
        job.open.difference_update(numbers)
        if not job.open:
            job.end()

    def _change_format(self, job: Job, extracted: Extracted, cache: FeatureCache) -> bool:
        """Note that a model failed in half precision; return whether what came is of the format from now on.

        Blocks that came in half precision before are extracted again: all vectors of a model have one format.
        """
        assert job.prepared is not None  # noqa: S101 - as above
        if extracted.dtype != "float32":
            return False
        if extracted.failure:
            keep_failure(job.prepared.fetched, job.options, cache.machine_facts, extracted.failure)
        job.options = replace(job.options, dtype=extracted.dtype)
        again = sorted(set(job.prepared.missing) - job.open)
        job.open.update(again)
        self._add(job, again)
        return True

    def _fail(self, job: Job, error: BaseException) -> None:
        """End a model with an error, and what else is under way for it."""
        job.end(error)
        self._queue.drop(job.number)
        for reference in [one for one, task in self._out.items() if task.model == job.number]:
            self._cluster.ray.cancel(reference, force=True)


def _store(cache: FeatureCache, extracted: Extracted) -> None:
    """Put vectors into the cache; those that are damaged are missing there, and the run says so."""
    vectors = [(digest, SampleVectors.from_bytes(own)) for digest, own, _ in extracted.entries]
    layers = [(digest, LayerVectors.from_bytes(hidden)) for digest, _, hidden in extracted.entries if hidden]
    cache.put_many(
        extracted.key,
        [(digest, own) for digest, own in vectors if own is not None],
        [(digest, hidden) for digest, hidden in layers if hidden is not None],
    )
