"""Runs on this machine, each in a process of its own: the command line's, or a worker's."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ptmrank_core.benchmark.engines.choice import engine_of
from ptmrank_core.benchmark.engines.workers import keep_queues_going
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.runner import execute
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.scheduling.locks import hold_run, is_held, log_file
from ptmrank_core.benchmark.scheduling.progress import store_sink
from ptmrank_core.benchmark.scheduling.queue import acquire_device
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError, RunBusyError, RunNotFoundError
from ptmrank_core.events import CancelToken, Event, RunFinished, Sink, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import Child, ModelCalls, ModelProcess
from ptmrank_core.records import RunState

__all__ = ["cancel_run", "model_process", "run_here", "run_taken"]

POLL_SECONDS = 0.2


def run_here(
    run_id: str,
    settings: Settings,
    *,
    sources: Sources,
    sink: Sink = discard_event,
    cancel: CancelToken = never_cancels,
    models: ModelCalls | None = None,
) -> RunState:
    """Execute a stored run in this process, once it is its turn to have its device.

    Parameters
    ----------
    run_id
        A run of the store.
    settings
        Where data are stored.
    sources
        Where samples and models come from.
    sink
        Receives every event, in addition to the store.
    cancel
        Called while waiting and after each batch and cell; a request to cancel in the store counts too.
    models
        Where checkpoints are run and trained, such as :func:`model_process`; by default in this process.

    Raises
    ------
    RunBusyError
        If another worker is running it.
    RunNotFoundError
        If there is no such run.
    """
    store = RunStore(settings)
    store.state(run_id)  # only a known id names a lock file
    both = _to_both(store_sink(store, run_id), sink)
    token = _either(cancel, store, run_id)
    with ExitStack() as stack:
        stack.enter_context(store.held_open())
        stack.enter_context(hold_run(settings, run_id))
        _join_queue(run_id, store)
        device = acquire_device(
            settings,
            store,
            run_id,
            sink=both,
            cancel=token,
            on_wait=lambda: keep_queues_going(settings, store),
        )
        try:
            stack.enter_context(device)
        except CancelledError:
            store.finish(run_id, RunState.CANCELLED, seconds=0.0)
            both(RunFinished(run_id, RunState.CANCELLED))
            return RunState.CANCELLED
        return run_taken(run_id, store, sources=sources, sink=sink, cancel=cancel, models=models)


def run_taken(
    run_id: str,
    store: RunStore,
    *,
    sources: Sources,
    sink: Sink = discard_event,
    cancel: CancelToken = never_cancels,
    models: ModelCalls | None = None,
) -> RunState:
    """Execute a stored run whose lock and device this process holds, and whose store it holds open.

    As :func:`run_here` otherwise.
    """
    with FeatureCache(store.settings) as cache, engine_of(store.settings) as engine:
        return execute(
            run_id,
            sources=sources,
            store=store,
            cache=cache,
            sink=_to_both(store_sink(store, run_id), sink),
            cancel=_either(cancel, store, run_id),
            models=models,
            engine=engine,
        )


def _to_both(first: Sink, second: Sink) -> Sink:
    """Make a sink that passes each event to two."""

    def both(event: Event) -> None:
        first(event)
        second(event)

    return both


@contextmanager
def model_process(settings: Settings, run_id: str, child: Child | None = None) -> Iterator[ModelProcess]:
    """Run and train the checkpoints of a run in a process of their own, which no model can take the run with.

    It is started when the first model has to run, and ended with the block. What it prints is added to the
    run's log.

    Parameters
    ----------
    settings
        Where data are stored.
    run_id
        The run; it may be stored within the block.
    child
        A process that was started ahead.
    """
    log = log_file(settings, run_id)
    has_log = log.exists()
    try:
        with ModelProcess(settings, log=log, child=child) as process:
            yield process
    finally:
        if log.exists() and not has_log:
            _drop_idle_log(log, RunStore(settings), run_id)


def _drop_idle_log(log: Path, store: RunStore, run_id: str) -> None:
    """Delete a new log that is empty, or whose run was not stored after all."""
    with suppress(RunNotFoundError):
        store.state(run_id)
        if log.stat().st_size:
            return
    log.unlink()


def _join_queue(run_id: str, store: RunStore) -> None:
    """Put the run into the queue, unless it stands there: then this process replaces the worker."""
    position = store.position(run_id)
    if position.state is not RunState.QUEUED or not position.ticket:
        store.queue(run_id, device_of(store.plan(run_id)))
    elif position.awaits_worker:
        store.stop_awaiting(run_id)


def _either(cancel: CancelToken, store: RunStore, run_id: str) -> CancelToken:
    """Make a token that requests cancellation if the given token or the store does.

    The store is read a few times a second, not after each of many quick cells.
    """
    read_at = -math.inf
    requested = False

    def token() -> bool:
        nonlocal read_at, requested
        if time.monotonic() - read_at >= POLL_SECONDS:
            read_at, requested = time.monotonic(), store.cancel_requested(run_id)
        return requested or cancel()

    return token


def cancel_run(run_id: str, settings: Settings) -> None:
    """Ask the process that is at a run to stop after its current batch; without one, cancel it directly.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    store = RunStore(settings)
    store.state(run_id)
    store.request_cancel(run_id)
    if is_held(settings, run_id):
        return  # its process reads the request
    with suppress(RunBusyError), hold_run(settings, run_id):
        if not store.state(run_id).is_finished():
            store.finish(run_id, RunState.CANCELLED, seconds=0.0)
