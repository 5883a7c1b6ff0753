"""The history of runs: how they stand, what they take, trying again what failed, deleting."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ptmrank_core.benchmark import (
    RunStore,
    analyses,
    clear_failed,
    delete_run,
    list_runs,
    log_file,
    read_entry,
    run_here,
    run_sizes,
)
from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_file
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features, store_upload
from ptmrank_core.errors import RunBusyError, RunError, RunNotFoundError
from ptmrank_core.events import CellDone, Event, ModelStarted, RunStarted
from ptmrank_core.records import Failure, Finding, RunPlan, RunState, Score, Stage, Truth
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.checkpoints import save_checkpoint
from tests.ready_made import save_features


def uploaded(settings: Settings, path: Path) -> Path:
    """The file as an upload."""
    return store_upload([(path.name, path.read_bytes())], settings.uploads_dir)


def test_every_status_has_its_name(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """The store's state and the lock together say how a run stands."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store.queue(run_id, "cpu")

    def status() -> tuple[str, bool]:
        entry = read_entry(store, settings, run_id)
        return entry.status, entry.can_resume

    assert status() == ("interrupted", True)
    with hold_run(settings, run_id):
        assert status() == ("waiting", False)
        store.start(run_id, "{}")
        assert status() == ("running", False)
    assert status() == ("interrupted", True)
    for state, can_resume in (
        (RunState.FINISHED, False),
        (RunState.CANCELLED, True),
        (RunState.FAILED, True),
    ):
        store.finish(run_id, state, seconds=0.0)
        assert status() == (str(state), can_resume)


def test_the_list_says_what_was_run(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Newest first, with counts that are those of the run."""
    old, new = stored_plan(settings, picture_zip, zoo), stored_plan(settings, picture_zip, zoo, ["logme"])
    run_here(new.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    first, second = list_runs(store, settings)
    assert [first.run_id, second.run_id] == [new.run_id, old.run_id]
    outline = first.outline
    assert outline.models == tuple(spec.id for spec in new.models)
    assert (outline.n_samples, outline.n_metrics, outline.n_decided, outline.n_failed) == (18, 1, 3, 0)
    assert outline.seconds == pytest.approx(store.result(new.run_id).seconds)
    assert outline.seconds > 0
    assert list_runs(store, settings, 1) == [first]


def test_the_seconds_of_a_killed_worker_count(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """What it did not live to say is told by its events, once."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store.queue(run_id, "cpu")
    store.start(run_id, "{}")
    store.add_event(run_id, RunStarted(run_id, 3, 18))
    store.add_event(run_id, ModelStarted("convnext-a", 1, 3))
    with store._open() as db:
        for kind, at in (("RunStarted", 1_000.0), ("ModelStarted", 1_007.0)):
            db.execute("UPDATE events SET at = ? WHERE kind = ?", (at, kind))
    assert store.outline(run_id).seconds == 7
    for _ in range(2):
        store.queue(run_id, "cpu")
        assert store.outline(run_id).seconds == 7
    store.finish(run_id, RunState.FINISHED, seconds=2.0)
    assert store.result(run_id).seconds == 9


def test_a_deleted_run_leaves_nothing_and_takes_nothing_of_others(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Rows, log and locks go; the upload goes with the last run that uses it; its size said so before."""
    path = uploaded(settings, picture_zip)
    first, second = (stored_plan(settings, path, zoo).run_id for _ in range(2))
    store = RunStore(settings)
    for run_id in (first, second):
        run_here(run_id, settings, sources=SOURCES)
    log_file(settings, first).write_text("a line of its worker\n")
    shared = run_sizes(store, settings)
    assert shared[first] > log_file(settings, first).stat().st_size > 0
    delete_run(store, settings, first)
    assert [entry.run_id for entry in list_runs(store, settings)] == [second]
    assert not list(settings.runs_dir.glob(f"{first}*"))
    assert path.exists()
    with store._open() as db:
        for table in ("cells", "outcomes", "findings", "events"):
            assert not db.execute(f"SELECT 1 FROM {table} WHERE run_id = ?", (first,)).fetchall(), table  # noqa: S608
    assert run_sizes(store, settings)[second] == shared[second] + path.stat().st_size
    delete_run(store, settings, second)
    assert not any(settings.uploads_dir.iterdir())
    with pytest.raises(RunNotFoundError):
        delete_run(store, settings, second)


def test_uploaded_features_are_found_behind_their_prefix(settings: Settings, tmp_path: Path) -> None:
    """A run of ready-made features names its files in three ways; none keeps them from going with it."""
    save_features(tmp_path / "f" / "a.npz", 1.0)
    save_features(tmp_path / "f" / "b.npz", 2.0)
    files = [(path.name, path.read_bytes()) for path in sorted((tmp_path / "f").iterdir())]
    folder = store_features(files, settings.uploads_dir)
    run_id = stored_features_plan(settings, folder).run_id
    store = RunStore(settings)
    assert run_sizes(store, settings)[run_id] > sum(len(data) for _, data in files)
    delete_run(store, settings, run_id)
    assert not folder.exists()


def test_samples_of_the_users_own_folders_are_never_deleted(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """Only what lies among the uploads goes."""
    own = Path(shutil.copy(picture_zip, tmp_path / "own.zip"))
    run_id = stored_plan(settings, own, zoo).run_id
    delete_run(RunStore(settings), settings, run_id)
    assert own.exists()
    assert zoo.exists()


def test_a_run_that_is_worked_on_is_not_deleted(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Neither deleted nor tried again: its worker would lose the ground."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    with hold_run(settings, run_id):
        with pytest.raises(RunBusyError):
            delete_run(store, settings, run_id)
        with pytest.raises(RunBusyError):
            clear_failed(store, settings, run_id)
    assert store.plan(run_id)


@pytest.fixture
def half_failed(settings: Settings, picture_zip: Path, tmp_path: Path) -> tuple[RunPlan, Path]:
    """A finished run whose first model could not be loaded, and the folder of that model."""
    bad, good = save_checkpoint(tmp_path / "m" / "a-bad"), save_checkpoint(tmp_path / "m" / "b-good")
    shutil.move(bad / "model.safetensors", tmp_path / "kept")
    save_file({"other": np.zeros(3, np.float32)}, bad / "model.safetensors")
    plan = stored_plan(settings, picture_zip, good.parent)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    shutil.move(tmp_path / "kept", bad / "model.safetensors")
    return plan, bad


def test_what_failed_is_tried_again_and_nothing_else(
    settings: Settings, half_failed: tuple[RunPlan, Path]
) -> None:
    """The mended model is scored; the scores of the other stay, and its model is not touched."""
    plan, _ = half_failed
    store = RunStore(settings)
    before = [cell for cell in store.cells(plan.run_id) if isinstance(cell, Score)]
    assert read_entry(store, settings, plan.run_id).can_retry
    assert clear_failed(store, settings, plan.run_id) == 3
    events: list[Event] = []
    assert run_here(plan.run_id, settings, sources=SOURCES, sink=events.append) is RunState.FINISHED
    assert [event.model for event in events if isinstance(event, ModelStarted)] == ["a-bad"]
    assert {event.cell.model for event in events if isinstance(event, CellDone)} <= {"a-bad"}
    cells = store.cells(plan.run_id)
    assert [cell for cell in cells if cell.model == "b-good"] == before
    assert not any(isinstance(cell, Failure) for cell in cells)
    assert len(cells) == 6
    assert not read_entry(store, settings, plan.run_id).can_retry
    with pytest.raises(RunError, match="Nothing failed in run"):
        clear_failed(store, settings, plan.run_id)


def test_an_analysis_that_failed_is_tried_again(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the finding with a problem is made anew; no cell is."""
    made: list[str] = []
    broken = True

    def find(subject: str) -> Truth:
        made.append(subject)
        if broken and subject == "second":
            raise ZeroDivisionError
        return Truth("n", {"n": len(made)})

    def analyse(context: AnalysisContext) -> None:
        for subject in ("first", "second"):
            if not context.is_kept(Truth, subject):
                context.keep(Truth, subject, lambda subject=subject: find(subject))

    monkeypatch.setattr(analyses, "ANALYSES", (analyse,))
    plan = stored_plan(settings, picture_zip, zoo)
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    assert [bool(found.problem) for found in store.findings(plan.run_id)] == [False, True]
    assert store.outline(plan.run_id).n_problems == 1
    broken = False
    assert clear_failed(store, settings, plan.run_id) == 1
    run_here(plan.run_id, settings, sources=SOURCES)
    assert made == ["first", "second", "second"]
    assert [found.problem for found in store.findings(plan.run_id)] == ["", ""]


def test_findings_that_hold_a_failed_metric_are_made_anew(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """What an analysis found of a metric lacks the cell that failed; what it found of a model does not."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    store = RunStore(settings)
    store.add_cell(run_id, Score("convnext-a", "hscore", 1.0, 0.0))
    failure = Failure("convnext-a", "logme", Stage.SCORE, "MetricError", "no value", "")
    store.add_cell(run_id, failure)
    store.add_cell(run_id, replace(failure, layer=1))
    for subject in ("logme", "hscore", "convnext-a", ""):
        store.add_finding(run_id, Finding("test", subject, None, 0.0))
    assert store.clear_failures(run_id) == 2
    assert [found.subject for found in store.findings(run_id)] == ["hscore", "convnext-a", ""]
    assert store.cells(run_id) == (Score("convnext-a", "hscore", 1.0, 0.0),)
    assert store.layer_cells(run_id) == ()


def test_looks_never_meet_each_other(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Many readers at once take none of their looks at a dead run's lock for a worker."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    lock_file(settings, run_id).touch()
    code = (
        "import sys; from ptmrank_core.benchmark.scheduling.locks import is_held;"
        "from ptmrank_core.config import load_settings\n"
        "s = load_settings(); print(sum(is_held(s, sys.argv[1]) for _ in range(500)))"
    )
    command = [sys.executable, "-c", code, run_id]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [other.communicate()[0].strip() for other in others] == ["0"] * 3
    assert read_entry(store, settings, run_id).status == "interrupted"
