"""The table of runs in the run store: state, owner, place in the queue, deletion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.benchmark.store.connection import Database
from ptmrank_core.benchmark.store.schema import NO_LAYER
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunError, RunNotFoundError
from ptmrank_core.records import LOCAL_OWNER, RunPlan, RunState, SamplesSummary
from ptmrank_core.records.names import printable

__all__ = ["SECONDS", "Outline", "QueuePosition", "RunTable"]

# How long the worker of a run has been running, by its events: a worker that was killed cannot record it.
WORKED_SECONDS = """
    MAX(0, COALESCE((SELECT MAX(at) FROM events WHERE events.run_id = runs.run_id) - (
        SELECT at FROM events WHERE events.run_id = runs.run_id AND kind = 'RunStarted'), 0))"""
# What an outline holds of a run, its plan and its samples: where it is of another type, it is damaged.
PLANNED: Mapping[str, type] = {
    "created_at": str,
    "error": str,
    "task": str,
    "samples_source": str,
    "n_samples": int,
    "n_metrics": int,
}
SECONDS = f"seconds + CASE WHEN state = '{RunState.RUNNING}' THEN {WORKED_SECONDS} ELSE 0 END"


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


@dataclass(frozen=True, slots=True)
class Outline:
    """A run and its state, without its results.

    Parameters
    ----------
    run_id, created_at, state, error
        As in its plan and result; an error says what cannot be read of a run that is damaged.
    task, samples_source, n_samples
        Task category, source and number of the samples.
    models
        Ids of its models, in the plan's order.
    n_metrics
        Number of its metrics.
    n_decided, n_failed
        Decided cells of its models, and how many of them failed.
    n_findings, n_problems
        Findings of its analyses, and how many of them are failures.
    seconds
        Of all workers together, including one that is running or was killed.
    is_readable
        Whether its plan and samples can be read here: if not, all that can be done is to delete it.
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
    is_readable: bool = True


# The JSON of a column, or none where it is damaged: SQLite would refuse the whole query.
PLAN, SAMPLES = (
    f"CASE WHEN json_valid({column}) THEN {column} ELSE '{{}}' END" for column in ("plan", "samples")
)
# One column for each field of an outline but the last, in order. SQLite reads the JSON; no record is decoded.
OUTLINE = f"""
    SELECT run_id, created_at, state, error,
        json_extract({PLAN}, '$.task'), json_extract({PLAN}, '$.samples_source'),
        json_extract({SAMPLES}, '$.n_samples'),
        (SELECT json_group_array(json_extract(model.value, '$.id'))
            FROM json_each({PLAN}, '$.models') AS model WHERE model.type = 'object'),
        json_array_length({PLAN}, '$.metrics'),
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
        return plan_from_json(self._row(run_id, "plan")[0])

    def plan_texts(self, *, owner: str | None = None) -> dict[str, str]:
        """Read the plans of runs as they are stored, newest first; without an owner, those of all owners.

        Who looks for one thing in many plans reads them as text: a damaged one does not hide the others.
        """
        wanted = ":owner IS NULL OR owner = :owner"
        query = f"SELECT run_id, plan FROM runs WHERE {wanted} ORDER BY created_at DESC, rowid DESC"  # noqa: S608
        with self._read() as db:
            return dict(db.execute(query, {"owner": owner}).fetchall())

    def state(self, run_id: str) -> RunState:
        """Read the state of a run; one that this version does not know has failed."""
        return _state(self._row(run_id, "state")[0]) or RunState.FAILED

    def outline(self, run_id: str) -> Outline:
        """Read the outline of a run."""
        return _outline(self._only(OUTLINE, run_id))

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
            return [_outline(row) for row in db.execute(query, {"limit": limit, "owner": owner})]

    def position(self, run_id: str) -> QueuePosition:
        """Read the position of a run in the queue."""
        state, device, ticket = self._row(run_id, "state, device, ticket")
        return QueuePosition(run_id, _state(state) or RunState.FAILED, device, ticket)

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
            with suppress(RunError):
                found.append((plan_from_json(plan), _state(state) or RunState.FAILED))
        return found


def _outline(row: tuple[Any, ...]) -> Outline:
    """Make an outline; what is damaged in it is unknown, and the error says so."""
    fields = dict(zip(Outline.__slots__, row, strict=False))
    models = tuple(printable(str(model)) for model in json.loads(fields.pop("models")))
    problem = _problem(fields)
    if problem:
        fields |= {name: kind() for name, kind in PLANNED.items() if not isinstance(fields[name], kind)}
        fields["error"] = f"{problem} {fields['error']}".strip()
    shown = {name: printable(fields[name]) for name in ("created_at", "error", "task", "samples_source")}
    state = _state(fields["state"]) or RunState.FAILED
    return Outline(**(fields | shown | {"state": state, "models": models, "is_readable": not problem}))


def _problem(fields: dict[str, Any]) -> str:
    """Say what cannot be read of a run; empty where all of it can."""
    damaged = [name for name, kind in PLANNED.items() if not isinstance(fields[name], kind)]
    if damaged:
        return (
            f"This run is damaged: its {damaged[0].replace('_', ' ')} cannot be read. It can only be deleted."
        )
    if _state(fields["state"]) is None:
        state = printable(str(fields["state"]))
        return f"This run has the state {state!r}, which this version does not know. It can only be deleted."
    return ""


def _state(text: Any) -> RunState | None:
    """Read the state of a run; ``None`` for one that this version does not know."""
    return RunState(text) if text in tuple(RunState) else None
