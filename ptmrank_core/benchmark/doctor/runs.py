"""The run store: its file, and whether each run can be read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from ptmrank_core.benchmark.doctor.diagnosis import Diagnosis, Patient, ill, put_away
from ptmrank_core.benchmark.scheduling.locks import is_held
from ptmrank_core.benchmark.store.connection import WHAT
from ptmrank_core.benchmark.store.recovery import recover
from ptmrank_core.benchmark.store.schema import VERSION
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import PTMRankError, RunBusyError, StoreError
from ptmrank_core.faults import DAMAGED, kind_of, store_error, what_is_in_the_way
from ptmrank_core.records import RunState

__all__ = ["check_runs", "check_store"]

SECONDS_TO_WAIT = 5.0
STORE = "run store"
COPY = "Copy what can be read into a new file; the damaged one is kept beside it."


def check_store(patient: Patient) -> Iterator[Diagnosis]:
    """Check the file of the run store: every page of it, its tables and their version."""
    settings = patient.settings
    path = settings.store_file
    if what_is_in_the_way(settings.runs_dir, is_folder=True):
        return  # said of the folder
    if path.is_dir() and not path.is_symlink():
        said = f"{path} is a folder, and a file is expected there."
        yield ill(STORE, said, "Move it away; it is not deleted.", partial(put_away, path))
    elif not os.path.lexists(path):
        yield Diagnosis(STORE, "No run is stored yet.")
    else:
        yield _check_file(settings, path)


def _check_file(settings: Settings, path: Path) -> Diagnosis:
    remedy = partial(_recover, settings, path)
    try:
        damage, version = _read_pages(path)
    except (OSError, sqlite3.Error) as error:
        told = store_error(error, WHAT, path) or StoreError(f"{WHAT} cannot be read: {error} ({path}).")
        if kind_of(error, path) == DAMAGED:
            return ill(STORE, told.message, COPY, remedy)
        return ill(STORE, told.message, told.hint)
    if damage:
        return ill(STORE, f"{path} is damaged: {damage}.", COPY, remedy)
    try:
        store = RunStore(settings)
        n_runs = len(list(store.rows("SELECT run_id, plan IS NULL FROM runs")))
        list(store.rows("SELECT run_id, model, metric, layer, kind FROM cells LIMIT 1"))
    except StoreError as error:
        is_newer = version > VERSION
        advice, mended = (error.hint, None) if is_newer else (COPY, remedy)
        return ill(STORE, error.message, advice, mended)
    return Diagnosis(STORE, f"{path} holds {n_runs:,} runs; every page is in order.")


def _read_pages(path: Path) -> tuple[str, int]:
    """Read every page; return what is damaged, empty if nothing is, and the version of the tables."""
    with closing(sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        db.execute("ROLLBACK")
        found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    damage = "" if found == "ok" else " ".join(found.replace("*** in database main ***", "").split())
    return damage.rstrip("."), version


def _recover(settings: Settings, path: Path) -> str:
    """Recover the store unless a worker is using it.

    Raises
    ------
    RunBusyError
        If one is.
    """
    names = [lock.name.removesuffix(".lock") for lock in settings.runs_dir.glob("*.lock")]
    if any(is_held(settings, name) for name in names):
        raise RunBusyError("A worker is using the run store.", hint="Wait until it ends, and try again.")
    recovered = recover(path)
    return f"Copied {recovered.n_runs:,} runs into a new file; the damaged one is {recovered.aside}."


def check_runs(patient: Patient) -> Iterator[Diagnosis]:
    """Check that each stored run can be read, and say which were interrupted."""
    settings = patient.settings
    if not settings.store_file.is_file():
        return
    try:
        store = RunStore(settings)
        runs = list(store.rows("SELECT run_id, state FROM runs ORDER BY created_at"))
    except StoreError:
        return  # said of the store
    bad = {run: problem for run, _ in runs if (problem := _problem(store, run))}
    for run, problem in bad.items():
        advice = (
            f"If a newer version made it, that version can read it; else `ptmrank runs delete {run[:8]}` "
            "deletes it."
        )
        yield ill("run", f"{run[:8]}: {problem}", advice)
    if len(bad) < len(runs):
        yield Diagnosis("runs", f"{len(runs) - len(bad):,} can be read.")
    unfinished = [run for run, state in runs if state == RunState.RUNNING and not is_held(settings, run)]
    if unfinished:
        named = ", ".join(run[:8] for run in unfinished)
        yield Diagnosis(
            "runs", f"Interrupted: {named}. `ptmrank runs resume` finishes one; nothing was lost."
        )


def _problem(store: RunStore, run: str) -> str:
    try:
        store.result(run)
    except PTMRankError as error:
        return error.message
    except ValueError as error:
        return f"It cannot be read: {error}."
    return ""
