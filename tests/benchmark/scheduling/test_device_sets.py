"""Runs that want several devices: they get all of them or none, and nobody waits for good."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, keep_queues_going, read_progress
from ptmrank_core.benchmark.engines import workers
from ptmrank_core.benchmark.scheduling.devices import device_of, devices_of
from ptmrank_core.benchmark.scheduling.locks import DispatcherFiles, dispatcher_files, lock_device
from ptmrank_core.benchmark.scheduling.queue import next_run
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError, InputError
from ptmrank_core.features import check_options
from ptmrank_core.records import ExtractionOptions, RunState
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import save_features

FIRST, SECOND, BOTH = "cuda:0", "cuda:1", "cuda:0,cuda:1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ready-made features."""
    save_features(tmp_path / "f" / "one.npz", 1.0)
    return tmp_path / "f"


def queued(store: RunStore, settings: Settings, folder: Path, *devices: str) -> list[str]:
    """Runs that await a worker of some devices."""
    ids = []
    for device in devices:
        run_id = stored_features_plan(settings, folder).run_id
        store.queue(run_id, device, awaits_worker=True)
        ids.append(run_id)
    return ids


def looks(n: int) -> Callable[[], bool]:
    """A token that asks to stop after so many looks at the queue."""
    left = iter([False] * n)
    return lambda: next(left, True)


def take(store: RunStore, settings: Settings, device: str, held: ExitStack) -> str | None:
    """Take the next run of a device if it is its turn now, until the stack is closed."""
    try:
        return held.enter_context(next_run(settings, store, device, cancel=looks(1)))
    except CancelledError:
        return None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cuda:0,cuda:0", "The device 'cuda:0' is named twice in 'cuda:0,cuda:0'."),
        ("cuda,cuda:0", "The device 'cuda:0' is named twice in 'cuda,cuda:0'."),
        ("mps,mps", "The device 'mps' is named twice in 'mps,mps'."),
        ("cuda:0,gpu:1", "Unknown device 'gpu:1'."),
        ("cuda:0,", "Unknown device ''."),
        ("cpu, cpu", "Unknown device ' cpu'."),
        ("cpu:0,cpu:1", "Unknown device 'cpu:0'."),
        ("auto,cpu", "Of several devices one is 'auto'."),
        ("cpu,cuda:0", "The devices 'cpu,cuda:0' are of several kinds."),
    ],
)
def test_odd_devices_are_refused(text: str, said: str) -> None:
    """The message names the device and what is wrong with it, before any model is touched."""
    with pytest.raises(InputError) as caught:
        check_options(ExtractionOptions(device=text))
    assert caught.value.message == said
    assert caught.value.hint


@pytest.mark.parametrize("text", ["cpu,cpu", "cuda:0,cuda:1", "cuda,cuda:1", "cuda:1,cuda:0,cuda:12", "mps"])
def test_devices_of_one_kind_are_taken(text: str) -> None:
    """Several, in any order; the processor as often as models are to be at work."""
    assert check_options(ExtractionOptions(device=text)).device == text


def test_a_run_waits_for_each_of_its_devices(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Two models at a time on the processor are one device; the order in which GPUs are named is none."""
    plan = stored_plan(settings, picture_zip, zoo)

    def named(text: str) -> tuple[str, tuple[str, ...]]:
        own = replace(plan, options=replace(plan.options, device=text))
        return device_of(own), devices_of(own)

    assert named("cpu,cpu") == ("cpu", ("cpu", "cpu"))
    assert named("cuda:1,cuda") == (BOTH, ("cuda:1", "cuda:0"))


def test_all_devices_are_held_or_none(settings: Settings) -> None:
    """Where one is taken the other stays free for others."""
    one = lock_device(settings, SECOND)
    assert one is not None
    assert lock_device(settings, BOTH) is None
    other = lock_device(settings, FIRST)
    assert other is not None
    one()
    other()
    both = lock_device(settings, BOTH)
    assert both is not None
    assert (lock_device(settings, FIRST), lock_device(settings, SECOND)) == (None, None)
    both()


def test_overlapping_runs_go_in_the_order_of_their_tickets(settings: Settings, folder: Path) -> None:
    """One that wants both is not overtaken for good by those that want one, nor does it keep the others."""
    store = RunStore(settings)
    ids = queued(store, settings, folder, FIRST, BOTH, SECOND, FIRST)
    assert [read_progress(store, settings, run).n_ahead for run in ids] == [0, 1, 1, 2]
    with ExitStack() as at_first, ExitStack() as at_both:
        assert take(store, settings, FIRST, at_first) == ids[0]
        assert take(store, settings, BOTH, at_both) is None
        assert take(store, settings, SECOND, at_both) is None  # behind the one that wants both
        store.finish(ids[0], RunState.FINISHED, seconds=0.0)
        at_first.close()
        assert take(store, settings, FIRST, at_first) is None
        assert take(store, settings, BOTH, at_both) == ids[1]
        assert [read_progress(store, settings, run).n_ahead for run in ids[2:]] == [1, 1]
        store.finish(ids[1], RunState.FINISHED, seconds=0.0)
    with ExitStack() as first, ExitStack() as second:
        assert take(store, settings, SECOND, second) == ids[2]
        assert take(store, settings, FIRST, first) == ids[3]


def test_whatever_overlaps_one_goes_on(settings: Settings, folder: Path) -> None:
    """However runs want sets that overlap in a circle, again and again one of them gets its devices."""
    store = RunStore(settings)
    circle = ("cuda:0,cuda:1", "cuda:1,cuda:2", "cuda:0,cuda:2") * 3
    left = set(queued(store, settings, folder, *circle))
    while left:
        with ExitStack() as held:
            taken = [run for device in circle[:3] if (run := take(store, settings, device, held))]
            assert len(taken) == 1
            store.finish(taken[0], RunState.FINISHED, seconds=0.0)
            left -= set(taken)


def test_a_dispatcher_waits_for_all_devices(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is that of the set, with files of its own, and is told of the lock of each device."""
    files = dispatcher_files(settings, BOTH)
    assert [lock.name for lock in files.device_locks] == ["device-cuda-0.lock", "device-cuda-1.lock"]
    assert files.lock.name == "device-cuda-0+cuda-1.dispatcher.lock"
    store = RunStore(settings)
    queued(store, settings, folder, BOTH)
    started: list[tuple[str, DispatcherFiles]] = []
    monkeypatch.setattr(workers, "_start_dispatcher", lambda _, *what: started.append(what))
    keep_queues_going(settings, store)
    assert started == [(BOTH, files)]
