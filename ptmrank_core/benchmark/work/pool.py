"""The processes that pieces are spread over: this one, and children that start once there is enough to do.

A piece gives the same result wherever it runs (:func:`~ptmrank_core.pieces.running.run_piece`), so that the
number of processes changes nothing but the time. A child that dies is replaced and its call tried once more.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.benchmark.work.call import Call, Called
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError, ModelProcessError, StoreError
from ptmrank_core.events import CancelToken, raise_if_cancelled
from ptmrank_core.features.process import ModelFunction, ModelProcess
from ptmrank_core.features.process.memory import available_bytes
from ptmrank_core.pieces import PIECES, Found
from ptmrank_core.pieces.ahead import MODULES, import_ahead
from ptmrank_core.pieces.running import run_piece
from ptmrank_core.pieces.scoring import run_guarded

__all__ = ["PiecePool", "usable_processors"]

FUNCTIONS: Mapping[str, ModelFunction] = {
    name: ModelFunction(run_piece.__module__, run_piece.__name__, piece.doing)
    for name, piece in PIECES.items()
}
# Children are started once so many seconds were worked in this process, and as many are expected to be left:
# starting one takes about a second of a processor.
START_SECONDS = 1.5
# Or while the first model is loaded, which leaves a processor idle; more of them once there is enough to do.
MOST_AHEAD = 3
# Nothing is heard of a child while a library computes: many times what a model may take to load.
PATIENCE = 24
# What a child takes: its libraries, and copies of the arrays that a call passes to it.
CHILD_BYTES, N_COPIES = 250 * 2**20, 10
POLL_SECONDS = 0.1


def usable_processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class PiecePool:
    """Runs calls here and in children, which live as long as the pool; a context manager.

    Parameters
    ----------
    settings
        Number of processes, and what children are started with.
    log
        File for what children print.
    """

    def __init__(self, settings: Settings, log: Path) -> None:
        self._settings, self._log = settings, log
        self._has_log = log.exists()
        self._n_children = (settings.workers or usable_processors()) - 1
        self._children: list[ModelProcess] = []
        self._seconds_here = 0.0
        self._reading = threading.Lock()
        self._starting = threading.Lock()
        self._imports: threading.Thread | None = None

    @property
    def pids(self) -> list[int]:
        """Ids of the children that are running."""
        return [child.pid for child in self._children if child.pid is not None]

    @property
    def n_processes(self) -> int:
        """Number of processes that calls may be spread over."""
        return 1 + self._n_children

    def start_ahead(self, n_children: int = MOST_AHEAD) -> None:
        """Import what scores and pieces need, here and in children, while a model is being loaded.

        It returns at once, and does something the first time only. Nothing is done with one processor, or
        where processes that wait are switched off.

        Parameters
        ----------
        n_children
            Children that are started at most; 0 if no pieces will follow.
        """
        if self._settings.ready_seconds <= 0 or usable_processors() == 1:
            return
        with self._starting:
            if self._imports is not None:
                return
            self._imports = import_ahead()
            for _ in range(min(n_children, MOST_AHEAD, self._n_children, _n_fitting(0))):
                self._add_child().start_ahead(MODULES)

    def _add_child(self) -> ModelProcess:
        patience = PATIENCE * self._settings.load_seconds
        child = ModelProcess(self._settings, log=self._log, hang_seconds=patience, functions=FUNCTIONS)
        self._children.append(child)
        return child

    def run(self, calls: Sequence[Call], cancel: CancelToken) -> Iterator[Called]:
        """Run calls, in any order.

        Parameters
        ----------
        calls
            What is to be run.
        cancel
            Asked between the steps, by every process.

        Raises
        ------
        CancelledError
            If cancellation was requested.
        """
        if self._imports is not None:
            self._imports.join()  # the threads of a library that comes within a piece would not be bounded
        batch = _Batch(self._reading, calls, cancel)
        try:
            while batch.n_left:
                raise_if_cancelled(cancel)
                self._start_children(batch)
                number = batch.take()
                if number is None:
                    yield from batch.wait()
                    continue
                called = batch.call(number, partial(_run_here, cancel=cancel))
                self._seconds_here += called.seconds
                batch.put(called)
                yield from batch.wait()
        finally:
            batch.stop()

    def _start_children(self, batch: _Batch) -> None:
        """Give calls to children, once it pays off to start them."""
        is_worth = self._children or self._seconds_here >= START_SECONDS <= batch.expected_seconds()
        if batch.has_children or not (is_worth and self._n_children and batch.n_waiting > 1):
            return
        n_wanted = min(self._n_children, batch.n_waiting - 1, _n_fitting(batch.read_bytes))
        while len(self._children) < n_wanted:
            self._add_child()
        batch.serve(self._children[:n_wanted])

    def close(self) -> None:
        """End the children."""
        for child in self._children:
            child.close()
        self._children = []
        with suppress(OSError):
            if not self._has_log and not self._log.stat().st_size:
                self._log.unlink()

    def __enter__(self) -> PiecePool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Batch:
    """Calls that are taken one by one, and what came of them."""

    def __init__(self, reading: threading.Lock, calls: Sequence[Call], cancel: CancelToken) -> None:
        self._reading, self._calls, self._cancel = reading, calls, cancel
        self._waiting = deque(range(len(calls)))
        self._called: queue.SimpleQueue[Called | BaseException] = queue.SimpleQueue()
        self._is_stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._seconds: list[float] = []
        self.n_left = len(calls)
        self.read_bytes = 0

    @property
    def n_waiting(self) -> int:
        """Calls that nobody has taken yet."""
        return len(self._waiting)

    @property
    def has_children(self) -> bool:
        """Whether children take calls."""
        return bool(self._threads)

    def expected_seconds(self) -> float:
        """Seconds that the waiting calls take, by those so far; 0 before the first."""
        return self.n_waiting * sum(self._seconds) / max(1, len(self._seconds))

    def take(self) -> int | None:
        """Take the number of a call; ``None`` if there is none left."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def call(self, number: int, run: Callable[[Call, Mapping[str, Any]], Found]) -> Called:
        """Run a call; its error becomes what came of it."""
        call, start = self._calls[number], time.perf_counter()

        def act() -> Found:
            with self._reading:
                arrays = call.read()
            self.read_bytes = max(self.read_bytes, _n_bytes(arrays))
            return run(call, arrays)

        found = run_guarded(act, what=call.what)
        return Called(number, found, time.perf_counter() - start)

    def put(self, called: Called | BaseException) -> None:
        """Report what came of a call."""
        self._called.put(called)

    def wait(self) -> Iterator[Called]:
        """Yield what came of calls so far; wait a moment where nothing did."""
        timeout = POLL_SECONDS
        with suppress(queue.Empty):
            while True:
                called = self._called.get(timeout=timeout) if timeout else self._called.get_nowait()
                if isinstance(called, BaseException):
                    raise called
                timeout = 0.0
                self.n_left -= 1
                self._seconds.append(called.seconds)
                yield called

    def serve(self, children: Sequence[ModelProcess]) -> None:
        """Have children take calls."""
        for child in children:
            thread = threading.Thread(target=self._serve, args=(child,), daemon=True, name="pieces")
            self._threads.append(thread)
            thread.start()

    def _serve(self, child: ModelProcess) -> None:
        run = partial(_run_in, child, cancel=self._is_over)
        try:
            while not self._is_over() and (number := self.take()) is not None:
                self.put(self.call(number, run))
        except (CancelledError, StoreError, SystemExit) as error:  # what run_guarded lets through
            self.put(error)  # the thread that waits raises it

    def _is_over(self) -> bool:
        return self._is_stopped.is_set() or self._cancel()

    def stop(self) -> None:
        """Have the children end what they are at, and wait for it."""
        self._is_stopped.set()
        self._waiting.clear()
        for thread in self._threads:
            thread.join()


def _run_here(call: Call, arrays: Mapping[str, Any], *, cancel: CancelToken) -> Found:
    return run_piece(call.function, arrays, call.arguments, cancel)


def _run_in(child: ModelProcess, call: Call, arrays: Mapping[str, Any], *, cancel: CancelToken) -> Found:
    """Run a call in a child; if that dies, once more in the next one."""
    send = partial(child.call, call.function, call.function, arrays, call.arguments, cancel=cancel)
    try:
        found: Found = send()
    except ModelProcessError:
        found = send()
    return found


def _n_bytes(arrays: Mapping[str, Any]) -> int:
    return sum(array.nbytes for array in arrays.values() if isinstance(array, np.ndarray))


def _n_fitting(read_bytes: int) -> int:
    """Count the children that the memory which is left suffices for."""
    free = available_bytes()[0]
    return 2**16 if free == float("inf") else int(free // (CHILD_BYTES + N_COPIES * read_bytes))
