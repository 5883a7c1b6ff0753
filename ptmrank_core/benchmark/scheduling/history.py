"""The runs that are kept here: how they stand, what they take, and deleting them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.benchmark.scheduling.locks import hold_run, is_alive, lock_files, log_file, starting
from ptmrank_core.benchmark.scheduling.queue import runs_ahead
from ptmrank_core.benchmark.store.runs import Outline
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError, RunError
from ptmrank_core.records import Failure, RunPlan, RunState, Skipped

__all__ = ["RunEntry", "clear_failed", "delete_run", "leave_out", "list_runs", "read_entry", "run_sizes"]

LEFT_OUT = "The model was left out of this run by hand."

# A look at a lock holds it for an instant: longer than that, somebody is starting a worker.
LOOKS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One line of the history.

    Parameters
    ----------
    outline
        What the run is and what the store knows of it.
    alive
        Whether a worker is running it, or waits for its turn, or is being started.
    n_ahead
        Runs that have to end before this one begins; 0 where it does not wait.
    """

    outline: Outline
    alive: bool
    n_ahead: int

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.outline.run_id

    @property
    def status(self) -> str:
        """``"waiting"``, ``"running"``, ``"interrupted"``, ``"finished"``, ``"cancelled"`` or ``"failed"``.

        Interrupted is an unfinished run whose worker is gone.
        """
        state = self.outline.state
        if state.is_finished():
            return str(state)
        if not self.alive:
            return "interrupted"
        return "waiting" if state is RunState.QUEUED else "running"

    @property
    def can_resume(self) -> bool:
        """Whether there is something left to do and nobody does it."""
        return not self.alive and self.outline.state is not RunState.FINISHED

    @property
    def can_retry(self) -> bool:
        """Whether something failed and no worker is running."""
        return not self.alive and self.outline.n_failed + self.outline.n_problems > 0


def list_runs(
    store: RunStore, settings: Settings, limit: int = -1, *, owner: str | None = None
) -> list[RunEntry]:
    """List the runs that are kept, newest first.

    Parameters
    ----------
    store, settings
        Where runs are kept.
    limit
        The most that are listed; a negative one is none.
    owner
        Whose runs; ``None`` for everybody's.
    """
    return [_entry(store, settings, outline) for outline in store.outlines(limit, owner=owner)]


def read_entry(store: RunStore, settings: Settings, run_id: str) -> RunEntry:
    """Read how one run stands.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    return _entry(store, settings, store.outline(run_id))


def _entry(store: RunStore, settings: Settings, outline: Outline) -> RunEntry:
    if outline.state.is_finished():
        return RunEntry(outline, alive=False, n_ahead=0)
    alive = is_alive(settings, outline.run_id)
    if not alive:
        outline = store.outline(outline.run_id)  # it may have ended between the two looks
    is_waiting = alive and outline.state is RunState.QUEUED
    ahead = runs_ahead(store, settings, store.position(outline.run_id)) if is_waiting else []
    return RunEntry(outline, alive, len(ahead))


def run_sizes(store: RunStore, settings: Settings, *, owner: str | None = None) -> dict[str, int]:
    """Bytes that deleting each run would free: its rows, its log, and its uploads that no other run uses.

    Features are no part of it: the cache shares them between runs and has a limit of its own. Without an
    owner, the runs are everybody's; no two owners have an upload in common.
    """
    plans = store.plans(owner=owner)
    uses, rows = _uses(plans, settings), store.row_bytes(owner=owner)
    sizes = {run: size + _size(log_file(settings, run)) for run, size in rows.items()}
    for upload, runs in uses.items():
        if len(runs) == 1 and next(iter(runs)) in sizes:
            sizes[next(iter(runs))] += _size(upload)
    return sizes


def clear_failed(store: RunStore, settings: Settings, run_id: str) -> int:
    """Forget what failed in a run, so that a worker tries it again; return how much that was.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunError
        If nothing failed.
    RunNotFoundError
        If there is no such run.
    """
    _refuse_busy(store, settings, run_id)
    with hold_run(settings, run_id):
        n_cleared = store.clear_failures(run_id)
    if not n_cleared:
        raise RunError(f"Nothing failed in run {run_id}.", hint="Resume does what is not done yet.")
    return n_cleared


def leave_out(store: RunStore, settings: Settings, run_id: str, models: Iterable[str]) -> int:
    """Take models out of a run: what of them is not scored is skipped, as the reader wished; return how much.

    What they have scored stays. The run is then finished by whoever does the rest of it.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunNotFoundError
        If there is no such run.
    """
    _refuse_busy(store, settings, run_id)
    with hold_run(settings, run_id):
        decided = {(cell.model, cell.metric) for cell in store.cells(run_id) if not isinstance(cell, Failure)}
        open_cells = [
            Skipped(model, metric, LEFT_OUT)
            for model in models
            for metric in store.plan(run_id).metrics
            if (model, metric) not in decided
        ]
        for cell in open_cells:
            store.add_cell(run_id, cell)
    return len(open_cells)


def delete_run(store: RunStore, settings: Settings, run_id: str) -> None:
    """Delete a run: its rows, its log, its locks, and its uploads that no other run uses.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunNotFoundError
        If there is no such run.
    """
    _refuse_busy(store, settings, run_id)
    with starting(settings, run_id, seconds=LOOKS_SECONDS), hold_run(settings, run_id):
        uses = _uses(store.plans(), settings)
        store.delete(run_id)
        for upload in (upload for upload, runs in uses.items() if runs == {run_id}):
            shutil.rmtree(upload, ignore_errors=True)
        log_file(settings, run_id).unlink(missing_ok=True)
    for path in lock_files(settings, run_id):
        path.unlink(missing_ok=True)


def _refuse_busy(store: RunStore, settings: Settings, run_id: str) -> None:
    """Say at once that a worker is running it, rather than wait for its lock."""
    store.state(run_id)
    if is_alive(settings, run_id):
        raise RunBusyError(f"A worker is running {run_id}.", hint="Cancel it first, or wait for its end.")


def _uses(plans: list[RunPlan], settings: Settings) -> Mapping[Path, set[str]]:
    """Folders of uploads that runs read, each with the ids of those runs."""
    uses: dict[Path, set[str]] = {}
    prefix = f"{settings.uploads_dir}{os.sep}"
    for plan in plans:
        places = (plan.samples_source, plan.reference_source, plan.source_samples)
        for place in (*places, *(spec.path for spec in plan.models)):
            _, is_upload, rest = (place or "").partition(prefix)  # a source may say its kind first
            if is_upload:
                folder = settings.uploads_dir / rest.split(os.sep, 1)[0]
                uses.setdefault(folder, set()).add(plan.run_id)
    return uses


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0
