"""The worker that waits: it takes the next run at once, and whatever is killed, nothing is left or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core import worker
from ptmrank_core.benchmark import RunStore, keep_queues_going, keep_ready, log_file, start_worker
from ptmrank_core.benchmark.engines import ready
from ptmrank_core.benchmark.scheduling.locks import lock_device
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings, child_environment, load_settings
from ptmrank_core.records import Failure, RunState
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.benchmark.test_dispatcher import kill, processes
from tests.benchmark.test_worker import wait_for_worker
from tests.ready_made import save_features
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc")


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Settings that let a worker wait; none is left after the test."""
    own = Settings(home=home, ready_seconds=600.0)
    yield own
    ready._dismiss()
    wait_until(lambda: all_of(own) == [])
    # A process is gone a moment before whoever waits for it is told: until then its device counts as given.
    wait_until(lambda: all(worker.poll() is not None for worker, _ in ready._waiting.handed.values()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ready-made features, which are scored at once."""
    save_features(tmp_path / "f" / "strong.npz", 3.0)
    save_features(tmp_path / "f" / "weak.npz", 0.5)
    return tmp_path / "f"


def all_of(settings: Settings) -> list[int]:
    """Process ids of whatever waits or works at a home."""
    return [
        pid for module in ("worker", "dispatcher", "features.process") for pid in processes(settings, module)
    ]


def waiting(settings: Settings) -> tuple[int, int]:
    """A worker that waits with its model process, both there: their process ids."""

    def is_there() -> bool:
        keep_ready(
            settings, RunStore(settings)
        )  # asked at each run of a page: the last one may just be ending
        return bool(processes(settings, "features.process"))

    wait_until(is_there)
    [own], [models] = processes(settings, "worker"), processes(settings, "features.process")
    return own, models


def loaded(pid: int) -> bool:
    """Whether a process has loaded PyTorch."""
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text()


def finish(settings: Settings, run_id: str) -> None:
    """Wait until a run is finished, looking at the queue as a page does."""
    store = RunStore(settings)

    def look() -> bool:
        keep_queues_going(settings, store)
        return store.state(run_id).is_finished()

    wait_until(look)
    assert store.state(run_id) is RunState.FINISHED
    assert not any(isinstance(cell, Failure) for cell in store.cells(run_id))


def test_the_worker_that_waits_takes_the_run(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """It is the run's worker, and its model process runs the models; both end with the run."""
    own, models = waiting(settings)
    wait_until(lambda: loaded(models))
    keep_ready(settings, RunStore(settings))
    assert processes(settings, "worker") == [own]
    run_id = stored_plan(settings, picture_zip, zoo, ["logme"]).run_id
    start_worker(run_id, settings)
    assert wait_for_worker(run_id) == own
    assert processes(settings, "dispatcher") == []
    finish(settings, run_id)
    log = log_file(settings, run_id).read_text()
    assert f"process {own}: a worker for run {run_id}" in log
    wait_until(lambda: all_of(settings) == [])
    assert len(RunStore(settings).cells(run_id)) == 3


def test_a_model_process_that_is_killed_while_it_waits_is_replaced(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """No model is blamed for it: the worker that waited starts another one for the first."""
    own, models = waiting(settings)
    kill([models])
    wait_until(lambda: models not in processes(settings, "features.process"))
    run_id = stored_plan(settings, picture_zip, local_models(zoo)[:1], ["logme"]).run_id
    start_worker(run_id, settings)
    finish(settings, run_id)
    assert f"process {own}: a worker for run {run_id}" in log_file(settings, run_id).read_text()


def test_a_worker_that_is_killed_while_it_waits_leaves_nothing(settings: Settings, folder: Path) -> None:
    """Its model process is gone too, and the run has a worker as if none had waited."""
    own, models = waiting(settings)
    kill([own])
    wait_until(lambda: models not in processes(settings, "features.process"))
    run_id = stored_features_plan(settings, folder).run_id
    start_worker(run_id, settings)
    finish(settings, run_id)


def test_a_worker_that_dies_with_the_run_in_hand_loses_nothing(settings: Settings, folder: Path) -> None:
    """It was told to take the run and did not: whoever looks at the queue has another one started."""
    own, _ = waiting(settings)
    os.kill(own, signal.SIGSTOP)
    run_id = stored_features_plan(settings, folder).run_id
    start_worker(run_id, settings)
    keep_queues_going(settings, RunStore(settings))
    assert processes(settings, "dispatcher") == []
    kill([own])
    finish(settings, run_id)


def test_a_worker_that_does_not_take_the_run_is_not_waited_for(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was stopped has a while, then another does the run; it finds nothing when it goes on."""
    own, _ = waiting(settings)
    os.kill(own, signal.SIGSTOP)
    run_id = stored_features_plan(settings, folder).run_id
    start_worker(run_id, settings)
    monkeypatch.setattr(ready, "TAKE_SECONDS", 0.0)
    finish(settings, run_id)
    os.kill(own, signal.SIGCONT)
    wait_until(lambda: own not in processes(settings, "worker"))
    assert len(RunStore(settings).cells(run_id)) == 4


def test_nothing_waits_where_it_would_be_in_the_way(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when it is switched off, memory is short, a run is at work or one waits for its dispatcher."""
    store = RunStore(settings)
    started: list[Settings] = []
    monkeypatch.setattr(ready, "_start", started.append)
    keep_ready(replace(settings, ready_seconds=0.0), store)
    release = lock_device(settings, "cpu")
    assert release is not None
    keep_ready(settings, store)
    release()
    with monkeypatch.context() as short:
        short.setattr(ready, "available_bytes", lambda: (ready.LEAST_FREE_BYTES - 1.0, 1e12))
        keep_ready(settings, store)
    assert started == []
    keep_ready(settings, store)
    assert started == [settings]


SERVER = """
import sys, time
from ptmrank_core.benchmark import RunStore, keep_ready
from ptmrank_core.config import load_settings
settings = load_settings()
keep_ready(settings, RunStore(settings))
print("started", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_it_ends_with_its_server(settings: Settings, sign: signal.Signals) -> None:
    """However the server ends, nothing that waited for its runs is left."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], env=child_environment(settings), stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"started\n"
    wait_until(lambda: bool(processes(settings, "features.process")))
    server.send_signal(sign)
    server.communicate()
    wait_until(lambda: all_of(settings) == [])


def test_it_ends_when_nobody_needs_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, and at once when memory runs short; a later page has another one started."""
    short = replace(settings, ready_seconds=0.5)
    with ready._start(short) as process:
        assert process.wait() == worker.NOTHING_LEFT
    monkeypatch.setattr(worker.os, "read", lambda *_: time.sleep(600))
    with monkeypatch.context() as no_memory:
        no_memory.setattr(ready, "available_bytes", lambda: (0.0, 1e12))
        assert worker._asked_device(settings, lambda: False) is None
    assert worker._asked_device(settings, lambda: True) is None


def test_the_setting_says_how_long_it_waits(home: Path) -> None:
    """In minutes; nothing is a value too, and a process of ours has the same."""
    assert load_settings({"PTMRANK_HOME": str(home)}).ready_seconds == 600
    never = load_settings({"PTMRANK_HOME": str(home), "PTMRANK_READY_MINUTES": "0"})
    assert never.ready_seconds == 0
    assert load_settings(child_environment(never)).ready_seconds == 0
    short = load_settings({"PTMRANK_HOME": str(home), "PTMRANK_READY_MINUTES": "1.5"})
    assert load_settings(child_environment(short)).ready_seconds == 90
