"""The queue of this machine: one run at a time on each device, in the order in which they were queued.

Every waiting run has a process that holds the run's lock, so a run whose process died is skipped at once. The
order comes from tickets in the store. Each device has a lock too, so two runs never use it at once, whatever
the store says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.benchmark.scheduling.locks import is_alive, lock_device
from ptmrank_core.benchmark.store.runs import QueuePosition, RunTable
from ptmrank_core.config import Settings
from ptmrank_core.events import CancelToken, Sink, Waiting, raise_if_cancelled
from ptmrank_core.records import RunState

__all__ = ["acquire_device", "borrow_device", "runs_ahead"]

POLL_SECONDS = 0.2


def runs_ahead(store: RunTable, settings: Settings, position: QueuePosition) -> list[QueuePosition]:
    """List the runs that a queued run waits for: the one on its device, and those queued before it.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    position
        Position of the queued run.

    Returns
    -------
    list of QueuePosition
        Only runs with a living worker.
    """
    return [
        other
        for other in store.others(position)
        if (other.state is RunState.RUNNING or other.ticket < position.ticket)
        and is_alive(settings, other.run_id)
    ]


@contextmanager
def acquire_device(
    settings: Settings, store: RunTable, run_id: str, *, sink: Sink, cancel: CancelToken
) -> Iterator[None]:
    """Wait until a queued run is first in the queue, and hold its device within the block.

    The caller holds the run's lock.

    Parameters
    ----------
    settings, store
        Where runs are stored.
    run_id
        A run that was queued.
    sink
        Receives the number of runs ahead whenever it changes.
    cancel
        Called while waiting.

    Raises
    ------
    CancelledError
        If cancellation is requested while waiting.
    """
    position = store.position(run_id)
    n_reported: int | None = None
    while True:
        raise_if_cancelled(cancel)
        ahead = runs_ahead(store, settings, position)
        if all(other.ticket > position.ticket for other in ahead):  # one with a later ticket may be running
            release = lock_device(settings, position.device)
            if release is not None:
                break
        if len(ahead) != n_reported:
            sink(Waiting(run_id, len(ahead)))
            n_reported = len(ahead)
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        release()


@contextmanager
def borrow_device(settings: Settings, device: str, *, cancel: CancelToken) -> Iterator[None]:
    """Wait until a device is free and hold it within the block, for work that is not a queued run.

    The caller has no position in the queue, so waiting runs may get the device first, even several of them.

    Parameters
    ----------
    settings
        Where the locks are.
    device
        A name as returned by :func:`~ptmrank_core.benchmark.scheduling.devices.device_of`.
    cancel
        Called while waiting.

    Raises
    ------
    CancelledError
        If cancellation is requested while waiting.
    """
    while (release := lock_device(settings, device)) is None:
        raise_if_cancelled(cancel)
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        release()
