"""The run store: plans, cells, what was learned of each model, and events, in one SQLite file.

One transaction for each cell, in WAL mode and synced: what is finished survives a crash of the worker, of
the dashboard and of the machine, so resuming a run is only doing the cells that are not there.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.codec import (
    cell_from_json,
    finding_from_json,
    outcome_from_json,
    plan_from_json,
    summary_from_json,
    to_json,
)
from ptmrank_core.benchmark.schema import OWN, prepare_tables
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunNotFoundError
from ptmrank_core.events import Event
from ptmrank_core.records import (
    Cell,
    Finding,
    ModelOutcome,
    RunPlan,
    RunResult,
    RunState,
    SamplesSummary,
)

__all__ = ["RunStore", "new_run_id", "now"]


def new_run_id() -> str:
    """Make an id of 128 random bits: a link to a run cannot be guessed."""
    return secrets.token_hex(16)


def now() -> str:
    """ISO 8601 time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class RunStore:
    """The runs of one ``PTMRANK_HOME``. Every call opens its own connection, so threads may share it."""

    def __init__(self, settings: Settings) -> None:
        settings.runs_dir.mkdir(parents=True, exist_ok=True)
        self._path: Path = settings.runs_dir / "runs.sqlite"
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self._open() as db:
            prepare_tables(db)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction."""
        with closing(sqlite3.connect(self._path, timeout=30)) as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
            with db:
                yield db

    def _row(self, run_id: str, columns: str) -> tuple[Any, ...]:
        with self._open() as db:
            query = f"SELECT {columns} FROM runs WHERE run_id = ?"  # noqa: S608 - our own columns
            row: tuple[Any, ...] | None = db.execute(query, (run_id,)).fetchone()
        if row is None:
            raise RunNotFoundError(f"There is no run {run_id!r} here.", hint="Check the link.")
        return row

    def create(self, plan: RunPlan, samples: SamplesSummary) -> None:
        """Keep a new run, queued."""
        with self._open() as db:
            db.execute(
                "INSERT INTO runs (run_id, created_at, state, plan, samples) VALUES (?, ?, ?, ?, ?)",
                (plan.run_id, plan.created_at, RunState.QUEUED, to_json(plan), to_json(samples)),
            )

    def plan(self, run_id: str) -> RunPlan:
        """Read the plan of a run."""
        return plan_from_json(self._row(run_id, "plan")[0])

    def state(self, run_id: str) -> RunState:
        """Read the state of a run."""
        return RunState(self._row(run_id, "state")[0])

    def queue(self, run_id: str) -> None:
        """Note that the run waits for a worker, whatever it was before."""
        with self._open() as db:
            db.execute("UPDATE runs SET state = ? WHERE run_id = ?", (RunState.QUEUED, run_id))

    def start(self, run_id: str, environment: str) -> None:
        """Note that a worker has taken the run; forgets an earlier request to cancel it."""
        with self._open() as db:
            db.execute(
                "UPDATE runs SET state = ?, environment = ?, cancel = 0, error = '' WHERE run_id = ?",
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
        """Ask the worker to stop at the next batch."""
        with self._open() as db:
            db.execute("UPDATE runs SET cancel = 1 WHERE run_id = ?", (run_id,))

    def cancel_requested(self, run_id: str) -> bool:
        """Whether somebody asked the worker to stop."""
        return bool(self._row(run_id, "cancel")[0])

    def add_cell(self, run_id: str, cell: Cell) -> None:
        """Keep a decided cell."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?)",
                (run_id, cell.model, cell.metric, OWN if cell.layer is None else cell.layer, to_json(cell)),
            )

    def cells(self, run_id: str) -> tuple[Cell, ...]:
        """Read the decided cells of a run's models, those of their hidden layers left out."""
        return self._cells(run_id, "layer = ?")

    def layer_cells(self, run_id: str) -> tuple[Cell, ...]:
        """Read the decided cells of the hidden layers of a run's models."""
        return self._cells(run_id, "layer <> ?")

    def _cells(self, run_id: str, which: str) -> tuple[Cell, ...]:
        query = f"SELECT cell FROM cells WHERE run_id = ? AND {which} ORDER BY rowid"  # noqa: S608 - ours
        with self._open() as db:
            return tuple(cell_from_json(row[0]) for row in db.execute(query, (run_id, OWN)))

    def add_outcome(self, run_id: str, outcome: ModelOutcome) -> None:
        """Keep what the run learned of a model."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)",
                (run_id, outcome.spec.id, to_json(outcome)),
            )

    def outcomes(self, run_id: str) -> dict[str, ModelOutcome]:
        """Read what the run learned of its models."""
        with self._open() as db:
            query = "SELECT model, outcome FROM outcomes WHERE run_id = ? ORDER BY rowid"
            return {model: outcome_from_json(text) for model, text in db.execute(query, (run_id,))}

    def add_finding(self, run_id: str, finding: Finding) -> None:
        """Keep what an analysis found, in the place of what it had found before."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?)",
                (run_id, finding.kind, finding.subject, to_json(finding)),
            )

    def findings(self, run_id: str) -> tuple[Finding, ...]:
        """Read what the analyses of a run have found."""
        with self._open() as db:
            query = "SELECT finding FROM findings WHERE run_id = ? ORDER BY rowid"
            return tuple(finding_from_json(row[0]) for row in db.execute(query, (run_id,)))

    def drop_findings(self, run_id: str, kind: str) -> None:
        """Forget the findings of one kind."""
        with self._open() as db:
            db.execute("DELETE FROM findings WHERE run_id = ? AND kind = ?", (run_id, kind))

    def add_event(self, run_id: str, event: Event) -> None:
        """Keep an event."""
        with self._open() as db:
            db.execute(
                "INSERT INTO events (run_id, kind, event) VALUES (?, ?, ?)",
                (run_id, type(event).__name__, to_json(event)),
            )

    def last_events(self, run_id: str) -> dict[tuple[str, str], str]:
        """Read the newest event of each kind for each model, as JSON by (model, kind)."""
        query = """
            SELECT COALESCE(json_extract(event, '$.model'), ''), kind, event, MAX(number)
            FROM events WHERE run_id = ? GROUP BY 1, 2 ORDER BY MAX(number)"""
        with self._open() as db:
            return {(row[0], row[1]): row[2] for row in db.execute(query, (run_id,))}

    def result(self, run_id: str) -> RunResult:
        """Read everything a run has given so far."""
        columns = "plan, samples, state, environment, seconds, error"
        plan, samples, state, environment, seconds, error = self._row(run_id, columns)
        return RunResult(
            plan=plan_from_json(plan),
            state=RunState(state),
            samples=summary_from_json(samples),
            cells=self.cells(run_id),
            outcomes=self.outcomes(run_id),
            environment=json.loads(environment),
            seconds=seconds,
            error=error,
            layer_cells=self.layer_cells(run_id),
            findings=self.findings(run_id),
        )

    def recent(self, limit: int = 20) -> list[tuple[RunPlan, RunState]]:
        """Read the newest runs, newest first."""
        query = "SELECT plan, state FROM runs ORDER BY created_at DESC, rowid DESC LIMIT ?"
        with self._open() as db:
            rows = db.execute(query, (limit,)).fetchall()
        return [(plan_from_json(plan), RunState(state)) for plan, state in rows]
