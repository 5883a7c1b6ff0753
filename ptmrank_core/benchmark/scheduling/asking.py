"""What may be asked of a run that was ranked before: only of a finished one that no worker is at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.benchmark.scheduling.queue import is_alive
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError, RunError
from ptmrank_core.records import RunState

__all__ = ["hold_finished"]


@contextmanager
def hold_finished(store: RunStore, settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the lock of a finished run within the block, in which its plan may be made longer.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunError
        If the run is not finished.
    RunNotFoundError
        If there is no such run.
    """
    place = store.position(run_id)
    if is_alive(settings, place):
        raise RunBusyError(f"A worker is running {run_id}.", hint="Wait until it ends, or cancel it first.")
    if place.state is not RunState.FINISHED:
        raise RunError(f"Run {run_id} is {place.state}; expected a finished run.", hint="Resume it first.")
    with hold_run(settings, run_id):
        yield
