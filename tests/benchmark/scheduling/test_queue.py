"""The queue of the machine: one run at a time on a device, first in first out, nobody in the way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, cancel_run, read_entry, read_progress, run_here, start_worker
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_device
from ptmrank_core.benchmark.scheduling.queue import borrow_device
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError
from ptmrank_core.events import CancelToken, Event, RunFinished, RunStarted, Waiting, never_cancels
from ptmrank_core.records import RunPlan, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.waiting import PATIENCE_SECONDS, wait_until


@contextmanager
def busy(settings: Settings, device: str = "cpu") -> Iterator[Callable[[], None]]:
    """A device that somebody is at; yields what frees it."""
    release = lock_device(settings, device)
    assert release is not None
    try:
        yield release
    finally:
        release()


class Waiters:
    """Runs that wait in threads of this process, each with a lock of its own like a process."""

    def __init__(self, settings: Settings, plans: list[RunPlan]) -> None:
        self.settings, self.store = settings, RunStore(settings)
        self.plans, self.events = plans, list[tuple[str, Event]]()
        self.pool = ThreadPoolExecutor(len(plans))
        self.pulled: dict[str, threading.Event] = {plan.run_id: threading.Event() for plan in plans}
        self.futures: dict[str, Future[RunState]] = {}
        self.looks = Counter[str]()

    def join(self, run_id: str) -> None:
        """Let a run join the queue."""
        self.futures[run_id] = self.pool.submit(
            run_here,
            run_id,
            self.settings,
            sources=SOURCES,
            sink=lambda event: self.events.append((run_id, event)),
            cancel=lambda: self.look(run_id),
        )

    def look(self, run_id: str) -> bool:
        """Whether a run is to be cancelled, which it asks each time that it looks whether it is its turn."""
        self.looks[run_id] += 1
        return self.pulled[run_id].is_set()

    def wait_for_looks(self, run_ids: list[str]) -> None:
        """Wait until each of some runs has looked once more, from beginning to end."""
        before = Counter(self.looks)
        wait_until(lambda: all(self.looks[run_id] >= before[run_id] + 2 for run_id in run_ids))

    def start(self, run_id: str) -> None:
        """Let a run join the queue behind others, and wait until it has."""
        self.join(run_id)
        wait_until(lambda: any(run == run_id and isinstance(event, Waiting) for run, event in self.events))

    def started(self) -> list[str]:
        """Runs in the order in which they began."""
        return [run for run, event in self.events if isinstance(event, RunStarted)]


@pytest.fixture
def waiters(settings: Settings, picture_zip: Path, zoo: Path) -> Iterator[Waiters]:
    """Three runs of one device that have not joined the queue yet."""
    waiters = Waiters(settings, [stored_plan(settings, picture_zip, zoo) for _ in range(3)])
    yield waiters
    for pulled in waiters.pulled.values():
        pulled.set()
    waiters.pool.shutdown()


def n_ahead(waiters: Waiters) -> list[int]:
    """What the page says of each run's place."""
    store, settings = waiters.store, waiters.settings
    return [read_progress(store, settings, plan.run_id).n_ahead for plan in waiters.plans]


def test_runs_of_one_device_work_one_after_the_other_as_they_came(waiters: Waiters) -> None:
    """While the device is taken all wait and know their place; then they begin in the order of queueing."""
    ids = [plan.run_id for plan in waiters.plans]
    # All are queued before a process is there, and those come up in another order: no overtaking.
    with busy(waiters.settings) as release:
        for run_id in ids:
            waiters.store.queue(run_id, "cpu", awaits_worker=True)
        for run_id in (ids[2], ids[1]):
            waiters.start(run_id)
        release()
        waiters.wait_for_looks([ids[1], ids[2]])
        assert waiters.started() == []
        assert n_ahead(waiters) == [0, 1, 2]
        assert read_entry(waiters.store, waiters.settings, ids[2]).status == "waiting"
        waiters.join(ids[0])
        wait_until(lambda: waiters.started() == ids)
    assert {future.result() for future in waiters.futures.values()} == {RunState.FINISHED}
    begun = [(run, type(e)) for run, e in waiters.events if isinstance(e, RunStarted | RunFinished)]
    assert begun == [(run, kind) for run in ids for kind in (RunStarted, RunFinished)]


def test_one_that_is_cancelled_while_it_waits_is_out_of_the_way(waiters: Waiters) -> None:
    """Its worker ends at once with nothing computed; those behind it move up."""
    first, second, third = (plan.run_id for plan in waiters.plans)
    with busy(waiters.settings) as release:
        waiters.start(first)
        waiters.start(second)
        waiters.start(third)
        assert n_ahead(waiters) == [0, 1, 2]
        cancel_run(first, waiters.settings)  # as a page does
        waiters.pulled[second].set()  # as a signal does
        assert waiters.futures[first].result(PATIENCE_SECONDS) is RunState.CANCELLED
        assert waiters.futures[second].result(PATIENCE_SECONDS) is RunState.CANCELLED
        assert n_ahead(waiters) == [0, 0, 0]
        assert waiters.started() == []
        release()
    assert waiters.futures[third].result(PATIENCE_SECONDS) is RunState.FINISHED
    assert waiters.store.cells(first) == ()
    assert run_here(first, waiters.settings, sources=SOURCES) is RunState.FINISHED  # the request is forgotten


def test_a_dead_waiter_blocks_nobody(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run whose worker was killed in the queue is passed over, with no time to be waited."""
    store = RunStore(settings)
    dead, living = (stored_plan(settings, picture_zip, zoo).run_id for _ in range(2))
    store.queue(dead, "cpu")
    events: list[Event] = []
    assert run_here(living, settings, sources=SOURCES, sink=events.append) is RunState.FINISHED
    assert not [event for event in events if isinstance(event, Waiting)]
    assert read_entry(store, settings, dead).status == "interrupted"


def test_another_device_is_not_waited_for(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run on the CPU works while the GPU is taken."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    with busy(settings, "cuda:0"):
        assert run_here(run_id, settings, sources=SOURCES) is RunState.FINISHED


def test_work_that_is_no_run_takes_its_turn_too(settings: Settings) -> None:
    """It waits while somebody is at the device, holds it then, and can be cancelled while it waits."""
    with busy(settings), pytest.raises(CancelledError), borrow_device(settings, "cpu", cancel=lambda: True):
        pass
    with ThreadPoolExecutor(1) as pool:
        with busy(settings):
            looks = list[bool]()
            later = pool.submit(hold_for_a_moment, settings, lambda: looks.append(True) is not None)
            wait_until(lambda: len(looks) >= 2)
            assert not later.done()
        assert later.result(PATIENCE_SECONDS)


def hold_for_a_moment(settings: Settings, cancel: CancelToken) -> bool:
    """Borrow the CPU; tell whether it was taken meanwhile."""
    with borrow_device(settings, "cpu", cancel=cancel):
        return lock_device(settings, "cpu") is None


def test_a_resumed_run_takes_its_place_at_the_end(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Who was queued meanwhile goes first."""
    store = RunStore(settings)
    old, new = (stored_plan(settings, picture_zip, zoo).run_id for _ in range(2))
    store.queue(old, "cpu")
    store.queue(new, "cpu")
    store.finish(old, RunState.CANCELLED, seconds=0.0)
    store.queue(old, "cpu")
    assert store.position(old).ticket > store.position(new).ticket
    with hold_run(settings, new), hold_run(settings, old):
        assert read_progress(store, settings, old).n_ahead == 1
        assert read_progress(store, settings, new).n_ahead == 0


def test_a_worker_process_waits_and_can_be_cancelled(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The page starts a worker at once; it waits, is seen to wait, and ends when it is cancelled."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    with busy(settings):
        start_worker(run_id, settings)
        progress = read_progress(store, settings, run_id)
        assert progress.is_waiting
        assert not progress.is_interrupted
        cancel_run(run_id, settings)
        wait_until(lambda: store.state(run_id) is RunState.CANCELLED)
        wait_until(lambda: not read_progress(store, settings, run_id).alive)


def test_cancelling_a_run_that_nobody_is_at_is_done_at_once(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """There is no worker to hear of it."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    cancel_run(run_id, settings)
    assert RunStore(settings).state(run_id) is RunState.CANCELLED


def test_a_request_to_cancel_is_never_lost(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """One that comes between the end of waiting and the first model is heard."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id

    def load(*arguments: object) -> object:
        store.request_cancel(run_id)
        return SOURCES.load_samples(*arguments)  # type: ignore[arg-type]

    sources = replace(SOURCES, load_samples=load)
    store.queue(run_id, "cpu")
    assert run_here(run_id, settings, sources=sources, cancel=never_cancels) is RunState.CANCELLED
