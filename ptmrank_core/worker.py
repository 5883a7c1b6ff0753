"""The worker: ``python -m ptmrank_core.worker RUN`` executes one stored run and exits.

It is a separate process, so that a crash, a kill or running out of memory never takes down the dashboard, and
its memory is released when it exits. The dispatcher of a device starts it with ``next DEVICE``, for the run
whose turn it is; a dashboard starts it with ``wait``, before there is a run, and names the device later.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial
from types import FrameType

from ptmrank_core.benchmark import (
    RunStore,
    Sources,
    keep_queues_going,
    log_file,
    model_process,
    next_run,
    run_here,
    run_taken,
)
from ptmrank_core.benchmark.engines.ready import WAIT, may_wait
from ptmrank_core.benchmark.housekeeping import sweep_quietly
from ptmrank_core.catalogue import fetch
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_features, load_reference, load_samples, name_samples, recorded_truth
from ptmrank_core.dispatcher import DONE, NEXT, NOTHING_LEFT
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import CancelToken
from ptmrank_core.faults import BY_THE_SYSTEM, explain
from ptmrank_core.features.process import Child, child_ahead
from ptmrank_core.features.process.printing import print_to
from ptmrank_core.pieces.ahead import import_ahead

__all__ = ["SOURCES", "main"]

logger = logging.getLogger("ptmrank_core.worker")
# How often a worker that waits looks whether it is to stop, and at the machine's memory.
POLL_SECONDS = 0.5
NAME_BYTES = 256  # of a device, at most
POLITENESS = 5  # what is added to the niceness of the process, and of those that it starts
SOURCES = Sources(
    load_samples=load_samples,
    load_reference=load_reference,
    name_samples=name_samples,
    load_features=load_features,
    fetch=fetch,
    recorded_truth=recorded_truth,
)


def main(arguments: list[str]) -> int:
    """Execute the run of an id, or the next one of a device (``next DEVICE``); return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    execute: Callable[[Settings, CancelToken], int]
    match arguments:
        case [only] if only == WAIT:
            execute = _wait
        case [run_id]:
            execute = partial(_execute, run_id)
        case [first, device] if first == NEXT:
            execute = partial(_execute_next, device)
        case _:
            logger.error("usage: python -m ptmrank_core.worker RUN (or: %s DEVICE, or: %s)", NEXT, WAIT)
            return 2
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, stop)
    try:
        return execute(load_settings(), lambda: bool(stopped))
    except PTMRankError as error:
        logger.error("%s", error)  # noqa: TRY400 - a known error needs no traceback
        return 1
    except BY_THE_SYSTEM as error:
        logger.exception("stopped")
        logger.error("%s", explain(error))  # noqa: TRY400 - the last line is what the dashboard shows
        return 1


def _execute(run_id: str, settings: Settings, cancel: CancelToken) -> int:
    """Execute one run, once it is its turn."""
    logger.info("process %d: a worker for run %s", os.getpid(), run_id)
    with model_process(settings, run_id) as models:
        state = run_here(run_id, settings, sources=SOURCES, cancel=cancel, models=models)
    sweep_quietly(settings)
    logger.info("run %s is %s", run_id, state)
    return DONE


def _wait(settings: Settings, cancel: CancelToken) -> int:
    """Wait for a device, and execute the run whose turn it is there: everything is imported by then."""
    with closing(child_ahead(settings)) as child:
        imports = import_ahead()
        device = _asked_device(settings, cancel)
        imports.join()
        return NOTHING_LEFT if device is None else _execute_next(device, settings, cancel, child)


def _asked_device(settings: Settings, cancel: CancelToken) -> str | None:
    """Read the name of a device from standard input.

    Returns
    -------
    str or None
        ``None`` if whoever started this process is gone or did not ask in time, if this process is to stop,
        or if memory is needed for something else.
    """
    names: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread, because nothing else interrupts reading on every system; past the buffer of standard input,
    # whose lock it would hold when this process ends.
    threading.Thread(target=lambda: names.put(os.read(0, NAME_BYTES)), daemon=True).start()
    end = time.monotonic() + settings.ready_seconds
    while not cancel() and time.monotonic() < end and may_wait(settings):
        with suppress(queue.Empty):
            return names.get(timeout=POLL_SECONDS).decode().strip() or None
    return None


def _execute_next(device: str, settings: Settings, cancel: CancelToken, child: Child | None = None) -> int:
    """Execute the run whose turn it is among those that await a worker of a device."""
    store = RunStore(settings)
    # The models' process ends after the run's lock is free, but before the next worker is started.
    with (
        store.held_open(),
        ExitStack() as process,
        next_run(settings, store, device, cancel=cancel) as run_id,
    ):
        if run_id is not None:
            print_to(log_file(settings, run_id))
            logger.info("process %d: a worker for run %s", os.getpid(), run_id)
            models = process.enter_context(model_process(settings, run_id, child))
            state = run_taken(run_id, store, sources=SOURCES, cancel=cancel, models=models)
            logger.info("run %s is %s", run_id, state)
    if run_id is not None:
        sweep_quietly(settings)
    keep_queues_going(settings, store)
    return DONE if device in store.awaited_devices() else NOTHING_LEFT


def _stand_back() -> None:
    """Let pages and whoever works on this machine go first; a run that is alone is as quick as before."""
    if hasattr(os, "nice"):
        os.nice(POLITENESS)


if __name__ == "__main__":
    _stand_back()
    sys.exit(main(sys.argv[1:]))
