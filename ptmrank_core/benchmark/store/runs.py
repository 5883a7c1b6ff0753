"""The table of runs in the run store: state, owner, place in the queue, deletion."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.store.codec import plan_from_json, reading, to_json
from ptmrank_core.benchmark.store.connection import Database
from ptmrank_core.benchmark.store.outlines import OUTLINE, SECONDS, Outline, outline_of, state_of
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunError, RunNotFoundError
from ptmrank_core.records import LOCAL_OWNER, RunPlan, RunState, SamplesSummary

__all__ = ["QueuePosition", "RunTable"]


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """The position of a run in the queue.

    Parameters
    ----------
    run_id, state
        The run.
    device
        The device that it needs: ``"cpu"``, ``"cuda:0"``; empty before it was queued.
    ticket
        The lower ticket goes first; 0 before it was queued.
    """

    run_id: str
    state: RunState
    device: str
    ticket: int


class RunTable(Database):
    """The runs of one ``PTMRANK_HOME``."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.runs_dir / "runs.sqlite")
        self.settings = settings

    def _row(self, run_id: str, columns: str) -> tuple[Any, ...]:
        return self._only(f"SELECT {columns} FROM runs", run_id)  # noqa: S608 - our own columns

    def _only(self, query: str, run_id: str) -> tuple[Any, ...]:
        """Run a query over the table of runs for one run; return the row."""
        with self._read() as db:
            row: tuple[Any, ...] | None = db.execute(f"{query} WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            raise RunNotFoundError(f"There is no run {run_id!r} here.", hint="Check the link.")
        return row

    def create(self, plan: RunPlan, samples: SamplesSummary, *, owner: str = LOCAL_OWNER) -> None:
        """Store a new run, queued, with its owner."""
        row = (plan.run_id, plan.created_at, RunState.QUEUED, to_json(plan), to_json(samples), owner)
        with self._open() as db:
            db.execute(
                "INSERT INTO runs (run_id, created_at, state, plan, samples, owner) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def owner(self, run_id: str) -> str:
        """Read the owner of a run."""
        return str(self._row(run_id, "owner")[0])

    def revision(self, run_id: str) -> tuple[int, float]:
        """Read how often the result of a run has changed, and its seconds, which grow without a change."""
        revision = "(SELECT revision FROM revisions WHERE revisions.run_id = runs.run_id)"
        number, seconds = self._row(run_id, f"{revision}, {SECONDS}")
        return int(number), float(seconds)

    def plan(self, run_id: str) -> RunPlan:
        """Read the plan of a run.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunError
            If it is damaged, or of a later version.
        """
        with reading("plan"):
            return plan_from_json(self._row(run_id, "plan")[0])

    def state(self, run_id: str) -> RunState:
        """Read the state of a run; one that this version does not know has failed."""
        return state_of(self._row(run_id, "state")[0]) or RunState.FAILED

    def outline(self, run_id: str) -> Outline:
        """Read the outline of a run."""
        return outline_of(self._only(OUTLINE, run_id))

    def outlines(self, limit: int = -1, *, owner: str | None = None) -> list[Outline]:
        """Read the outlines of runs, newest first.

        A negative limit means no limit; without an owner, runs of all owners are read.
        """
        newest = "ORDER BY created_at DESC, rowid DESC"
        condition = "" if owner is None else "WHERE owner = :owner"
        # The inner query selects the runs, so that cells are counted in those alone.
        chosen = f"SELECT rowid FROM runs {condition} {newest} LIMIT :limit"  # noqa: S608 - our own text
        query = f"{OUTLINE} WHERE rowid IN ({chosen}) {newest}"
        with self._read() as db:
            return [outline_of(row) for row in db.execute(query, {"limit": limit, "owner": owner})]

    def position(self, run_id: str) -> QueuePosition:
        """Read the position of a run in the queue."""
        state, device, ticket = self._row(run_id, "state, device, ticket")
        return QueuePosition(run_id, state_of(state) or RunState.FAILED, device, ticket)

    def others(self, position: QueuePosition) -> list[QueuePosition]:
        """Read the other unfinished runs of the same device, in the order of the queue."""
        query = """
            SELECT run_id, state, device, ticket FROM runs
            WHERE device = ? AND run_id <> ? AND state IN (?, ?) ORDER BY ticket"""
        with self._read() as db:
            rows = db.execute(query, (position.device, position.run_id, RunState.QUEUED, RunState.RUNNING))
            return [
                QueuePosition(run, RunState(state), device, ticket) for run, state, device, ticket in rows
            ]

    def queue(self, run_id: str, device: str) -> None:
        """Put the run at the end of the queue of a device, whatever its state was.

        Drops an earlier request to cancel it, and the events of an earlier worker except how many samples
        have features; adds the seconds of a worker that was killed.
        """
        update = f"""
            UPDATE runs SET state = ?, device = ?, cancel = 0, error = '',
                ticket = (SELECT MAX(ticket) + 1 FROM runs),
                seconds = {SECONDS}
            WHERE run_id = ?"""  # noqa: S608 - our own text
        with self._open() as db:
            db.execute(update, (RunState.QUEUED, device, run_id))
            db.execute("DELETE FROM events WHERE run_id = ? AND kind <> 'BatchDone'", (run_id,))

    def start(self, run_id: str, environment: str) -> None:
        """Record that a worker has started the run."""
        with self._open() as db:
            db.execute(
                "UPDATE runs SET state = ?, environment = ?, error = '' WHERE run_id = ?",
                (RunState.RUNNING, environment, run_id),
            )

    def finish(self, run_id: str, state: RunState, *, seconds: float, error: str = "") -> None:
        """Record that the worker has left the run; seconds add up over resumes."""
        with self._open() as db:
            db.execute(
                "UPDATE runs SET state = ?, seconds = seconds + ?, error = ? WHERE run_id = ?",
                (state, seconds, error, run_id),
            )

    def request_cancel(self, run_id: str) -> None:
        """Request that the worker stops after its current batch, or leaves the queue."""
        with self._open() as db:
            db.execute("UPDATE runs SET cancel = 1 WHERE run_id = ?", (run_id,))

    def cancel_requested(self, run_id: str) -> bool:
        """Whether cancellation was requested."""
        return bool(self._row(run_id, "cancel")[0])

    def clear_failures(self, run_id: str) -> int:
        """Delete failed cells and findings, and findings that depend on such cells; return how many failed.

        A finding about a metric depends on all models, so it is deleted if one of the metric's cells is to be
        computed again. Findings about one model, or about the whole run, stay.
        """
        failed = "run_id = ? AND kind = 'Failure'"
        metrics = f"SELECT metric FROM cells WHERE {failed}"  # noqa: S608 - our own text
        with self._open() as db:
            n_cells = db.execute(f"SELECT COUNT(*) FROM cells WHERE {failed}", (run_id,)).fetchone()[0]  # noqa: S608
            n_findings = db.execute(
                "DELETE FROM findings WHERE run_id = ? AND has_problem", (run_id,)
            ).rowcount
            if n_cells:
                db.execute(
                    f"DELETE FROM findings WHERE run_id = ? AND subject IN ({metrics})",  # noqa: S608
                    (run_id, run_id),
                )
                db.execute(f"DELETE FROM cells WHERE {failed}", (run_id,))  # noqa: S608
        return int(n_cells + n_findings)

    def delete(self, run_id: str) -> None:
        """Delete a run with its results."""
        with self._open() as db:
            db.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))

    def recent(self, limit: int = 20) -> list[tuple[RunPlan, RunState]]:
        """Read the newest runs, newest first; those that cannot be read here are left out."""
        query = "SELECT plan, state FROM runs ORDER BY created_at DESC, rowid DESC LIMIT ?"
        with self._read() as db:
            rows = db.execute(query, (limit,)).fetchall()
        found = []
        for plan, state in rows:
            with suppress(RunError), reading("plan"):
                found.append((plan_from_json(plan), state_of(state) or RunState.FAILED))
        return found
