"""The worker: ``python -m ptmrank_core.worker RUN`` executes one stored run and exits.

It is a separate process, so that a crash, a kill or running out of memory never takes down the dashboard, and
its memory is released when it exits. The dispatcher of a device starts it with ``next DEVICE``, for the run
whose turn it is.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
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
from ptmrank_core.benchmark.housekeeping import sweep_quietly
from ptmrank_core.catalogue import fetch
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_features, load_reference, load_samples, name_samples, recorded_truth
from ptmrank_core.dispatcher import DONE, NEXT, NOTHING_LEFT
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import CancelToken
from ptmrank_core.faults import BY_THE_SYSTEM, explain

__all__ = ["SOURCES", "main"]

logger = logging.getLogger("ptmrank_core.worker")
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
        case [run_id]:
            execute = partial(_execute, run_id)
        case [first, device] if first == NEXT:
            execute = partial(_execute_next, device)
        case _:
            logger.error("usage: python -m ptmrank_core.worker RUN (or: %s DEVICE)", NEXT)
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


def _execute_next(device: str, settings: Settings, cancel: CancelToken) -> int:
    """Execute the run whose turn it is among those that await a worker of a device."""
    store = RunStore(settings)
    # The models' process ends after the run's lock is free, but before the next worker is started.
    with (
        store.held_open(),
        ExitStack() as process,
        next_run(settings, store, device, cancel=cancel) as run_id,
    ):
        if run_id is not None:
            _print_to(log_file(settings, run_id))
            logger.info("process %d: a worker for run %s", os.getpid(), run_id)
            models = process.enter_context(model_process(settings, run_id))
            state = run_taken(run_id, store, sources=SOURCES, cancel=cancel, models=models)
            logger.info("run %s is %s", run_id, state)
    if run_id is not None:
        sweep_quietly(settings)
    keep_queues_going(settings, store)
    return DONE if device in store.awaited_devices() else NOTHING_LEFT


def _print_to(log: Path) -> None:
    """Add what this process prints from now on to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
