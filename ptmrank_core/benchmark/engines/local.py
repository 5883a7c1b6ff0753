"""Runs on this machine: in this process (command line), or in a separate worker process (dashboard)."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.runner import execute
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.scheduling.locks import hold_run, is_alive, is_held, log_file, starting
from ptmrank_core.benchmark.scheduling.progress import store_sink
from ptmrank_core.benchmark.scheduling.queue import acquire_device
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings, child_environment
from ptmrank_core.errors import CancelledError, RunBusyError, RunError, RunNotFoundError
from ptmrank_core.events import CancelToken, Event, RunFinished, Sink, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCalls, ModelProcess
from ptmrank_core.records import RunState

__all__ = ["cancel_run", "model_process", "run_here", "start_worker"]

START_SECONDS = 60.0
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
    """Execute a stored run in this process, once it is first in the queue of its device.

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
    store_event = store_sink(store, run_id)

    def both(event: Event) -> None:
        store_event(event)
        sink(event)

    token = _either(cancel, store, run_id)
    with ExitStack() as stack:
        stack.enter_context(hold_run(settings, run_id))
        _join_queue(run_id, store)
        try:
            stack.enter_context(acquire_device(settings, store, run_id, sink=both, cancel=token))
        except CancelledError:
            store.finish(run_id, RunState.CANCELLED, seconds=0.0)
            both(RunFinished(run_id, RunState.CANCELLED))
            return RunState.CANCELLED
        cache = stack.enter_context(FeatureCache(settings))
        return execute(
            run_id, sources=sources, store=store, cache=cache, sink=both, cancel=token, models=models
        )


@contextmanager
def model_process(settings: Settings, run_id: str) -> Iterator[ModelProcess]:
    """Run and train the checkpoints of a run in a process of their own, which no model can take the run with.

    It is started when the first model has to run, and ended with the block. What it prints is added to the
    run's log.

    Parameters
    ----------
    settings
        Where data are stored.
    run_id
        The run; it may be stored within the block.
    """
    log = log_file(settings, run_id)
    has_log = log.exists()
    try:
        with ModelProcess(settings, log=log) as process:
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
    """Put the run at the end of the queue, unless the process that started this worker has queued it."""
    position = store.position(run_id)
    if position.state is not RunState.QUEUED or not position.ticket:
        store.queue(run_id, device_of(store.plan(run_id)))


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


def start_worker(run_id: str, settings: Settings) -> None:
    """Queue a run and start a worker process for it; return when the worker holds the run's lock.

    From then on, a free lock means that the worker has ended; no clock is involved. If a worker is already
    running it, nothing is done.

    Raises
    ------
    RunError
        If the worker did not start; the message contains the last line of its log.
    """
    store = RunStore(settings)
    store.state(run_id)  # only a known id names a lock file
    with starting(settings, run_id, seconds=START_SECONDS):
        if is_held(settings, run_id):
            return
        store.queue(run_id, device_of(store.plan(run_id)))
        log = log_file(settings, run_id)
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, an id of our own
                [sys.executable, "-m", "ptmrank_core.worker", run_id],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=child_environment(settings),
            )
        # The exit status must be collected, or a finished worker remains as a zombie process.
        threading.Thread(target=process.wait, daemon=True).start()
        if _has_started(process, lambda: is_held(settings, run_id) or store.state(run_id).is_finished()):
            return
        process.kill()
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise RunError(
        f"The worker did not start: {lines[-1] if lines else 'its log is empty'}.", hint=f"Its log: {log}."
    )


def _has_started(process: subprocess.Popen[bytes], is_at_work: Callable[[], bool]) -> bool:
    """Wait until a worker is at work, or has ended, or has taken too long to start."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_at_work():
            return True
        if process.returncode is not None:
            return is_at_work()  # it may have finished the run between the two checks
        time.sleep(0.05)
    return False


def cancel_run(run_id: str, settings: Settings) -> None:
    """Ask a run's worker to stop after its current batch, or to stop waiting; without one, cancel directly.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    store = RunStore(settings)
    store.state(run_id)
    store.request_cancel(run_id)
    if is_alive(settings, run_id):
        return  # its worker reads the request
    with suppress(RunBusyError), hold_run(settings, run_id):
        if not store.state(run_id).is_finished():
            store.finish(run_id, RunState.CANCELLED, seconds=0.0)
