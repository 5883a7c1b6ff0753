"""The queue of this machine: one run at a time on each device, whose owners take turns.

A run of the dashboard waits without a process until a worker takes it; a run of the command line waits in its
process, which holds the run's lock, so one whose process died is skipped at once. Places come from the store.
Each device has a lock too, so two runs never use it at once, whatever the store says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from ptmrank_core.benchmark.scheduling.locks import hold_run, is_held, lock_device
from ptmrank_core.benchmark.scheduling.turns import fair_order
from ptmrank_core.benchmark.store.queue import QueuePosition, QueueTable
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError
from ptmrank_core.events import CancelToken, Sink, Waiting, raise_if_cancelled
from ptmrank_core.records import RunState

__all__ = ["acquire_device", "borrow_device", "is_alive", "next_run", "runs_ahead"]

POLL_SECONDS = 0.2


def is_alive(settings: Settings, position: QueuePosition) -> bool:
    """Whether a run waits in the queue, or a process is at it.

    A position that was read before the lock is checked never makes a run look dead that is being started.
    """
    return position.awaits_worker or is_held(settings, position.run_id)


def runs_ahead(store: QueueTable, settings: Settings, position: QueuePosition) -> list[QueuePosition]:
    """List the runs that a queued run waits for: the one on its device, and those whose turn is earlier.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    position
        Position of the queued run.

    Returns
    -------
    list of QueuePosition
        Only runs that are alive.
    """
    others = [
        other
        for other in store.unfinished(position.device)
        if other.run_id != position.run_id and is_alive(settings, other)
    ]
    running = [other for other in others if other.state is RunState.RUNNING]
    waiting = [other for other in others if other.state is RunState.QUEUED]
    order = fair_order([*waiting, position], store.turns(position.device))
    ahead = running + order[: order.index(position)]
    return ahead + _rivals_ahead(store, settings, position)


def _rivals_ahead(store: QueueTable, settings: Settings, position: QueuePosition) -> list[QueuePosition]:
    """List the runs of other sets of devices that a run waits for, because they share a device with its own.

    Each set has a queue of its own. Those that are at work count, and of every other queue the run whose turn
    it is there, if its ticket is lower: of the first of all queues the one with the lowest ticket waits for
    none of the others, so there is always one that goes on.
    """
    own = set(position.device.split(","))
    rivals = [
        other
        for other in store.all_unfinished()
        if other.device != position.device and own & set(other.device.split(","))
    ]
    running = [o for o in rivals if o.state is RunState.RUNNING and is_alive(settings, o)]
    first = [_waiting(store, settings, device)[:1] for device in sorted({o.device for o in rivals})]
    return running + [o for waiting in first for o in waiting if o.ticket < position.ticket]


def _waiting(store: QueueTable, settings: Settings, device: str) -> list[QueuePosition]:
    """List the runs that wait for a device, in the order of their turns."""
    waiting = [
        position
        for position in store.unfinished(device)
        if position.state is RunState.QUEUED and is_alive(settings, position)
    ]
    return fair_order(waiting, store.turns(device))


def _take_device(store: QueueTable, settings: Settings, position: QueuePosition) -> Callable[[], None] | None:
    """Give a run its device, if that is free and it is the run's turn.

    The caller holds the run's lock.

    Returns
    -------
    callable or None
        Releases the device; ``None`` if the run has to wait.
    """
    release = lock_device(settings, position.device)
    if release is None:
        return None
    with ExitStack() as held:
        held.callback(release)
        order = _waiting(store, settings, position.device)
        is_first = bool(order) and order[0].run_id == position.run_id
        if is_first and not _rivals_ahead(store, settings, position):
            store.take_turn(position)
            return held.pop_all().close
    return None


@contextmanager
def acquire_device(
    settings: Settings,
    store: QueueTable,
    run_id: str,
    *,
    sink: Sink,
    cancel: CancelToken,
    on_wait: Callable[[], None],
) -> Iterator[None]:
    """Wait until it is a queued run's turn, and hold its device within the block.

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
    on_wait
        Called again and again while waiting, to keep the runs before it going.

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
        if not any(other.state is RunState.QUEUED for other in ahead):
            release = _take_device(store, settings, position)
            if release is not None:
                break
        if len(ahead) != n_reported:
            sink(Waiting(run_id, len(ahead)))
            n_reported = len(ahead)
        on_wait()
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        release()


@contextmanager
def next_run(
    settings: Settings, store: QueueTable, device: str, *, cancel: CancelToken
) -> Iterator[str | None]:
    """Wait until it is the turn of a run that awaits a worker, and hold its lock and device within the block.

    Parameters
    ----------
    settings, store
        Where runs are stored.
    device
        A name as returned by :func:`~ptmrank_core.benchmark.scheduling.devices.device_of`.
    cancel
        Called while waiting.

    Yields
    ------
    str or None
        Id of the run; ``None`` if no run awaits a worker of this device.

    Raises
    ------
    CancelledError
        If cancellation is requested while waiting.
    """
    while True:
        raise_if_cancelled(cancel)
        order = _waiting(store, settings, device)
        if not any(position.awaits_worker for position in order):
            yield None
            return
        with ExitStack() as held:
            if order[0].awaits_worker and _take(store, settings, order[0], held):
                yield order[0].run_id
                return
        time.sleep(POLL_SECONDS)


def _take(store: QueueTable, settings: Settings, position: QueuePosition, held: ExitStack) -> bool:
    """Take a run and its device for this process, until the stack is closed; whether that was possible."""
    with suppress(RunBusyError):  # somebody is cancelling it, or executing it elsewhere
        held.enter_context(hold_run(settings, position.run_id))
        release = _take_device(store, settings, position)
        if release is not None:
            held.callback(release)
            return True
    return False


@contextmanager
def borrow_device(settings: Settings, device: str, *, cancel: CancelToken) -> Iterator[None]:
    """Wait until a device is free and hold it within the block, for work that is not a queued run.

    The caller has no position in the queue: it may get the device before runs that wait, or after several.

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
