"""The pool of pieces: any number of processes gives the same, and what one of them does costs no other."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.work import pool as stage
from ptmrank_core.benchmark.work.call import Call
from ptmrank_core.benchmark.work.pool import PiecePool, usable_processors
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import CancelledError, InputError, StoreError
from ptmrank_core.events import AnalysisStep, Event, never_cancels
from ptmrank_core.pieces import Found
from ptmrank_core.pieces.scoring import CapturedError
from ptmrank_core.records import HalfSampleScores, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import forget_results, stored_features_plan
from tests.benchmark.work.test_kept_results import ALL, METRICS_ASKED, STRENGTHS, answer_of
from tests.ready_made import save_features

TAKE = stage._Batch.take
HERE = "tests.benchmark.work.served"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of three models for the same samples."""
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return tmp_path / "f"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children start with the first calls, however short these are."""
    monkeypatch.setattr(stage, "START_SECONDS", 0.0)


@pytest.fixture
def pool(
    settings: Settings,
    at_once: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[PiecePool]:
    """A pool whose two children serve functions of tests; this process takes no call."""
    names = ("say_pid", "die", "die_once", "fail", "sleep", "imported")
    monkeypatch.setattr(stage, "FUNCTIONS", {name: served(name) for name in names})

    def take_in_children(batch: Any) -> int | None:
        return None if threading.current_thread() is threading.main_thread() else TAKE(batch)

    monkeypatch.setattr(stage._Batch, "take", take_in_children)
    with PiecePool(replace(settings, workers=3), settings.runs_dir / "log") as own:
        yield own


def _slowly(*_: object, **__: object) -> Found:
    """Take so long for a call in this process that the children take the others."""
    time.sleep(0.5)
    return Found({"": os.getpid()})


def served(name: str) -> Any:
    """A function of a test, as a child is asked for it."""
    return stage.ModelFunction(HERE, name, f"{name} was at work")


def calls(name: str, count: int, **arguments: Any) -> list[Call]:
    """So many calls of a function."""
    return [Call(name, arguments, f"{name} {number}", dict) for number in range(count)]


def run(pool: PiecePool, wanted: list[Call]) -> dict[int, Found | CapturedError]:
    """Run calls to the end."""
    return {called.number: called.found for called in pool.run(wanted, never_cancels)}


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("workers", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_any_number_of_processes_gives_the_same(settings: Settings, folder: Path, workers: int) -> None:
    """Every cell and finding of a run is the same to the last bit, with one process and with several."""
    answers = []
    for own in (replace(settings, workers=1), replace(settings, workers=workers)):
        plan = stored_features_plan(own, folder, METRICS_ASKED, analyses=ALL)
        run_here(plan.run_id, own, sources=SOURCES)
        result = RunStore(own).result(plan.run_id)
        assert result.state is RunState.FINISHED
        answers.append(answer_of(result))
        forget_results(own)
    assert answers[0] == answers[1]


def test_calls_are_spread_over_this_process_and_its_children(
    pool: PiecePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call is answered once; children take some, and live on for the next calls."""
    monkeypatch.setattr(stage, "_run_here", _slowly)
    monkeypatch.setattr(
        stage._Batch, "take", lambda batch: batch._waiting.popleft() if batch._waiting else None
    )
    found = run(pool, calls("say_pid", 12))
    assert len(found) == 12
    pids = {own.results[""] for own in found.values() if isinstance(own, Found)}
    children = set(pool.pids)
    assert pids == {os.getpid(), *children}
    assert len(children) == 2
    run(pool, calls("say_pid", 4))
    assert set(pool.pids) == children
    pool.close()
    assert pool.pids == []


def test_little_work_starts_no_process(settings: Settings) -> None:
    """A small run is done here: starting a child would take longer than all of it."""
    with PiecePool(replace(settings, workers=4), settings.runs_dir / "log") as pool:
        wanted = [Call("neighbours", {"n_near": 2}, "n", lambda: {"embeddings": np.eye(6)})] * 8
        assert all(isinstance(own, Found) for own in run(pool, wanted).values())
        assert pool.pids == []
    assert not (settings.runs_dir / "log").exists()


def test_a_child_that_dies_fails_its_call_alone_after_another_try(pool: PiecePool, tmp_path: Path) -> None:
    """Killed twice, a call fails and says how; killed once, it is answered by the next child."""
    again = calls("die_once", 1, mark=str(tmp_path / "mark"))
    found = run(pool, [*calls("die", 1), *again, *calls("say_pid", 4)])
    assert len(found) == 6
    error = found[0]
    assert isinstance(error, CapturedError)
    assert error.error == "ModelProcessError"
    assert "died while die was at work: it was killed (SIGKILL)" in error.message
    assert (tmp_path / "mark").exists()
    assert all(isinstance(found[number], Found) for number in range(1, 6))


@pytest.mark.usefixtures("at_once")
def test_a_child_that_is_killed_changes_no_result(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a child killed in the middle of a run, the answer is that of an undisturbed one."""
    several = replace(settings, workers=3)
    answers: list[object] = []
    killed: list[int] = []
    children: list[Any] = []

    def kill_one(event: Event) -> None:
        if isinstance(event, AnalysisStep) and event.kind == HalfSampleScores.KIND and not killed:
            killed.extend(child.pid for child in children if child.pid is not None)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    real = stage.ModelProcess

    def note(*arguments: Any, **others: Any) -> Any:
        children.append(real(*arguments, **others))
        return children[-1]

    monkeypatch.setattr(stage, "ModelProcess", note)
    for sink in (kill_one, lambda _: None):
        plan = stored_features_plan(several, folder, METRICS_ASKED, analyses=ALL)
        run_here(plan.run_id, several, sources=SOURCES, sink=sink)
        answers.append(answer_of(RunStore(several).result(plan.run_id)))
        forget_results(several)
    assert killed
    assert answers[0] == answers[1]


def test_an_error_in_one_call_is_that_of_this_call(pool: PiecePool) -> None:
    """It comes back as itself, with its message; the other calls are answered."""
    found = run(pool, [*calls("say_pid", 1), *calls("fail", 3), *calls("say_pid", 3)])
    errors = [own for own in found.values() if isinstance(own, CapturedError)]
    assert [(own.error, own.message) for own in errors] == [("InputError", "of the arrays")] * 3
    assert sum(isinstance(own, Found) for own in found.values()) == 4


def test_cancelling_ends_what_children_are_at(pool: PiecePool) -> None:
    """The run is told at once, and no thread is left behind."""
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        list(pool.run(calls("sleep", 6), lambda: time.monotonic() - begun > 2.0))
    assert time.monotonic() - begun < 60
    assert "pieces" not in {thread.name for thread in threading.enumerate()}


def test_an_error_of_the_store_ends_the_run(pool: PiecePool) -> None:
    """What cannot be stored for one model can be for none, in whichever thread it is found."""

    def refuse() -> Mapping[str, Any]:
        raise StoreError("full")

    wanted = [Call("say_pid", {}, f"call {number}", refuse if number == 3 else dict) for number in range(6)]
    with pytest.raises(StoreError, match="full"):
        run(pool, wanted)


@pytest.mark.usefixtures("fresh_processes")
def test_children_load_what_pieces_need_and_no_more(pool: PiecePool) -> None:
    """A child that has scored has loaded neither torch nor transformers, pandas nor scikit-learn."""
    for own in run(pool, calls("imported", 2)).values():
        assert isinstance(own, Found)
        assert not {"torch", "transformers", "pandas", "sklearn", "streamlit"} & set(own.results[""])


def test_children_that_are_started_ahead_import_what_pieces_need(
    pool: PiecePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They do so while a model is loaded, once, and take calls afterwards."""
    monkeypatch.setattr(stage, "MODULES", ("wave",))
    monkeypatch.setattr(stage, "usable_processors", lambda: 2)
    asked = pool._settings
    pool._settings = replace(asked, ready_seconds=0.0)
    pool.start_ahead(1)
    assert pool.pids == []  # processes that wait are switched off
    pool._settings = asked
    pool.start_ahead(1)
    [pid] = pool.pids
    pool.start_ahead(2)
    assert pool.pids == [pid]
    [imported, *_] = run(pool, calls("imported", 2)).values()
    assert isinstance(imported, Found)
    assert "wave" in imported.results[""]


def test_nothing_is_started_ahead_where_no_piece_follows(pool: PiecePool) -> None:
    """Scores alone are computed here."""
    pool.start_ahead(0)
    assert pool.pids == []


@pytest.mark.usefixtures("at_once")
def test_as_many_children_as_memory_suffices_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where little is left, the work stays in this process."""
    monkeypatch.setattr(stage, "available_bytes", lambda: (100e6, 16e9))
    with PiecePool(replace(settings, workers=3), settings.runs_dir / "log") as pool:
        wanted = [Call("neighbours", {"n_near": 2}, "n", lambda: {"embeddings": np.eye(6)})] * 8
        assert len(run(pool, wanted)) == 8
        assert pool.pids == []


def test_the_number_of_processes_is_a_setting(home: Path) -> None:
    """PTMRANK_WORKERS is one; by default there are as many as this process may use processors."""
    environ = {"PTMRANK_HOME": str(home)}
    assert load_settings(environ).workers == 0
    assert load_settings(environ | {"PTMRANK_WORKERS": "3"}).workers == 3
    with pytest.raises(InputError, match="PTMRANK_WORKERS is '0'"):
        load_settings(environ | {"PTMRANK_WORKERS": "0"})
    with PiecePool(Settings(home), home / "log") as pool:
        assert pool.n_processes == usable_processors() >= 1
