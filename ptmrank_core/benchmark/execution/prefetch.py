"""Prefetching: the next model's files are downloaded while the current model runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType

from ptmrank_core.benchmark.execution.providers import Fetch
from ptmrank_core.events import CancelToken, Event, Sink, StageStarted
from ptmrank_core.records import ModelSpec, Stage

__all__ = ["FetchAhead"]


class FetchAhead:
    """Fetches the models of a run in order, one model ahead of the model that runs.

    Parameters
    ----------
    specs
        The models, in the order in which they will run.
    fetch
        Fetches a model's files.
    sink, cancel
        Passed on to ``fetch``; the sink is called from another thread.
    while_waiting
        Entered while ``take`` waits for files.
    """

    def __init__(
        self,
        specs: Sequence[ModelSpec],
        fetch: Fetch,
        *,
        sink: Sink,
        cancel: CancelToken,
        while_waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._while_waiting = while_waiting
        self._waiting = list(specs)
        self._fetch = fetch
        self._sink = sink
        self._stages: dict[str, Stage] = {}
        self._is_over = False
        self._cancel: CancelToken = lambda: self._is_over or cancel()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fetch")
        self._futures: dict[str, Future[ModelSpec]] = {}

    def __enter__(self) -> FetchAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _hear(self, event: Event) -> None:
        """Remember the stage of the model, and pass the event on."""
        if isinstance(event, StageStarted):
            self._stages[event.model] = event.stage
        self._sink(event)

    def stage_of(self, model: str) -> Stage:
        """Return the most recent stage of fetching a model."""
        return self._stages.get(model, Stage.RESOLVE)

    def _begin(self) -> None:
        if self._waiting:
            spec = self._waiting.pop(0)
            self._futures[spec.id] = self._thread.submit(
                self._fetch, spec, sink=self._hear, cancel=self._cancel
            )

    def take(self, spec: ModelSpec) -> ModelSpec:
        """Wait until a model's files are on this machine, return the model, and start to fetch the next one.

        Raises
        ------
        PTMRankError
            The error that ``fetch`` raised for this model.
        """
        while spec.id not in self._futures:
            self._begin()
        future = self._futures.pop(spec.id)
        with self._while_waiting():
            wait([future])
        self._begin()
        return future.result()
