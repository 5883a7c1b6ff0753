"""The history of runs: listing them with their status and size, clearing failures, deleting runs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.benchmark.race.states import states_folder
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_file, log_file
from ptmrank_core.benchmark.scheduling.queue import is_alive, runs_ahead
from ptmrank_core.benchmark.store.mentions import find_mentions
from ptmrank_core.benchmark.store.outlines import Outline
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError, RunError
from ptmrank_core.files import remove
from ptmrank_core.records import Failure, RunState, Skipped
from ptmrank_core.sizes import measure

__all__ = ["RunEntry", "clear_failed", "delete_run", "leave_out", "list_runs", "read_entry", "run_sizes"]

UNREADABLE = "unreadable"
LEFT_OUT = "The model was left out of this run at the user's request."


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One line of the history.

    Parameters
    ----------
    outline
        The run and its state, as the store has them.
    alive
        Whether a worker is running it, or it waits in the queue.
    n_ahead
        Number of runs that must end before this one starts; 0 if it is not waiting.
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
        """Waiting, running, interrupted, finished, cancelled, failed or unreadable.

        An interrupted run is unfinished, but neither is a worker running it nor does it wait for one.
        """
        state = self.outline.state
        if not self.outline.is_readable and not self.alive:
            return UNREADABLE
        if state.is_finished():
            return str(state)
        if not self.alive:
            return "interrupted"
        return "waiting" if state is RunState.QUEUED else "running"

    @property
    def can_resume(self) -> bool:
        """Whether the run is unfinished, and neither running nor waiting."""
        return self.outline.is_readable and not self.alive and self.outline.state is not RunState.FINISHED

    @property
    def can_retry(self) -> bool:
        """Whether something failed, and the run is neither running nor waiting."""
        has_failed = self.outline.n_failed + self.outline.n_problems > 0
        return self.outline.is_readable and not self.alive and has_failed


def list_runs(
    store: RunStore, settings: Settings, limit: int = -1, *, owner: str | None = None
) -> list[RunEntry]:
    """List the stored runs, newest first.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    limit
        Maximum number of runs; a negative number means no limit.
    owner
        Owner of the runs; ``None`` for the runs of all owners.
    """
    return [_entry(store, settings, outline) for outline in store.outlines(limit, owner=owner)]


def read_entry(store: RunStore, settings: Settings, run_id: str) -> RunEntry:
    """Read the status of one run.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    return _entry(store, settings, store.outline(run_id))


def _entry(store: RunStore, settings: Settings, outline: Outline) -> RunEntry:
    if outline.state.is_finished():
        return RunEntry(outline, alive=False, n_ahead=0)
    place = store.position(outline.run_id)
    alive = is_alive(settings, place)
    if not alive:
        outline = store.outline(outline.run_id)  # it may have ended between the two reads
    is_waiting = alive and outline.state is RunState.QUEUED
    ahead = runs_ahead(store, settings, place) if is_waiting else []
    return RunEntry(outline, alive, len(ahead))


def run_sizes(store: RunStore, settings: Settings, *, owner: str | None = None) -> dict[str, int]:
    """Measure the bytes that deleting each run would free.

    Those of its rows, its log, its states of training, and uploads that no other run uses.

    Features are not counted: runs share them in the cache, which has its own size limit. Without an owner,
    the runs of all owners are measured; no two owners share an upload.
    """
    sizes = {
        run: size
        + sum(measure(path).size_bytes for path in (log_file(settings, run), states_folder(settings, run)))
        for run, size in store.row_bytes(owner=owner).items()
    }
    for upload, run in _uploads_of_one_run(store, settings):
        if run in sizes:
            sizes[run] += measure(upload).size_bytes
    return sizes


def clear_failed(store: RunStore, settings: Settings, run_id: str) -> int:
    """Queue a run whose failures are deleted, so that they are tried again; return their number.

    Raises
    ------
    QuotaError
        If its owner has as many unfinished runs as one owner may have; the failures stay.
    RunBusyError
        If a worker is running it.
    RunError
        If nothing failed.
    RunNotFoundError
        If there is no such run.
    """
    _require_idle(store, settings, run_id)
    with hold_run(settings, run_id):
        outline = store.outline(run_id)
        if not outline.n_failed + outline.n_problems:
            raise RunError(f"Nothing failed in run {run_id}.", hint="Resume completes an unfinished run.")
        store.queue(run_id, device_of(store.plan(run_id)))
        return store.clear_failures(run_id)


def leave_out(store: RunStore, settings: Settings, run_id: str, models: Iterable[str]) -> int:
    """Remove models from a run: their cells without a score become skipped; return the number of such cells.

    Their scores stay. The run stays unfinished until a worker has done the rest of it.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunNotFoundError
        If there is no such run.
    """
    _require_idle(store, settings, run_id)
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
    """Delete a run: its rows, log, locks and states of training, and its uploads that no other run uses.

    Raises
    ------
    RunBusyError
        If a worker is running it.
    RunNotFoundError
        If there is no such run.
    """
    _require_idle(store, settings, run_id)
    with hold_run(settings, run_id):
        uploads = [upload for upload, run in _uploads_of_one_run(store, settings) if run == run_id]
        store.delete(run_id)
        for path in (*uploads, states_folder(settings, run_id), log_file(settings, run_id)):
            with suppress(OSError):  # what cannot be removed now, the next sweep finds
                remove(path)
    lock_file(settings, run_id).unlink(missing_ok=True)


def _require_idle(store: RunStore, settings: Settings, run_id: str) -> None:
    """Raise an error at once if it is running or waits, rather than wait for its lock."""
    place = store.position(run_id)
    if is_alive(settings, place):
        what = "Run {} waits in the queue." if place.awaits_worker else "A worker is running {}."
        raise RunBusyError(what.format(run_id), hint="Cancel it first, or wait until it ends.")


def _uploads_of_one_run(store: RunStore, settings: Settings) -> list[tuple[Path, str]]:
    """List the uploads that exactly one run uses, each with the id of the run."""
    named = ((digest, runs) for digest, runs in find_mentions(store).runs.items() if len(runs) == 1)
    found = ((settings.uploads_dir / digest, next(iter(runs))) for digest, runs in named)
    return [(upload, run) for upload, run in found if upload.is_dir() and not upload.is_symlink()]
