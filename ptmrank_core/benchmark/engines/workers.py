"""Workers for queued runs: started in turn by the dispatcher of a device, which is kept going here."""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable

from ptmrank_core.benchmark.engines.ready import hand_over, is_in_hand
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.scheduling.locks import DispatcherFiles, dispatcher_files, hold_run, is_taken
from ptmrank_core.benchmark.store.queue import QueueTable
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings, child_command, child_environment
from ptmrank_core.errors import RunBusyError, RunError

__all__ = ["keep_queues_going", "start_worker"]

START_SECONDS = 60.0
# A dispatcher holds its lock a moment after it is started: whoever looks more often must not start many.
SECONDS_BETWEEN = 2.0
_started_at: dict[DispatcherFiles, float] = {}


def start_worker(run_id: str, settings: Settings) -> None:
    """Queue a run for a worker process: one that waits here, or one that the device's dispatcher starts.

    From then on the run waits without a process until it is its turn. If it waits already, or a worker is
    running it, nothing is done.

    Raises
    ------
    QuotaError
        If the owner has as many other unfinished runs as one owner may have; nothing has changed.
    RunError
        If the dispatcher does not start; the message contains the last line of its log. The run is no longer
        queued for a worker.
    RunNotFoundError
        If there is no such run.
    """
    store = RunStore(settings)
    store.state(run_id)  # only a known id names a lock file
    try:
        with hold_run(settings, run_id):
            if not store.position(run_id).awaits_worker:
                store.queue(run_id, device_of(store.plan(run_id)), awaits_worker=True)
    except RunBusyError:
        return  # a worker is running it
    position = store.position(run_id)
    files = dispatcher_files(settings, position.device)
    # Before the look at the lock: a dispatcher that is about to end looks for the file after it is free.
    files.asked.touch()
    if is_taken(files.lock) or hand_over(settings, position.device):
        return
    process = _start_dispatcher(settings, position.device, files)
    if _has_started(process, lambda: is_taken(files.lock) or not store.position(run_id).awaits_worker):
        return
    process.kill()
    store.stop_awaiting(run_id)
    lines = files.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise RunError(
        f"The worker did not start: {lines[-1] if lines else 'its log is empty'}.",
        hint=f"Its log: {files.log}.",
    )


def keep_queues_going(settings: Settings, store: QueueTable) -> None:
    """Start a dispatcher for each device that a queued run needs, if its own was killed.

    Whoever looks at the queue calls this: the pages, a worker at its end, a command line that waits. It waits
    for nothing.
    """
    for device in store.awaited_devices():
        files = dispatcher_files(settings, device)
        is_recent = time.monotonic() - _started_at.get(files, -math.inf) < SECONDS_BETWEEN
        if not is_recent and not is_in_hand(device) and not is_taken(files.lock):
            _start_dispatcher(settings, device, files)


def _start_dispatcher(settings: Settings, device: str, files: DispatcherFiles) -> subprocess.Popen[bytes]:
    """Start a dispatcher; if there is one, it ends at once."""
    _started_at[files] = time.monotonic()
    command = child_command("ptmrank_core.dispatcher", device, *map(str, (files.lock, files.asked)))
    with files.log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module, paths of our own
            [*command, *map(str, files.device_locks)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=child_environment(settings),
        )
    # The exit status must be collected, or a dispatcher that has ended remains as a zombie process.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _has_started(process: subprocess.Popen[bytes], is_at_work: Callable[[], bool]) -> bool:
    """Wait until a dispatcher is at work, or has ended, or has taken too long to start."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_at_work():
            return True
        if process.returncode is not None:
            return is_at_work()  # it may have served the run between the two checks
        time.sleep(0.02)
    return False
