"""Extracting ahead: the model process runs the next model while the current one is scored here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType

from ptmrank_core.benchmark.execution.model_run import ModelWork
from ptmrank_core.features.process import ModelCalls, ModelProcess
from ptmrank_core.records import CHECKPOINTS, ModelSpec

__all__ = ["WorkAhead"]


class WorkAhead:
    """Does the first phase of the work on each model, one checkpoint ahead of the model that is scored.

    What runs in this process, such as a function of the user, waits for its turn: it may not be made for
    another thread.

    Parameters
    ----------
    models
        Where checkpoints are run; only a process of its own runs one while another is scored.
    begin
        Begins the work on a model, and extracts its features.
    """

    def __init__(self, models: ModelCalls, begin: Callable[[ModelSpec], ModelWork]) -> None:
        self._is_apart = isinstance(models, ModelProcess)
        self._begin = begin
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="extract")
        self._next: Future[ModelWork] | None = None

    def each(self, specs: Sequence[ModelSpec]) -> Iterator[ModelWork]:
        """Yield the work on each model, in order, as soon as its features are extracted.

        Raises
        ------
        CancelledError, StoreError
            What ``begin`` raised for this model.
        """
        for index, spec in enumerate(specs):
            future, self._next = self._next, None
            work = self._begin(spec) if future is None else future.result()
            following = specs[index + 1] if index + 1 < len(specs) else None
            if self._is_apart and following is not None and following.source in CHECKPOINTS:
                self._next = self._thread.submit(self._begin, following)
            yield work

    def __enter__(self) -> WorkAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the model that is run ahead, and put its work down in order."""
        if self._next is not None:
            wait([self._next])
            if self._next.exception() is None:
                self._next.result().put_down()
        self._thread.shutdown(wait=True)
