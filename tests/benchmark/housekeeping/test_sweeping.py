"""Sweeping: what nobody uses goes, what a run uses stays, whatever the clock, the store or a kill does."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, log_file, new_run_id, run_here
from ptmrank_core.benchmark.housekeeping import (
    KeptKind,
    LeftoverKind,
    discard,
    find_leftovers,
    list_kept,
    sweep,
    sweep_quietly,
)
from ptmrank_core.benchmark.race.states import states_folder
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features, store_upload
from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.data.hub.store import write_dataset
from ptmrank_core.errors import InputError, PTMRankError
from ptmrank_core.files import new_folder
from ptmrank_core.owners import claim
from ptmrank_core.records import ModelOutcome
from ptmrank_core.sizes import measure
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS, wait_until

DAY = 86_400.0
NOW = time.time()
LATER = NOW + 8 * DAY
AGES_LATER = NOW + 10_000 * DAY
COMMIT, MERGED = "c" * 40, "d" * 32


def features_of(tmp_path: Path, strength: float = 3.0) -> list[tuple[str, bytes]]:
    """An upload of the features of two models."""
    paths = [
        save_features(tmp_path / f"{strength}" / f"{name}.npz", by)
        for name, by in (("a", strength), ("b", 0.5))
    ]
    return [(path.name, path.read_bytes()) for path in paths]


def age(path: Path, days: float) -> Path:
    """Let a file or a folder, with all in it, be so many days old."""
    for own in (*(path.rglob("*") if path.is_dir() else ()), path):
        os.utime(own, (NOW - days * DAY,) * 2, follow_symlinks=False)
    return path


def dataset(settings: Settings, commit: str = COMMIT) -> Path:
    """Samples taken of a dataset of the Hub."""
    place = HubPlace("org/reviews", commit, "default")
    return write_dataset(settings.datasets_dir, place, place, {"train": 4}, NOW).folder


def merged(settings: Settings, name: str = MERGED) -> Path:
    """A model that an adapter was merged into."""
    folder = settings.merged_dir / name
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def everything_below(home: Path) -> dict[str, bytes]:
    """All files of a home but those of the store, which may be written anew, and the lock of the sweep."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.startswith("runs.sqlite") and path.name != "sweep.lock"
    }


def test_an_empty_home_is_swept_without_a_trace(settings: Settings) -> None:
    """Nothing is found, and neither a folder nor a store is made."""
    assert find_leftovers(settings) == ()
    assert sweep(settings).removed == ()
    assert not settings.home.exists()


def test_what_no_run_uses_goes_once_it_is_old_enough(settings: Settings, tmp_path: Path) -> None:
    """Uploads, samples of the Hub and merged models, each to the day; the setting says how old."""
    kept = [store_features(features_of(tmp_path), settings.uploads_dir), dataset(settings), merged(settings)]
    assert find_leftovers(settings, now=NOW + 6.9 * DAY) == ()
    assert {found.path for found in find_leftovers(settings, now=LATER)} == set(kept)
    longer = replace(settings, quotas=replace(settings.quotas, keep_days=9.0))
    assert find_leftovers(longer, now=LATER) == ()
    sizes = sum(measure(path).size_bytes for path in kept)
    report = sweep(settings, now=LATER)
    assert {str(found.kind) for found in report.removed} == {"upload", "dataset", "merged model"}
    assert (report.freed_bytes, report.failed) == (sizes, ())
    assert not any(path.exists() for path in kept)
    assert not any(settings.datasets_dir.iterdir())


def test_what_a_run_uses_stays_for_ever(settings: Settings, tmp_path: Path) -> None:
    """A finished run keeps its upload, the dataset and the merged model that it names, and its own files."""
    folder = store_features(features_of(tmp_path), settings.uploads_dir)
    plan = stored_features_plan(settings, folder, ["logme"])
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    model = merged(settings)
    dataset(settings)
    outcome = next(iter(store.outcomes(plan.run_id).values()))
    store.add_outcome(plan.run_id, replace(outcome, spec=replace(outcome.spec, path=str(model))))
    store.replan(replace(store.plan(plan.run_id), reference_source=f"hf:org/reviews@{COMMIT}:default"))
    log_file(settings, plan.run_id).write_text("a line\n")
    state = states_folder(settings, plan.run_id) / "0003"
    state.mkdir(parents=True)
    (state / "weights").write_bytes(b"trained")
    before = everything_below(settings.home)
    for own in list_kept(settings):
        assert own.runs == {plan.run_id}, own
    for moment in (LATER, AGES_LATER, 0.0):
        assert sweep(settings, now=moment, keep_days=0.0).removed == ()
    assert everything_below(settings.home) == before


@pytest.mark.parametrize("harm", ["a plan that is no JSON", "a plan that is not UTF-8"])
def test_a_run_that_cannot_be_read_keeps_what_it_names(settings: Settings, tmp_path: Path, harm: str) -> None:
    """The text of its plan is looked through as it is."""
    folder = store_features(features_of(tmp_path), settings.uploads_dir)
    run_id = stored_features_plan(settings, folder).run_id
    text = b"{{{ " + str(folder).encode() + (b" \xe9\xff" if "UTF-8" in harm else b"")
    with RunStore(settings)._open() as db:
        db.execute("UPDATE runs SET plan = CAST(? AS TEXT) WHERE run_id = ?", (text, run_id))
    assert sweep(settings, now=AGES_LATER).removed == ()
    assert folder.is_dir()


@pytest.mark.parametrize("way", ["set aside", "taken away", "damaged"])
def test_without_its_store_nothing_of_a_run_is_swept(settings: Settings, tmp_path: Path, way: str) -> None:
    """A store that was set aside keeps what is older than it; one that cannot be read keeps everything."""
    folder = age(store_features(features_of(tmp_path), settings.uploads_dir), 20)
    run_id = stored_features_plan(settings, folder).run_id
    log_file(settings, run_id).write_text("a line\n")
    age(log_file(settings, run_id), 20)
    path = settings.runs_dir / "runs.sqlite"
    if way == "damaged":
        path.write_bytes(b"this is no database" * 500)
        with pytest.raises((PTMRankError, sqlite3.Error)):
            sweep(settings, now=AGES_LATER)
        sweep_quietly(settings)
    elif way == "set aside":
        path.replace(path.with_name("runs.sqlite.damaged-1"))
        RunStore(settings)
        assert sweep(settings, now=AGES_LATER).removed == ()
        newer = store_features(features_of(tmp_path, 1.0), settings.uploads_dir)
        os.utime(newer, (time.time() + DAY,) * 2)
        assert [found.path for found in sweep(settings, now=AGES_LATER).removed] == [newer]
    else:
        path.unlink()
        assert sweep(settings, now=AGES_LATER).removed == ()
    assert folder.is_dir()
    assert log_file(settings, run_id).exists()


def test_clocks_that_jump_cost_nothing_that_is_used(settings: Settings, tmp_path: Path) -> None:
    """Things from the future are new; a clock that is ages ahead sweeps only what no run uses."""
    used = store_features(features_of(tmp_path), settings.uploads_dir)
    stored_features_plan(settings, used)
    unused = age(store_features(features_of(tmp_path, 1.0), settings.uploads_dir), -30)
    for moment in (NOW, NOW - 5000 * DAY, NOW + 36 * DAY):
        assert sweep(settings, now=moment).removed == ()
    assert [found.path for found in sweep(settings, now=AGES_LATER).removed] == [unused]
    assert used.is_dir()


LEFT_BEHIND = {
    "a folder of files.py": "uploads/.partial-ab12_x9z/folder/a.zip",
    "a file of files.py": "extraction.json/../.partial-0123456789abcdef",
    "an upload of a former release": "uploads/.upload-kx92/a.zip",
    "a part of a dataset": f"datasets/org--reviews/{COMMIT}-{'e' * 16}/.partial-0a1b2c3d/folder/rows.parquet",
    "facts of a dataset": f"datasets/org--reviews/{COMMIT}-{'e' * 16}/.partial-0123456789abcdef",
    "a merged model": "merged/.partial-0a1b2c3d/folder/model.safetensors",
    "a state of training": "runs/{run}.training/.partial-0a1b2c3d/folder/weights",
    "a winner that was being packed": "runs/{run}.training/packed/tmp0a1b2c3d/model/weights",
    "a journal": "runs/other.sqlite-wal",
    "an index of a journal": "features/cache.db-shm",
}


@pytest.mark.parametrize("place", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_a_killed_process_left_goes_after_a_day(settings: Settings, tmp_path: Path, place: str) -> None:
    """Temporary files and folders and journals without a database; not while they are fresh."""
    plan = stored_features_plan(settings, store_features(features_of(tmp_path), settings.uploads_dir))
    left = Path(os.path.normpath(settings.home / place.format(run=plan.run_id)))
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"left")
    assert sweep(settings).removed == ()
    assert sweep(settings, now=NOW + 0.9 * DAY).removed == ()
    [found] = sweep(settings, now=NOW + 1.1 * DAY).removed
    assert found.kind in {LeftoverKind.PARTIAL, LeftoverKind.JOURNAL}
    assert left == found.path or found.path in left.parents
    assert not found.path.exists()


def test_files_of_runs_that_are_not_stored_go(settings: Settings, tmp_path: Path) -> None:
    """Locks, logs and states of training; not those of a stored run, and of one that somebody holds."""
    stored = stored_features_plan(
        settings, store_features(features_of(tmp_path), settings.uploads_dir)
    ).run_id
    gone, held = new_run_id(), new_run_id()
    for run in (stored, gone, held):
        for end in (".lock", ".starting.lock", ".log"):
            (settings.runs_dir / f"{run}{end}").touch()
        states_folder(settings, run).mkdir()
    (settings.runs_dir / "device-cpu.lock").touch()
    folder = settings.runs_dir / f"{new_run_id()}.lock"
    folder.mkdir()  # in the place of a lock
    with hold_run(settings, held):
        report = sweep(settings, now=NOW + 2 * DAY)
    assert {found.path.name for found in report.removed} == {
        folder.name,
        *(f"{gone}{end}" for end in (".lock", ".starting.lock", ".log", ".training")),
    }
    assert (settings.runs_dir / "device-cpu.lock").exists()


def test_a_packed_winner_goes_and_its_states_stay(settings: Settings, tmp_path: Path) -> None:
    """It is packed again when somebody asks for it, out of the states of training."""
    run = stored_features_plan(settings, store_features(features_of(tmp_path), settings.uploads_dir)).run_id
    states = states_folder(settings, run)
    packed = states / "packed" / ("a" * 32)
    packed.mkdir(parents=True)
    (packed / "model.zip").write_bytes(b"zip")
    (states / "0001").mkdir()
    assert [found.kind for found in sweep(settings, now=LATER).removed] == [LeftoverKind.PACKED]
    assert sorted(path.name for path in states.iterdir()) == ["0001", "packed"]


def test_strange_names_and_links_are_left_alone(settings: Settings, tmp_path: Path) -> None:
    """A home may hold what is not ours, or a link to another disk: neither is touched or followed."""
    outside = tmp_path / "outside"
    for name in ("f" * 64, ".partial-0123456789abcdef"):
        (outside / name).mkdir(parents=True)
        (outside / name / "thesis.tex").write_text("years of work")
    for folder in (settings.uploads_dir, settings.merged_dir, settings.runs_dir):
        folder.mkdir(parents=True)
    settings.datasets_dir.symlink_to(outside, target_is_directory=True)
    (settings.uploads_dir / ("f" * 64)).symlink_to(outside / ("f" * 64), target_is_directory=True)
    (settings.uploads_dir / ".partial-0123456789abcdef").symlink_to(outside, target_is_directory=True)
    inside = settings.uploads_dir / ("a" * 64)
    inside.mkdir()
    (inside / "link").symlink_to(outside, target_is_directory=True)
    for name in ("mine", "F" * 64, ".partial-mine", "a" * 63, ".hidden"):
        (settings.uploads_dir / name).mkdir()
        (settings.merged_dir / name).mkdir()
    (settings.home / ".partial-download").write_text("of a browser")
    assert [found.path for found in sweep(settings, now=AGES_LATER).removed] == [inside]
    assert sorted(path.name for path in outside.iterdir()) == [".partial-0123456789abcdef", "f" * 64]
    assert all((path / "thesis.tex").read_text() for path in outside.iterdir())
    assert len(list(settings.uploads_dir.iterdir())) == 7
    assert len(list(settings.merged_dir.iterdir())) == 5


def test_what_is_being_written_is_not_swept_whatever_the_clock_says(settings: Settings) -> None:
    """The writer's lock tells, not an age; once the writer is gone, so is the lock."""
    with new_folder(settings.uploads_dir / ("a" * 64)) as folder:
        (folder / "half.zip").write_bytes(b"half")
        assert sweep(settings, now=AGES_LATER).removed == ()
        assert (folder / "half.zip").exists()
    assert (settings.uploads_dir / ("a" * 64) / "half.zip").exists()


WRITER = """
import sys, time
from pathlib import Path
from ptmrank_core.files import new_folder
from ptmrank_core.owners import claim
with new_folder(Path(sys.argv[1]) / ("a" * 64)) as folder:
    (folder / "half.zip").write_bytes(b"half")
    print("at it", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no lock of a folder")
def test_a_killed_writer_leaves_nothing_after_the_sweep(settings: Settings) -> None:
    """While another process writes, its folder is safe; killed, it is swept with the next one."""
    command = [sys.executable, "-c", WRITER, str(settings.uploads_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline()
            assert sweep(settings, now=AGES_LATER).removed == ()
        finally:
            writer.kill()
    [left] = settings.uploads_dir.iterdir()
    assert [found.path for found in sweep(settings, now=AGES_LATER).removed] == [left]
    assert list(settings.uploads_dir.iterdir()) == []


def test_an_archive_that_was_unpacked_is_held_by_an_unfinished_run(
    settings: Settings, tmp_path: Path
) -> None:
    """No run names it, and one may be reading it: it goes once all runs have ended."""
    unpacked = settings.uploads_dir / ("b" * 64)
    unpacked.mkdir(parents=True)
    (unpacked / "photos.tar").write_bytes(b"tar")
    used = store_features(features_of(tmp_path), settings.uploads_dir)
    run = stored_features_plan(settings, used, ["logme"]).run_id
    assert sweep(settings, now=AGES_LATER).removed == ()
    run_here(run, settings, sources=SOURCES)
    assert [found.path for found in sweep(settings, now=AGES_LATER).removed] == [unpacked]


def test_a_run_that_is_stored_while_its_upload_is_swept_keeps_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the runs and the removal a run may come: the upload comes back."""
    folder = store_features(features_of(tmp_path), settings.uploads_dir)
    other = store_features(features_of(tmp_path, 1.0), settings.uploads_dir)
    stored_features_plan(settings, other)
    found = find_leftovers(settings, now=LATER)
    assert [leftover.path for leftover in found] == [folder]
    run = stored_features_plan(settings, folder).run_id
    monkeypatch.setattr("ptmrank_core.benchmark.housekeeping.sweeping.find_leftovers", lambda *_, **__: found)
    assert sweep(settings).removed == ()
    assert folder.is_dir()
    run_here(run, settings, sources=SOURCES)


def test_two_sweeps_do_not_meet(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one sweeps a home, another leaves it alone."""
    merged(settings)
    inner = []

    def look(own: Settings, **_: object) -> tuple[()]:
        inner.append(sweep(own, now=LATER))
        return ()

    monkeypatch.setattr("ptmrank_core.benchmark.housekeeping.sweeping.find_leftovers", look)
    sweep(settings, now=LATER)
    assert [report.removed for report in inner] == [()]
    assert (settings.merged_dir / MERGED).is_dir()


def test_what_cannot_be_removed_is_told_and_costs_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason is in the report and in the log; the rest is swept."""
    stuck, other = merged(settings), merged(settings, "e" * 32)
    age(stuck, 20)
    age(other, 20)
    really = shutil.rmtree

    def remove(path: Path) -> None:
        if next(iter(path.iterdir())).read_bytes() == b"stuck":
            raise PermissionError(13, "Permission denied")
        really(path)

    (stuck / "model.safetensors").write_bytes(b"stuck")
    age(stuck, 20)
    monkeypatch.setattr(shutil, "rmtree", remove)
    caplog.set_level(logging.WARNING, "ptmrank_core.benchmark")
    sweep_quietly(settings)
    assert "Permission denied" in caplog.text
    assert not other.exists()


KILLED = """
import os, shutil, signal, sys, time
from pathlib import Path
from ptmrank_core.benchmark.housekeeping import sweep
from ptmrank_core.config import Settings

settings, template = Settings(home=Path(sys.argv[1])), Path(sys.argv[2])
later, n_left = time.time() + 8 * 86400, 0


def die_at(step):
    def count(event, arguments):
        nonlocal step
        if event in {"os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}:
            step -= 1
            if not step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)


for step in range(1, 9):
    upload = settings.uploads_dir / f"{step:064}"
    shutil.copytree(template, upload)
    child = os.fork()
    if not child:
        die_at(step)
        sweep(settings, now=later)
        os._exit(0)
    os.waitpid(child, 0)
    whole = {path.name: path.read_bytes() for path in template.iterdir()}
    left = {path.name: path.read_bytes() for path in upload.iterdir()} if upload.exists() else whole
    assert left == whole, (step, set(left))
    n_left += any(path.name.startswith(".partial-") for path in settings.uploads_dir.iterdir())
    sweep(settings, now=later)
    assert list(settings.uploads_dir.iterdir()) == []
print(n_left)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_sweep_that_is_killed_leaves_the_thing_or_nothing(settings: Settings, tmp_path: Path) -> None:
    """Killed before each of its first steps, it never leaves half an upload; the next sweep does the rest."""
    template = tmp_path / "upload"
    template.mkdir()
    for name in "abc":
        (template / name).write_text(name)
    command = [sys.executable, "-c", KILLED, str(settings.home), str(template)]
    done = subprocess.run(command, check=True, timeout=PATIENCE_SECONDS, capture_output=True, text=True)
    assert int(done.stdout) >= 3, "some of the kills came between the renaming and the end"


def test_deleting_is_for_what_no_run_uses(settings: Settings, tmp_path: Path) -> None:
    """However new it is; one that a run uses keeps all of them, and says so."""
    used = store_features(features_of(tmp_path), settings.uploads_dir)
    stored_features_plan(settings, used)
    unused = store_features(features_of(tmp_path, 1.0), settings.uploads_dir)
    with pytest.raises(InputError, match=r"a\.npz, b\.npz is used by a run: it cannot be deleted"):
        discard(settings, {used, unused})
    assert [kept.path for kept in discard(settings, {unused, tmp_path})] == [unused]
    assert (used.is_dir(), unused.exists(), tmp_path.is_dir()) == (True, False, True)
    assert discard(settings, {unused}) == ()


def test_a_visitor_has_what_is_theirs_alone(settings: Settings) -> None:
    """Listed and deleted by its owner; what two have of the Hub is given up by one of them."""
    own = store_upload([("a.csv", b"text,label\nx,a\n")], settings.uploads_dir, owner="a", settings=settings)
    other = store_upload(
        [("a.csv", b"text,label\nx,a\n")], settings.uploads_dir, owner="b", settings=settings
    )
    assert own != other
    assert [kept.path for kept in list_kept(settings, owner="a")] == [own.parent]
    assert discard(settings, {other.parent}, owner="a") == ()
    assert other.exists()
    assert {kept.path for kept in list_kept(settings)} == {own.parent, other.parent}
    taken = dataset(settings)
    for owner in ("a", "b"):
        with claim(settings, owner, COMMIT):
            assert taken in {kept.path for kept in list_kept(settings, owner=owner)}
    assert len(discard(settings, {taken}, owner="a")) == 1
    assert taken.is_dir()
    assert [kept.kind for kept in list_kept(settings, owner="a")] == [KeptKind.UPLOAD]
    assert len(discard(settings, {own.parent}, owner="a")) == 1
    assert list_kept(settings, owner="a") == ()
    assert {kept.kind for kept in list_kept(settings, owner="b")} == {KeptKind.UPLOAD, KeptKind.DATASET}
    assert len(discard(settings, {taken}, owner="b")) == 1
    assert not taken.exists()


@pytest.mark.parametrize("harm", ["a folder", "a strange name", "a link", "no marks at all"])
def test_damaged_marks_break_nothing(settings: Settings, tmp_path: Path, harm: str) -> None:
    """Whose an upload is may be lost; it is then nobody's, and goes once no run uses it."""
    upload = store_upload(
        [("a.csv", b"text,label\nx,a\n")], settings.uploads_dir, owner="a", settings=settings
    )
    [marks] = [path for path in (settings.uploads_dir / ".owners").iterdir() if path.is_dir()]
    [mark] = marks.iterdir()
    mark.unlink()
    damage: dict[str, Callable[[], object]] = {
        "a folder": (marks / ("0" * 64)).mkdir,
        "a strange name": (marks / "caf\udce9..").touch,
        "a link": lambda: (marks / mark.name).symlink_to(tmp_path),
        "no marks at all": lambda: (marks.rmdir(), marks.write_text("what is this?")),
    }
    damage[harm]()
    assert len(list_kept(settings, owner="a")) == (harm == "a link")
    assert [kept.path for kept in list_kept(settings)] == [upload.parent]
    assert upload.parent in {found.path for found in sweep(settings, now=LATER).removed}
    if harm == "no marks at all":
        with pytest.raises(PTMRankError, match="Whose uploads are whose cannot be noted"):
            store_upload([("b.csv", b"1")], settings.uploads_dir, owner="a", settings=settings)


def test_a_mark_without_its_upload_goes(settings: Settings) -> None:
    """A killed upload leaves a mark, which counts for nothing and is swept after a day."""
    upload = store_upload(
        [("a.csv", b"text,label\nx,a\n")], settings.uploads_dir, owner="a", settings=settings
    )
    shutil.rmtree(upload.parent)
    assert list_kept(settings, owner="a") == ()
    [found] = sweep(settings, now=NOW + 1.5 * DAY).removed
    assert found.kind is LeftoverKind.MARK
    assert not found.path.parent.exists()


def test_the_kinds_are_told_with_their_names(settings: Settings, tmp_path: Path) -> None:
    """Control characters of an upload's name are not printed; a dataset has its commit."""
    folder = store_features(features_of(tmp_path), settings.uploads_dir)
    (folder / "a.npz").replace(folder / "a\x1b[31m.npz")
    dataset(settings)
    titles = {kept.kind: kept.title for kept in list_kept(settings)}
    assert titles[KeptKind.DATASET] == "org/reviews at cccccccc"
    assert "\x1b" not in titles[KeptKind.UPLOAD]


def test_outcomes_are_looked_through_too(settings: Settings, tmp_path: Path) -> None:
    """A merged model is named by the outcome of an adapter alone; without the run it goes."""
    run = stored_features_plan(settings, store_features(features_of(tmp_path), settings.uploads_dir)).run_id
    run_here(run, settings, sources=SOURCES)
    store, model = RunStore(settings), merged(settings)
    outcome: ModelOutcome = next(iter(store.outcomes(run).values()))
    store.add_outcome(run, replace(outcome, spec=replace(outcome.spec, path=str(model))))
    assert sweep(settings, now=AGES_LATER).removed == ()
    store.delete(run)
    assert model in {found.path for found in sweep(settings, now=AGES_LATER).removed}


def test_a_worker_sweeps_when_its_run_has_ended(settings: Settings, tmp_path: Path) -> None:
    """What was left behind long ago is gone after the next run."""
    left = settings.uploads_dir / ".partial-ab12_x9z"
    left.mkdir(parents=True)
    age(left, 3)
    run = stored_features_plan(
        settings, store_features(features_of(tmp_path), settings.uploads_dir), ["logme"]
    ).run_id
    command = [sys.executable, "-m", "ptmrank_core.worker", run]
    assert subprocess.run(command, check=False, timeout=PATIENCE_SECONDS).returncode == 0
    wait_until(lambda: not left.exists())
