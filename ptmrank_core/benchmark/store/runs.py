"""The table of runs in the run store: state, owner, place in the queue, deletion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.benchmark.store.connection import Database
from ptmrank_core.benchmark.store.schema import NO_LAYER
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunNotFoundError
from ptmrank_core.records import LOCAL_OWNER, RunPlan, RunState, SamplesSummary

__all__ = ["SECONDS", "Outline", "QueuePosition", "RunTable"]

# How long the worker of a run was at it, as far as its events tell: a killed one could not say it itself.
WORKED_SECONDS = """
    MAX(0, COALESCE((SELECT MAX(at) FROM events WHERE events.run_id = runs.run_id) - (
        SELECT at FROM events WHERE events.run_id = runs.run_id AND kind = 'RunStarted'), 0))"""
SECONDS = f"seconds + CASE WHEN state = '{RunState.RUNNING}' THEN {WORKED_SECONDS} ELSE 0 END"


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where a run stands in the queue.

    Parameters
    ----------
    run_id, state
        The run.
    device
        The device it works on: ``"cpu"``, ``"cuda:0"``; empty before it was queued.
    ticket
        The lower one goes first; 0 before it was queued.
    """

    run_id: str
    state: RunState
    device: str
    ticket: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a run is and how it stands, without what it has given.

    Parameters
    ----------
    run_id, created_at, state, error
        As in its plan and result.
    task, samples_source, n_samples
        What is ranked on what.
    models
        Ids of its models, in the plan's order.
    n_metrics
        Number of its metrics.
    n_decided, n_failed
        Decided cells of its models, and those of them that failed.
    n_findings, n_problems
        What its analyses have found, and those that could not be done.
    seconds
        Of all workers together, the present or the killed one included.
    """

    run_id: str
    created_at: str
    state: RunState
    error: str
    task: str
    samples_source: str
    n_samples: int
    models: tuple[str, ...]
    n_metrics: int
    n_decided: int
    n_failed: int
    n_findings: int
    n_problems: int
    seconds: float


# Each column gives the field of an outline at its place. SQLite reads the JSON; no record is made of it.
OUTLINE = f"""
    SELECT run_id, created_at, state, error,
        json_extract(plan, '$.task'), json_extract(plan, '$.samples_source'),
        json_extract(samples, '$.n_samples'),
        (SELECT json_group_array(json_extract(value, '$.id')) FROM json_each(plan, '$.models')),
        json_array_length(plan, '$.metrics'),
        (SELECT COUNT(*) FROM cells WHERE cells.run_id = runs.run_id AND layer = {NO_LAYER}),
        (SELECT COUNT(*) FROM cells WHERE cells.run_id = runs.run_id AND kind = 'Failure'),
        (SELECT COUNT(*) FROM findings WHERE findings.run_id = runs.run_id),
        (SELECT COUNT(*) FROM findings WHERE findings.run_id = runs.run_id AND has_problem),
        {SECONDS}
    FROM runs"""  # noqa: S608 - our own text


class RunTable(Database):
    """The runs of one ``PTMRANK_HOME``."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.runs_dir / "runs.sqlite")

    def _row(self, run_id: str, columns: str) -> tuple[Any, ...]:
        return self._only(f"SELECT {columns} FROM runs", run_id)  # noqa: S608 - our own columns

    def _only(self, query: str, run_id: str) -> tuple[Any, ...]:
        """Row that a query over the table of runs gives for one run."""
        with self._look() as db:
            row: tuple[Any, ...] | None = db.execute(f"{query} WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            raise RunNotFoundError(f"There is no run {run_id!r} here.", hint="Check the link.")
        return row

    def create(self, plan: RunPlan, samples: SamplesSummary, *, owner: str = LOCAL_OWNER) -> None:
        """Keep a new run, queued, and whose it is."""
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
        """Read how often what a run has given has changed, and its seconds, which go on without that."""
        which = "(SELECT revision FROM revisions WHERE revisions.run_id = runs.run_id)"
        number, seconds = self._row(run_id, f"{which}, {SECONDS}")
        return int(number), float(seconds)

    def plan(self, run_id: str) -> RunPlan:
        """Read the plan of a run."""
        return plan_from_json(self._row(run_id, "plan")[0])

    def plans(self, *, owner: str | None = None) -> list[RunPlan]:
        """Read the plans of runs, newest first; without an owner, they are everybody's."""
        query = "SELECT plan FROM runs WHERE ?1 IS NULL OR owner = ?1 ORDER BY created_at DESC, rowid DESC"
        with self._look() as db:
            rows = db.execute(query, (owner,)).fetchall()
        return [plan_from_json(row[0]) for row in rows]

    def state(self, run_id: str) -> RunState:
        """Read the state of a run."""
        return RunState(self._row(run_id, "state")[0])

    def outline(self, run_id: str) -> Outline:
        """Read what a run is and how it stands."""
        return _outline(self._only(OUTLINE, run_id))

    def outlines(self, limit: int = -1, *, owner: str | None = None) -> list[Outline]:
        """Read what runs are and how they stand, newest first.

        A negative limit is none; without an owner, they are everybody's.
        """
        newest = "ORDER BY created_at DESC, rowid DESC"
        whose = "" if owner is None else "WHERE owner = :owner"
        # The inner one chooses, so that nothing is counted in the runs that are not asked for.
        chosen = f"SELECT rowid FROM runs {whose} {newest} LIMIT :limit"  # noqa: S608 - our own text
        query = f"{OUTLINE} WHERE rowid IN ({chosen}) {newest}"
        with self._look() as db:
            return [_outline(row) for row in db.execute(query, {"limit": limit, "owner": owner})]

    def position(self, run_id: str) -> QueuePosition:
        """Read where a run stands in the queue."""
        state, device, ticket = self._row(run_id, "state, device, ticket")
        return QueuePosition(run_id, RunState(state), device, ticket)

    def others(self, position: QueuePosition) -> list[QueuePosition]:
        """Read the other unfinished runs of the same device, those that were queued first at the front."""
        query = """
            SELECT run_id, state, device, ticket FROM runs
            WHERE device = ? AND run_id <> ? AND state IN (?, ?) ORDER BY ticket"""
        with self._look() as db:
            rows = db.execute(query, (position.device, position.run_id, RunState.QUEUED, RunState.RUNNING))
            return [
                QueuePosition(run, RunState(state), device, ticket) for run, state, device, ticket in rows
            ]

    def queue(self, run_id: str, device: str) -> None:
        """Note that the run waits for a device, behind all that wait already; whatever it was before.

        Forgets an earlier request to cancel it, and the events of an earlier worker except how many samples
        have features; the seconds of one that was killed are added up.
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
        """Note that a worker has taken the run."""
        with self._open() as db:
            db.execute(
                "UPDATE runs SET state = ?, environment = ?, error = '' WHERE run_id = ?",
                (RunState.RUNNING, environment, run_id),
            )

    def finish(self, run_id: str, state: RunState, *, seconds: float, error: str = "") -> None:
        """Note that the worker has let the run go; its seconds add up over resumes."""
        with self._open() as db:
            db.execute(
                "UPDATE runs SET state = ?, seconds = seconds + ?, error = ? WHERE run_id = ?",
                (state, seconds, error, run_id),
            )

    def request_cancel(self, run_id: str) -> None:
        """Ask the worker to stop at the next batch, or to wait no longer."""
        with self._open() as db:
            db.execute("UPDATE runs SET cancel = 1 WHERE run_id = ?", (run_id,))

    def cancel_requested(self, run_id: str) -> bool:
        """Whether somebody asked the worker to stop."""
        return bool(self._row(run_id, "cancel")[0])

    def clear_failures(self, run_id: str) -> int:
        """Forget every cell and finding that failed, and what they enter into; return how many failed.

        A finding about a metric holds something of all models: where one of its cells is to be tried again,
        it is made anew. What was found of one model, or of the run as a whole, stays.
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
        """Forget a run with all that it has given."""
        with self._open() as db:
            db.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))

    def recent(self, limit: int = 20) -> list[tuple[RunPlan, RunState]]:
        """Read the newest runs, newest first."""
        query = "SELECT plan, state FROM runs ORDER BY created_at DESC, rowid DESC LIMIT ?"
        with self._look() as db:
            rows = db.execute(query, (limit,)).fetchall()
        return [(plan_from_json(plan), RunState(state)) for plan, state in rows]


def _outline(row: tuple[Any, ...]) -> Outline:
    fields = dict(zip(Outline.__slots__, row, strict=True))
    models = tuple(json.loads(fields.pop("models")))
    return Outline(**(fields | {"state": RunState(fields["state"]), "models": models}))
