"""Runs on this machine: in this process (command line), or in a worker process of its own (dashboard)."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time

from ptmrank_core.benchmark.lock import hold_run, is_held
from ptmrank_core.benchmark.progress import store_sink
from ptmrank_core.benchmark.runner import execute
from ptmrank_core.benchmark.sources import Sources
from ptmrank_core.benchmark.store import RunStore
from ptmrank_core.config import Settings, child_environment
from ptmrank_core.errors import RunError
from ptmrank_core.events import CancelToken, Event, Sink, ignore, never
from ptmrank_core.features import FeatureCache
from ptmrank_core.records import RunState

__all__ = ["run_here", "start_worker"]

START_SECONDS = 60.0
ASK_SECONDS = 0.2


def run_here(
    run_id: str,
    settings: Settings,
    *,
    sources: Sources,
    sink: Sink = ignore,
    cancel: CancelToken = never,
) -> RunState:
    """Do a stored run in this process.

    Parameters
    ----------
    run_id
        A run of the store.
    settings
        Where things are kept.
    sources
        Where samples and models come from.
    sink
        Hears of everything, beside the store.
    cancel
        Asked after each batch and cell, beside the store's own request to cancel.

    Raises
    ------
    RunBusyError
        If another worker is at the run.
    RunNotFoundError
        If there is no such run.
    """
    store = RunStore(settings)
    keep = store_sink(store, run_id)

    def both(event: Event) -> None:
        keep(event)
        sink(event)

    with hold_run(settings, run_id), FeatureCache(settings) as cache:
        return execute(
            run_id,
            sources=sources,
            store=store,
            cache=cache,
            sink=both,
            cancel=_either(cancel, store, run_id),
        )


def _either(cancel: CancelToken, store: RunStore, run_id: str) -> CancelToken:
    """Make a token that is pulled when the given one is, or when the store asks to cancel the run.

    The store is asked a few times a second, not after each of many quick cells.
    """
    asked = -math.inf
    requested = False

    def token() -> bool:
        nonlocal asked, requested
        if time.monotonic() - asked >= ASK_SECONDS:
            asked, requested = time.monotonic(), store.cancel_requested(run_id)
        return requested or cancel()

    return token


def start_worker(run_id: str, settings: Settings) -> None:
    """Start a worker process for a run and return when it holds the run's lock.

    Afterwards a free lock means that the worker is gone; no clock is involved.

    Raises
    ------
    RunError
        If the worker did not come up; the message carries what it said.
    """
    store = RunStore(settings)
    if not is_held(settings, run_id):
        store.queue(run_id)
    log = settings.runs_dir / f"{run_id}.log"
    command = [sys.executable, "-m", "ptmrank_core.worker", run_id]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module, an id of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=child_environment(settings),
        )
    # Somebody has to ask for the exit status, or a finished worker stays as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_held(settings, run_id) or store.state(run_id).is_finished():
            return
        if process.returncode is not None:
            break
        time.sleep(0.05)
    process.kill()
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise RunError(
        f"The worker did not start: {said[-1] if said else 'it said nothing'}.", hint=f"Its log: {log}."
    )
