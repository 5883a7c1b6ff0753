"""Extracting ahead: the model process runs the next models while the current one is scored here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from ptmrank_core.benchmark.execution.model_run import ModelWork
from ptmrank_core.features.process import ModelCalls, ModelProcess
from ptmrank_core.records import CHECKPOINTS, ModelSpec

__all__ = ["WorkAhead"]

# Models that are begun ahead at most. Some take long to run and others to score: with several, neither the
# model process nor this one waits for the other.
MOST_AHEAD = 4
# Beyond the next one, only as many as hold so much together.
HELD_BYTES = 256 * 2**20


class WorkAhead:
    """Does the first phase of the work on each model, some checkpoints ahead of the model that is scored.

    What runs in this process, such as a function of the user, waits for its turn: it may not be made for
    another thread.

    Parameters
    ----------
    models
        Where checkpoints are run; only a process of its own runs one while another is scored.
    begin
        Begins the work on a model, and extracts its features.
    meanwhile
        Called again and again in this thread while it waits for features, until it returns that there is
        nothing to do.
    """

    def __init__(
        self,
        models: ModelCalls,
        begin: Callable[[ModelSpec], ModelWork],
        meanwhile: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_apart = isinstance(models, ModelProcess)
        self._begin, self._meanwhile = begin, meanwhile
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="extract")
        self._begun: deque[Future[ModelWork]] = deque()
        self._most_bytes = 1

    def each(self, specs: Sequence[ModelSpec]) -> Iterator[ModelWork]:
        """Yield the work on each model, in order, as soon as its features are extracted.

        Raises
        ------
        CancelledError, StoreError
            What ``begin`` raised for this model.
        """
        waiting = deque(specs)
        while waiting or self._begun:
            work = self._next() if self._begun else self._begin(waiting.popleft())
            self._most_bytes = max(self._most_bytes, work.n_bytes)
            n_wanted = max(1, min(MOST_AHEAD, HELD_BYTES // self._most_bytes)) if self._is_apart else 0
            while waiting and waiting[0].source in CHECKPOINTS and len(self._begun) < n_wanted:
                self._begun.append(self._thread.submit(self._begin, waiting.popleft()))
            yield work

    def _next(self) -> ModelWork:
        """Wait for the features of the model that was begun first."""
        begun = self._begun[0]
        while not begun.done() and self._meanwhile():
            pass
        return self._begun.popleft().result()

    def __enter__(self) -> WorkAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the model that is being run, and put down in order what was begun."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        for begun in self._begun:
            if not begun.cancelled() and begun.exception() is None:
                begun.result().put_down()
