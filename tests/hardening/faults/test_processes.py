"""Real processes that are stopped for a while, share a home, or have odd surroundings."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, cancel_run, list_runs, read_entry, read_progress, start_worker
from ptmrank_core.benchmark.store import connection
from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.records import RunState
from tests.benchmark.comparing import given, undisturbed_twin
from tests.benchmark.runs import stored_features_plan
from tests.benchmark.workers import N_STEPS, start_analysing_worker
from tests.dashboard.serving import free_port, serve
from tests.hardening.faults.faults import cache_file, cut, drop_cache, overwrite
from tests.hardening.kills.processes import WORDS, ProcessBench, children
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
RANK = (sys.executable, "-m", "ptmrank_core", "rank", "--metrics", "logme,leep", "--features")
# Whoever closes the file asks for a moment whether it is the last, and readers wait for that: with the store
# held open one stop in a hundred falls into it, without it one in four.
N_STOPS, MOST_LOCKED = 60, 6
A_WHILE = [pytest.param(1.5, id="seconds"), pytest.param(60.0, id="a minute", marks=pytest.mark.slow)]


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """Ready-made features, which are scored at once."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "features" / f"{name}.npz", strength)
    return tmp_path / "features"


def cells(store: RunStore, run_id: str) -> object:
    """The cells of a run, to be held against another's."""
    return given(store, run_id)["cells"]


def is_being_written(settings: Settings) -> bool:
    """Whether another process is in the midst of a transaction."""
    with closing(sqlite3.connect(settings.runs_dir / "runs.sqlite", timeout=0.2)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


@contextmanager
def stopped(worker: subprocess.Popen[bytes], settings: Settings, *, writing: bool) -> Iterator[None]:
    """Stop a worker in the midst of a transaction, or between two, within the block."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        if is_being_written(settings) == writing:
            break
        worker.send_signal(signal.SIGCONT)
        assert worker.poll() is None, "it has ended before it could be stopped"
        time.sleep(0.003)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("seconds", A_WHILE)
def test_a_worker_that_is_stopped_for_a_while_goes_on(
    settings: Settings, features: Path, seconds: float
) -> None:
    """Meanwhile it counts as alive, and the next run waits; then both end as if nothing had happened."""
    store = RunStore(settings)
    first, second = (stored_features_plan(settings, features).run_id for _ in range(2))
    worker = start_analysing_worker(first)
    wait_until(lambda: bool(store.findings(first)))
    with stopped(worker, settings, writing=False):
        start_worker(second, settings)
        n_found = len(store.findings(first))
        time.sleep(seconds)
        entry = read_entry(store, settings, first)
        assert (entry.alive, entry.can_resume, len(store.findings(first))) == (True, False, n_found)
        assert read_entry(store, settings, second).status == "waiting"
        assert read_progress(store, settings, second).n_ahead == 1
    assert worker.wait(PATIENCE_SECONDS) == 0
    wait_until(lambda: store.state(second) is RunState.FINISHED)
    assert len(store.findings(first)) == N_STEPS
    twin = undisturbed_twin(store, settings, first)
    assert cells(store, first) == cells(store, twin) == cells(store, second)


def test_a_worker_that_is_stopped_while_it_writes_keeps_nobody_from_reading(
    settings: Settings, features: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at any moment but a rare one, runs can be read; who has to write waits, and is told why."""
    store = RunStore(settings)
    run_id = stored_features_plan(settings, features).run_id
    worker = start_writing_worker(run_id)
    try:
        wait_until(lambda: bool(store.last_events(run_id)))
        monkeypatch.setattr(connection, "SECONDS_TO_WAIT", 0.2)
        n_locked = 0
        for _ in range(N_STOPS):
            time.sleep(0.013)
            worker.send_signal(signal.SIGSTOP)
            try:
                assert [entry.alive for entry in list_runs(RunStore(settings), settings)] == [True]
                assert store.result(run_id).plan.run_id == run_id
            except StoreError:
                n_locked += 1
            worker.send_signal(signal.SIGCONT)
        assert n_locked <= MOST_LOCKED
        with (
            stopped(worker, settings, writing=True),
            pytest.raises(StoreError, match="another process keeps it locked"),
        ):
            store.request_cancel(run_id)
        monkeypatch.setattr(connection, "SECONDS_TO_WAIT", 30.0)
        cancel_run(run_id, settings)
        assert worker.wait(PATIENCE_SECONDS) == 0
    finally:
        worker.kill()  # or whoever comes next is told of a process that still runs
        worker.wait()
    assert store.state(run_id) is RunState.CANCELLED


def start_writing_worker(run_id: str) -> subprocess.Popen[bytes]:
    """Start a worker that writes to the store all the time, until it is cancelled."""
    return subprocess.Popen([sys.executable, "-c", WRITER, run_id], stderr=subprocess.DEVNULL)


WRITER = """
import sys
from ptmrank_core.benchmark import analyses
from ptmrank_core.events import raise_if_cancelled
from ptmrank_core.worker import main

def write(context):
    while True:
        context.run_context.store.add_environment(context.run_context.plan.run_id, {"fact": "x"})
        raise_if_cancelled(context.run_context.cancel)

analyses.ANALYSES = (write,)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_two_dashboards_and_two_command_lines_share_a_home(
    home: Path, settings: Settings, features: Path
) -> None:
    """Runs that both dashboards start and two commands do at once all end, and none differs."""
    # Needs Streamlit, which the core's tests do without.
    from tests.benchmarks.visitor import Visitor  # noqa: PLC0415
    from tests.dashboard.intruder import Tab  # noqa: PLC0415

    store, ports = RunStore(settings), (free_port(), free_port())
    queued = [stored_features_plan(settings, features).run_id for _ in range(4)]
    for run_id in queued:
        store.finish(run_id, RunState.CANCELLED, seconds=0.0)
    servers = [serve(home, port) for port in ports]
    try:
        commands = [
            subprocess.Popen(
                [*RANK, str(features), "--seed", str(seed)],
                stdout=subprocess.DEVNULL,
            )
            for seed in (0, 1)
        ]
        for number, run_id in enumerate(queued):
            with Tab(f"localhost:{ports[number % 2]}", "run", f"run={run_id}", cookie="x" * 43) as tab:
                tab.load()
                tab.press("resume")
                assert not tab.problems
        while any(store.state(run_id) is not RunState.FINISHED for run_id in queued):
            for port in ports:
                with Visitor(f"localhost:{port}", "runs") as visitor:
                    visitor.load()
                    assert not visitor.problems
        assert [command.wait(PATIENCE_SECONDS) for command in commands] == [0, 0]
    finally:
        for server in servers:
            server.terminate()
            server.wait(PATIENCE_SECONDS)
    entries = list_runs(store, settings)
    assert [entry.status for entry in entries] == ["finished"] * 6
    twin = undisturbed_twin(store, settings, queued[0])
    assert all(cells(store, entry.run_id) == cells(store, twin) for entry in entries)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> ProcessBench:
    """Three checkpoints that are ranked on the command line, with fine-tuning."""
    return ProcessBench(tmp_path_factory.mktemp("bench") / "bench")


def begin(bench: ProcessBench) -> subprocess.Popen[bytes]:
    """Start to rank, from nothing, and wait for the process of the models."""
    shutil.rmtree(bench.place / "home", ignore_errors=True)
    process = bench.start(*WORDS)
    wait_until(lambda: bool(children(process.pid)) or process.poll() is not None)
    return process


@pytest.mark.slow
def test_a_model_process_that_is_stopped_goes_on(bench: ProcessBench, tmp_path: Path) -> None:
    """After a minute, it alone or its parent too: no model is given up, and no score differs."""
    other = ProcessBench(tmp_path / "other")
    alone, with_parent = begin(bench), begin(other)
    families = [children(alone.pid), children(with_parent.pid)]
    assert all(families)
    stopped = [*families[0], *families[1], with_parent.pid]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(60.0)
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    for process, its_own in ((alone, bench), (with_parent, other)):
        assert process.wait(PATIENCE_SECONDS) == 0, its_own.said()
        assert its_own.judge() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        lambda place: overwrite(cache_file(place), 0),
        lambda place: cut(cache_file(place), 5_000),
        drop_cache,
        lambda place: cache_file(place).unlink(missing_ok=True),
    ],
    ids=["overwritten", "cut", "deleted", "database deleted"],
)
def test_a_cache_that_is_damaged_under_real_models(
    bench: ProcessBench, damage: Callable[[Path], None]
) -> None:
    """Both processes have it open: features are computed again, and no score differs."""
    process = begin(bench)
    wait_until(lambda: cache_file(bench.place).exists() or process.poll() is not None)
    time.sleep(1.0)
    damage(bench.place)
    assert process.wait(PATIENCE_SECONDS) == 0, bench.said()
    assert bench.judge() == []


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", ["no temporary folder", "no HOME", "few files", "umask 077"])
def test_real_models_in_odd_surroundings(
    bench: ProcessBench, surroundings: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are run and trained, and no score differs."""
    before = os.umask(0o022)
    os.umask(0o077 if surroundings == "umask 077" else before)
    if surroundings == "no temporary folder":
        monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    elif surroundings == "no HOME":
        monkeypatch.delenv("HOME", raising=False)
    elif surroundings == "few files":
        monkeypatch.setattr(sys, "executable", str(with_few_files(tmp_path)))
    try:
        process = begin(bench)
        assert process.wait(PATIENCE_SECONDS) == 0, bench.said()
    finally:
        os.umask(before)
    assert bench.judge() == []


def with_few_files(folder: Path) -> Path:
    """A Python that may open few files."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nulimit -n 64\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return script


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("faketime") is None, reason="needs faketime")
@pytest.mark.parametrize("days", ["-400d", "+4000d"])
def test_real_models_under_another_clock(
    bench: ProcessBench, days: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run that is begun at one time and resumed at another is the same run."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec faketime -f "{days}" "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    process = begin(bench)
    process.kill()
    process.wait()
    monkeypatch.setattr(sys, "executable", str(script))
    assert bench.finish() == []
    assert bench.judge() == []
