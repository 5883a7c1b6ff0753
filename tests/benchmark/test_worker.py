"""The worker process: killed, seen to be dead, resumed."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, log_file, read_progress, start_worker
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_device
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunError, RunNotFoundError
from ptmrank_core.records import RunState
from ptmrank_core.worker import main
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.checkpoints import save_checkpoint
from tests.ready_made import save_features
from tests.waiting import wait_until


def worker_pid(run_id: str) -> int:
    """Process id of the worker of a run: the one that has the run's lock open."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().split(b"\0")
                if b"ptmrank_core.worker" in command and f"{run_id}.lock" in files_open_in(folder):
                    return int(folder.name)
    raise AssertionError(f"no worker of {run_id}")


def wait_for_worker(run_id: str) -> int:
    """Wait until a queued run has its worker; return the process id."""
    found: list[int] = []

    def is_there() -> bool:
        with suppress(AssertionError):
            found.append(worker_pid(run_id))
        return bool(found)

    wait_until(is_there)
    return found[0]


def files_open_in(process: Path) -> set[str]:
    """Names of the files that a process has open; one that it closes meanwhile is left out."""
    names = set()
    for entry in (process / "fd").iterdir():
        with suppress(OSError):
            names.add(entry.readlink().name)
    return names


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the worker through /proc")
def test_a_killed_worker_is_seen_and_resume_repeats_nothing(
    settings: Settings, picture_zip: Path, tmp_path: Path
) -> None:
    """After kill -9 in mid-run the lock is free at once, finished cells stay, a new worker does the rest.

    Meanwhile it lets other processes go first.
    """
    for i in range(10):
        save_checkpoint(tmp_path / "m" / f"model-{i:02d}", seed=i)
    plan = stored_plan(settings, picture_zip, tmp_path / "m")
    store = RunStore(settings)
    start_worker(plan.run_id, settings)
    assert read_progress(store, settings, plan.run_id).alive
    wait_until(lambda: len(store.cells(plan.run_id)) >= 4)
    worker = worker_pid(plan.run_id)
    least = 19  # the niceness that nothing is above
    assert os.getpriority(os.PRIO_PROCESS, worker) >= min(least, os.getpriority(os.PRIO_PROCESS, 0) + 1)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: read_progress(store, settings, plan.run_id).is_interrupted)
    before = store.cells(plan.run_id)
    assert 4 <= len(before) < 30
    start_worker(plan.run_id, settings)
    wait_until(lambda: store.state(plan.run_id).is_finished())
    result = store.result(plan.run_id)
    assert result.state is RunState.FINISHED
    assert result.cells[: len(before)] == before
    assert len(result.cells) == 30
    progress = read_progress(store, settings, plan.run_id)
    assert {model.status for model in progress.models} == {"done"}
    log = log_file(settings, plan.run_id)
    wait_until(lambda: f"run {plan.run_id} is finished" in log.read_text())
    assert log.read_text().count(f"a worker for run {plan.run_id}") == 2


def test_an_id_from_an_address_names_no_file(settings: Settings) -> None:
    """A link with a path for an id is an unknown run, and no lock file appears anywhere."""
    with pytest.raises(RunNotFoundError):
        read_progress(RunStore(settings), settings, "../../evil")
    assert not list(settings.home.parent.rglob("evil*"))


def test_a_worker_that_cannot_start_says_why(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows the worker's last words, not a spinner for ever."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RunError, match="The worker did not start"):
        start_worker(run_id, settings)


def test_starting_twice_leaves_one_worker(settings: Settings, tmp_path: Path) -> None:
    """A double click, or two people at once, start one process: the others find it there."""
    save_features(tmp_path / "f" / "only.npz")
    run_id = stored_features_plan(settings, tmp_path / "f", ["logme"]).run_id
    release = lock_device(settings, "cpu")  # it waits until all have started it
    assert release is not None
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: start_worker(run_id, settings), range(3)))
    release()
    store = RunStore(settings)
    wait_until(lambda: store.state(run_id).is_finished())
    assert store.state(run_id) is RunState.FINISHED
    assert len(store.cells(run_id)) == 1
    assert log_file(settings, run_id).read_text().count("a worker for run") == 1
    assert store.position(run_id).ticket == 1


def test_the_worker_ends_with_a_status(
    settings: Settings, picture_zip: Path, zoo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No argument is 2, an unknown or busy run is 1."""
    del capsys
    assert main([]) == 2
    assert main(["unknown"]) == 1
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    with hold_run(settings, run_id):
        assert read_progress(RunStore(settings), settings, run_id).alive
