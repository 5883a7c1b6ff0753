"""The dispatcher: runs wait without a process, and whatever is killed, the queue goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import (
    RunStore,
    cancel_run,
    clear_failed,
    decide,
    delete_run,
    keep_queues_going,
    list_runs,
    log_file,
    new_run_id,
    read_entry,
    read_progress,
    run_here,
    start_worker,
)
from ptmrank_core.benchmark.scheduling.locks import dispatcher_files, is_held, is_taken, lock_device
from ptmrank_core.config import Quotas, Settings
from ptmrank_core.errors import QuotaError, RunBusyError, RunError
from ptmrank_core.events import Event, RunStarted, Waiting
from ptmrank_core.records import LOCAL_OWNER, Failure, RunState, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features
from tests.waiting import wait_until

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes by /proc")
FEW = Quotas(n_runs=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ready-made features, which are scored at once."""
    save_features(tmp_path / "f" / "strong.npz", 3.0)
    save_features(tmp_path / "f" / "weak.npz", 0.5)
    return tmp_path / "f"


@contextmanager
def busy(settings: Settings) -> Iterator[None]:
    """The device is taken, so that what is queued waits."""
    release = lock_device(settings, "cpu")
    assert release is not None
    try:
        yield
    finally:
        release()


def processes(settings: Settings, module: str) -> list[int]:
    """Process ids of the dispatchers or workers of a home."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                is_ours = f"PTMRANK_HOME={settings.home}".encode() in (folder / "environ").read_bytes()
                if is_ours and f"ptmrank_core.{module}".encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return found


def kill(pids: list[int]) -> None:
    """``kill -9``."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def queue(settings: Settings, folder: Path, *owners: str) -> list[str]:
    """Start runs of some owners, as the dashboard does."""
    ids = [stored_features_plan(settings, folder, owner=owner).run_id for owner in owners]
    for run_id in ids:
        start_worker(run_id, settings)
    return ids


def states(settings: Settings, ids: list[str]) -> list[str]:
    """What the list of runs says of some."""
    return [read_entry(RunStore(settings), settings, run_id).status for run_id in ids]


def order_of(settings: Settings, ids: list[str]) -> list[str]:
    """Some runs in the order in which they were begun."""
    store = RunStore(settings)
    return sorted(ids, key=lambda run_id: store.event_times(run_id)["", "RunStarted"])


def wait_for_end(settings: Settings, ids: list[str]) -> None:
    """Wait until runs are finished and nobody is at their device."""
    wait_until(lambda: states(settings, ids) == ["finished"] * len(ids))
    wait_until(lambda: not is_taken(dispatcher_files(settings, "cpu").lock))


@needs_proc
def test_runs_wait_without_a_process_and_owners_take_turns(settings: Settings, folder: Path) -> None:
    """Twelve runs wait beside one dispatcher and know their places; then they go in turn, one by one."""
    settings = replace(settings, quotas=Quotas(n_runs=9))
    store = RunStore(settings)
    with busy(settings):
        ids = queue(settings, folder, *["ada"] * 6, "bo", "bo", *[LOCAL_OWNER] * 4)
        assert states(settings, ids) == ["waiting"] * 12
        assert processes(settings, "worker") == []
        assert len(processes(settings, "dispatcher")) == 1
        ahead = [read_progress(store, settings, run_id).n_ahead for run_id in ids]
        assert ahead == [0, 3, 6, 8, 10, 11, 1, 4, 2, 5, 7, 9]
        assert not any(entry.can_resume for entry in list_runs(store, settings))
        with pytest.raises(RunBusyError, match="waits in the queue"):
            delete_run(store, settings, ids[0])
        for run_id in ids[6:]:
            cancel_run(run_id, settings)
        assert states(settings, ids) == ["waiting"] * 6 + ["cancelled"] * 6
        for run_id in (ids[6], ids[8]):
            start_worker(run_id, settings)
        for run_id in ids[2:6]:
            cancel_run(run_id, settings)
    going = [ids[0], ids[6], ids[8], ids[1]]
    wait_for_end(settings, going)
    assert order_of(settings, going) == going
    assert {log_file(settings, run_id).read_text().count("a worker for run") for run_id in going} == {1}
    wait_until(lambda: processes(settings, "dispatcher") == [])


def hold_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run_id: str) -> Path:
    """Let the workers of a test stop at the beginning of a run until a file is there; they write another."""
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "sitecustomize.py").write_text(
        "import pathlib, sys, time\n"
        "if 'ptmrank_core.worker' in sys.orig_argv:\n"
        "    from ptmrank_core.benchmark import runner\n"
        "    execute = runner.describe_environment\n"
        "    def wait(plan):\n"
        f"        if plan.run_id == {run_id!r} and not pathlib.Path({str(trap / 'go')!r}).exists():\n"
        f"            pathlib.Path({str(trap / 'there')!r}).touch()\n"
        f"            while not pathlib.Path({str(trap / 'go')!r}).exists():\n"
        "                time.sleep(0.02)\n"
        "        return execute(plan)\n"
        "    runner.describe_environment = wait\n"
    )
    monkeypatch.syspath_prepend(str(trap))
    return trap


@needs_proc
@pytest.mark.parametrize(
    "victims", [pytest.param(("worker",), marks=pytest.mark.slow), ("dispatcher",), ("worker", "dispatcher")]
)
def test_the_queue_goes_on_without_whoever_is_killed(
    settings: Settings,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    victims: tuple[str, ...],
) -> None:
    """A killed run is interrupted and can be resumed; those behind it are executed; nothing is left over."""
    first, *others = (stored_features_plan(settings, folder).run_id for _ in range(3))
    trap = hold_at_the_start(monkeypatch, tmp_path, first)
    for run_id in (first, *others):
        start_worker(run_id, settings)
    wait_until((trap / "there").exists)
    for victim in victims:
        kill(processes(settings, victim))
    if "worker" in victims:
        wait_until(lambda: states(settings, [first]) == ["interrupted"])
        assert read_entry(RunStore(settings), settings, first).can_resume
    assert set(states(settings, others)) <= {"waiting", "running", "finished"}
    (trap / "go").touch()
    if len(victims) == 2:  # nobody is left: whoever looks next starts another
        wait_until(lambda: not is_taken(dispatcher_files(settings, "cpu").lock))
        assert states(settings, others) == ["waiting", "waiting"]
        keep_looking(settings)
    wait_for_end(settings, others)
    if "worker" in victims:
        assert states(settings, [first]) == ["interrupted"]
        start_worker(first, settings)
    wait_for_end(settings, [first])
    assert len(RunStore(settings).cells(first)) == 4
    assert not any(is_held(settings, run_id) for run_id in (first, *others))


def keep_looking(settings: Settings) -> None:
    """Look at the queue as a page does, until it has a dispatcher."""
    store = RunStore(settings)

    def look() -> bool:
        keep_queues_going(settings, store)
        return is_taken(dispatcher_files(settings, "cpu").lock) or not store.awaited_devices()

    wait_until(look)


@needs_proc
def test_a_command_line_takes_its_turn_and_starts_whom_it_waits_for(settings: Settings, folder: Path) -> None:
    """A run that waits in this process is behind those of two others, and revives their dispatcher."""
    with busy(settings):
        theirs = queue(settings, folder, "ada", "bo")
        kill(processes(settings, "dispatcher"))
        wait_until(lambda: not is_taken(dispatcher_files(settings, "cpu").lock))
        mine = stored_features_plan(settings, folder).run_id
        events: list[Event] = []
        pool = ThreadPoolExecutor(1)
        here = pool.submit(run_here, mine, settings, sources=SOURCES, sink=events.append)
        wait_until(lambda: Waiting(mine, 2) in events)
        assert states(settings, [mine]) == ["waiting"]
    assert here.result() is RunState.FINISHED
    assert any(isinstance(event, RunStarted) for event in events)
    wait_for_end(settings, theirs)
    assert order_of(settings, [mine, *theirs]) == [*theirs, mine]
    pool.shutdown()


def test_a_waiting_run_can_be_executed_here(settings: Settings, folder: Path) -> None:
    """Nothing that waits for a worker is out of reach: a process that takes it keeps its place."""
    store = RunStore(settings)
    run_id = stored_features_plan(settings, folder).run_id
    store.queue(run_id, "cpu", awaits_worker=True)
    ticket = store.position(run_id).ticket
    assert run_here(run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert store.position(run_id).ticket == ticket
    assert store.awaited_devices() == []


def test_a_worker_imports_nothing_from_the_folder_it_is_started_in(
    settings: Settings, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules of the standard library's and of our packages' names lie there; none of them is imported."""
    there = tmp_path / "there"
    there.mkdir()
    for name in ("sqlite3", "numpy", "filelock", "ptmrank_core", "logging", "queue"):
        (there / f"{name}.py").write_text("open('imported', 'w').close(); raise SystemExit(7)\n")
    monkeypatch.chdir(there)
    wait_for_end(settings, queue(settings, folder, LOCAL_OWNER))
    assert not (there / "imported").exists()


def test_many_who_start_cancel_and_resume_leave_no_run_stuck(settings: Settings, folder: Path) -> None:
    """Two dashboards of one home click at once, again and again: at the end every run is finished."""
    ids = [stored_features_plan(settings, folder, ["logme"]).run_id for _ in range(4)]

    def click(number: int) -> None:
        run_id = ids[number % len(ids)]
        if number % 3 == 2:
            cancel_run(run_id, settings)
        else:
            start_worker(run_id, settings)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, range(24)))
    store = RunStore(settings)
    for run_id in ids:
        start_worker(run_id, settings)
    wait_until(lambda: all(store.state(run_id).is_finished() for run_id in ids))
    for run_id in ids:
        if store.state(run_id) is RunState.CANCELLED:
            start_worker(run_id, settings)
    wait_for_end(settings, ids)
    assert not any(is_held(settings, run_id) for run_id in ids)


def test_an_owner_has_so_many_unfinished_runs_and_no_more(settings: Settings, folder: Path) -> None:
    """What is refused leaves no trace; the limit is not that of others, nor of whoever is at the machine."""
    settings = replace(settings, quotas=FEW)
    store = RunStore(settings)
    with busy(settings):
        first, second = queue(settings, folder, "ada", "ada")
        for _ in range(2):
            with pytest.raises(
                QuotaError, match=r"2 of your runs are waiting or running; expected at most 2"
            ):
                stored_features_plan(settings, folder, owner="ada")
        assert len(list_runs(store, settings, owner="ada")) == 2
        others = queue(settings, folder, "bo", *[LOCAL_OWNER] * 3)
        cancel_run(first, settings)
        third = queue(settings, folder, "ada")[0]
        with pytest.raises(QuotaError) as caught:
            start_worker(first, settings)  # as Resume does
        assert caught.value.hint == "Wait until one of them has ended, or cancel one."
        assert states(settings, [first, second, third]) == ["cancelled", "waiting", "waiting"]
        start_worker(second, settings)  # it counts once
        for run_id in (second, third, *others):
            cancel_run(run_id, settings)


def test_two_tabs_at_once_do_not_get_past_the_limit(settings: Settings, folder: Path) -> None:
    """Of eight that are started at the same time two are stored."""
    settings = replace(settings, quotas=FEW)
    plan = stored_features_plan(settings, folder)
    samples = RunStore(settings).result(plan.run_id).samples

    def create(_number: int) -> bool:
        try:
            RunStore(settings).create(replace(plan, run_id=new_run_id()), samples, owner="ada")
        except QuotaError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 2
    assert len(RunStore(settings).outlines(owner="ada")) == 2


@pytest.mark.parametrize("ask", ["retry", "race"])
def test_a_finished_run_over_the_limit_stays_as_it_is(settings: Settings, folder: Path, ask: str) -> None:
    """Neither its failures nor its plan are touched by what is refused."""
    settings = replace(settings, quotas=FEW)
    store = RunStore(settings)
    done = stored_features_plan(settings, folder, owner="ada").run_id
    run_here(done, settings, sources=SOURCES)
    store.add_cell(done, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    for _ in range(2):
        stored_features_plan(settings, folder, owner="ada")
    before = store.result(done)
    with pytest.raises(QuotaError):
        clear_failed(store, settings, done) if ask == "retry" else decide(store, settings, done, 60.0)
    assert store.result(done) == before


def test_the_run_of_a_dead_worker_counts_for_nobody(settings: Settings, folder: Path) -> None:
    """Whose workers were killed may start others."""
    settings = replace(settings, quotas=FEW)
    store = RunStore(settings)
    for _ in range(2):
        run_id = stored_features_plan(settings, folder, owner="ada").run_id
        store.queue(run_id, "cpu")
        store.start(run_id, "{}")
    stored_features_plan(settings, folder, owner="ada")


def test_a_dispatcher_that_cannot_start_leaves_nothing_waiting(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says why, and offers to resume the run."""
    run_id = stored_features_plan(settings, folder).run_id
    with monkeypatch.context() as patch:
        patch.setattr("sys.executable", "/bin/false")
        with pytest.raises(RunError, match="The worker did not start: its log is empty"):
            start_worker(run_id, settings)
    entry = read_entry(RunStore(settings), settings, run_id)
    assert (entry.status, entry.can_resume) == ("interrupted", True)
    start_worker(run_id, settings)
    wait_for_end(settings, [run_id])
