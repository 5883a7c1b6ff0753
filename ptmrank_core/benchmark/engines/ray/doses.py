"""Doses of a race on a cluster: a task each, whose state of training comes back to this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ptmrank_core.benchmark.engines.ray.connection import Cluster, lost
from ptmrank_core.benchmark.engines.ray.dose_task import Board, DoseOrder, TrainedDose, train_dose_here
from ptmrank_core.benchmark.engines.ray.jobs import fetch_of_node, order_of, spec_of_node
from ptmrank_core.benchmark.engines.ray.sending import SentBlocks
from ptmrank_core.benchmark.engines.ray.states import read_files, write_files
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.config import Settings
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels, raise_if_cancelled
from ptmrank_core.features.blocks import Block
from ptmrank_core.features.process.calls import discard_progress
from ptmrank_core.features.process.carried import restore
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.records import ExtractionOptions, Samples

__all__ = ["ClusterDoses"]

POLL_SECONDS = 0.1


class ClusterDoses:
    """Calls of functions that need torch: a dose is trained on the cluster, all else is done as before.

    Calls come from several threads.

    Parameters
    ----------
    cluster
        The cluster.
    run_context
        Context of the run.
    settings
        Where data are stored.
    """

    def __init__(self, cluster: Cluster, run_context: RunContext, settings: Settings) -> None:
        self._cluster, self._settings = cluster, settings
        self._models = run_context.models
        self._planned = {spec.id: spec for spec in run_context.plan.models}
        self._fetch = fetch_of_node(run_context)
        self._remote = cluster.remote(train_dose_here)
        self._sent = SentBlocks(cluster.ray, by_path=settings.engine_files)
        self._board: Any = None
        self._n_tasks = self._n_bytes = 0
        self._lock = threading.Lock()

    def call(
        self,
        name: str,
        /,
        *args: Any,
        sink: Sink = discard_event,
        on_progress: Callable[[float], None] = discard_progress,
        cancel: CancelToken = never_cancels,
        **kwargs: Any,
    ) -> Any:
        """Call a function and return its result."""
        if name != "train_dose":
            return self._models.call(name, *args, sink=sink, on_progress=on_progress, cancel=cancel, **kwargs)
        task, samples = args
        return self._train(task, samples, kwargs["options"], on_progress, cancel)

    @property
    def done(self) -> str:
        """What the cluster has done, in words; empty if nothing."""
        if not self._n_tasks:
            return ""
        return f"{self._n_tasks} doses, {self._n_bytes / 1e6:.1f} MB of states sent and received"

    def _train(
        self,
        task: TrainingTask,
        samples: Samples,
        options: ExtractionOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> TaskResult:
        """Train a dose on a node.

        Raises
        ------
        PTMRankError, ForeignError
            What a node raised for it, or that it ended on none.
        CancelledError
            If cancellation was requested.
        """
        reference, dose = self._send(task, samples, options)
        is_over = False
        try:
            data = self._wait(reference, dose, task.spec.id, on_progress, cancel)
            is_over = True
        finally:
            if not is_over:
                self._cluster.ray.cancel(reference, force=True)
        frame = from_bytes(data)
        message = unpack(frame)
        if frame.kind is FrameKind.ERROR:
            raise restore(message)
        trained: TrainedDose = message
        write_files(task.keeps, trained.state)
        with self._lock:
            self._n_tasks += 1
            self._n_bytes += len(data)
        return trained.result

    def _send(self, task: TrainingTask, samples: Samples, options: ExtractionOptions) -> tuple[Any, str]:
        """Send a dose; return what stands for its result, and its name on the board."""
        spec, ray = task.spec, self._cluster.ray
        of_node = spec_of_node(self._planned[spec.id], spec)
        asked = order_of(self._cluster, self._settings, self._fetch, of_node, spec, options)
        order = to_bytes(pack(FrameKind.CALL, DoseOrder(asked, task, samples.fingerprint)))
        state = to_bytes(pack(FrameKind.CALL, task.continues and read_files(task.continues)))
        dose = task.keeps.name
        with self._lock:
            if self._board is None:
                self._board = self._cluster.actor(Board)
            self._n_bytes += len(state)
            (sent,) = self._sent.references([Block(samples)], [samples.fingerprint])
            return self._remote.remote(order, sent, ray.put(state), self._board, dose), dose

    def _wait(
        self,
        reference: Any,
        dose: str,
        model: str,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> bytes:
        """Wait for a dose, telling how far it is."""
        ray, told = self._cluster.ray, 0.0
        while True:
            raise_if_cancelled(cancel)
            ready, _ = ray.wait([reference], num_returns=1, timeout=POLL_SECONDS)
            try:
                if ready:
                    data: bytes = ray.get(reference)
                    return data
                told = ray.get(self._board.read.remote(dose), timeout=POLL_SECONDS) or told
            except ray.exceptions.GetTimeoutError:
                continue  # the board is on its way to another node
            except ray.exceptions.RayError as error:
                raise lost(model, error) from error
            on_progress(told)
