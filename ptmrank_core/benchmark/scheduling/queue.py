"""The queue of this machine: one run at a time on each device, in the order in which they were queued.

Every run that waits is a process that holds its own lock, so a dead one is passed over at once. The order
comes from tickets in the store; the device itself is a lock, so no two runs ever use it at once, whatever the
store says.
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

LOOK_EVERY_SECONDS = 0.2


def runs_ahead(store: RunTable, settings: Settings, position: QueuePosition) -> list[QueuePosition]:
    """List the living runs that a queued one waits for: the one on its device, and those queued before it.

    Parameters
    ----------
    store, settings
        Where runs are kept.
    place
        Where the run stands.
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
    """Wait until it is a queued run's turn, and hold its device for the time of the block.

    The caller holds the run's lock.

    Parameters
    ----------
    settings, store
        Where runs are kept.
    run_id
        A run that was queued.
    sink
        Hears how many runs are ahead, as often as that changes.
    cancel
        Asked while waiting.

    Raises
    ------
    CancelledError
        If cancellation was requested first.
    """
    position = store.position(run_id)
    told: int | None = None
    while True:
        raise_if_cancelled(cancel)
        ahead = runs_ahead(store, settings, position)
        if all(other.ticket > position.ticket for other in ahead):  # one with a later ticket may be at work
            release = lock_device(settings, position.device)
            if release is not None:
                break
        if len(ahead) != told:
            sink(Waiting(run_id, len(ahead)))
            told = len(ahead)
        time.sleep(LOOK_EVERY_SECONDS)
    try:
        yield
    finally:
        release()


@contextmanager
def borrow_device(settings: Settings, device: str, *, cancel: CancelToken) -> Iterator[None]:
    """Wait until a device is free and hold it for the time of the block: for work that is no run itself.

    It has no place in the queue, so a run that waits may go first, and it may have to wait for more than one.

    Parameters
    ----------
    settings
        Where the locks are.
    device
        As :func:`~ptmrank_core.benchmark.scheduling.devices.device_of` names it.
    cancel
        Asked while waiting.

    Raises
    ------
    CancelledError
        If cancellation was requested first.
    """
    while (release := lock_device(settings, device)) is None:
        raise_if_cancelled(cancel)
        time.sleep(LOOK_EVERY_SECONDS)
    try:
        yield
    finally:
        release()
