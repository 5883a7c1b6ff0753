"""The run store: plans, cells, outcomes of models, findings and events, in one SQLite file.

Each cell is one synced transaction: decided cells survive any crash, so a run is resumed by computing the
missing cells.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ptmrank_core.benchmark.store.codec import (
    cell_from_json,
    facts_from_json,
    finding_from_json,
    outcome_from_json,
    state_from_text,
    summary_from_json,
    to_json,
)
from ptmrank_core.benchmark.store.outlines import SECONDS
from ptmrank_core.benchmark.store.queue import ATTEMPT
from ptmrank_core.benchmark.store.runs import RunTable
from ptmrank_core.benchmark.store.schema import NO_LAYER
from ptmrank_core.events import Event
from ptmrank_core.records import (
    Cell,
    Failure,
    Finding,
    ModelOutcome,
    ModelSpec,
    RunPlan,
    RunResult,
    Stage,
)

__all__ = ["Attempt", "RunStore", "Speed", "new_run_id", "now"]


def new_run_id() -> str:
    """Make an id of 128 random bits, so that a link to a run cannot be guessed."""
    return secrets.token_hex(16)


def now() -> str:
    """ISO 8601 time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model ran.

    Parameters
    ----------
    modality, n_parameters
        Modality of its samples, and its size if known.
    seconds
        Seconds to prepare and run one sample.
    """

    modality: str
    n_parameters: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """The attempts at a model whose workers have not left it in order.

    Parameters
    ----------
    n_deaths
        Number of such attempts since something was done of the model last, one that is at work included.
    stage
        Latest stage of the last of them.
    """

    n_deaths: int = 0
    stage: str = Stage.RESOLVE


class RunStore(RunTable):
    """The runs of one ``PTMRANK_HOME`` with their results."""

    def extend(self, run_id: str, models: Iterable[ModelSpec]) -> RunPlan:
        """Add models to the plan of a run; return the longer plan."""
        plan = self.plan(run_id)
        longer = replace(plan, models=(*plan.models, *models))
        self.replan(longer)
        return longer

    def replan(self, plan: RunPlan) -> None:
        """Replace the plan of a run."""
        with self._open() as db:
            db.execute("UPDATE runs SET plan = ? WHERE run_id = ?", (to_json(plan), plan.run_id))

    def add_environment(self, run_id: str, facts: Mapping[str, str]) -> None:
        """Add facts to the environment of a run."""
        with self._open() as db:
            query = "UPDATE runs SET environment = json_patch(environment, ?) WHERE run_id = ?"
            db.execute(query, (json.dumps(dict(facts)), run_id))

    def add_cell(self, run_id: str, cell: Cell) -> None:
        """Store a decided cell."""
        layer = NO_LAYER if cell.layer is None else cell.layer
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO cells (run_id, model, metric, layer, kind, cell) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (run_id, cell.model, cell.metric, layer, type(cell).__name__, to_json(cell)),
            )

    def cells(self, run_id: str) -> tuple[Cell, ...]:
        """Read the decided cells of a run's models, without those of hidden layers."""
        return self._cells(run_id, "layer = ?")

    def layer_cells(self, run_id: str) -> tuple[Cell, ...]:
        """Read the decided cells of the hidden layers of a run's models."""
        return self._cells(run_id, "layer <> ?")

    def _cells(self, run_id: str, condition: str) -> tuple[Cell, ...]:
        query = f"SELECT cell FROM cells WHERE run_id = ? AND {condition} ORDER BY rowid"  # noqa: S608 - ours
        with self._read() as db:
            return tuple(cell_from_json(row[0]) for row in db.execute(query, (run_id, NO_LAYER)))

    def add_outcome(self, run_id: str, outcome: ModelOutcome) -> None:
        """Store the outcome of a model."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)",
                (run_id, outcome.spec.id, to_json(outcome)),
            )

    def outcomes(self, run_id: str) -> dict[str, ModelOutcome]:
        """Read the outcomes of a run's models, by the id of the model."""
        with self._read() as db:
            query = "SELECT model, outcome FROM outcomes WHERE run_id = ? ORDER BY rowid"
            return {model: outcome_from_json(text) for model, text in db.execute(query, (run_id,))}

    def speeds(self) -> dict[str, Speed]:
        """Read how fast each model ran, from the newest run that had to execute it."""
        query = """
            SELECT model,
                json_extract(outcome, '$.spec.modality'), json_extract(outcome, '$.spec.n_parameters'),
                (json_extract(outcome, '$.report.seconds.preprocess')
                    + json_extract(outcome, '$.report.seconds.forward'))
                / json_extract(outcome, '$.report.n_run')
            FROM outcomes
            WHERE CASE WHEN json_valid(outcome) THEN json_extract(outcome, '$.report.n_run') > 0 END
            ORDER BY rowid"""
        with self._read() as db:
            rows = db.execute(query).fetchall()
        return {
            model: Speed(modality, size, seconds)
            for model, modality, size, seconds in rows
            if isinstance(seconds, float) and isinstance(size, int | None)
        }

    def add_finding(self, run_id: str, finding: Finding) -> None:
        """Store a finding; one of the same kind and subject is replaced."""
        self.add_findings(run_id, (finding,))

    def add_findings(self, run_id: str, findings: Iterable[Finding]) -> None:
        """Store findings that belong together: all of them or none."""
        with self._open() as db:
            db.executemany(
                "INSERT OR REPLACE INTO findings (run_id, kind, subject, has_problem, finding) "
                "VALUES (?, ?, ?, ?, ?)",
                [(run_id, own.kind, own.subject, bool(own.problem), to_json(own)) for own in findings],
            )

    def findings(self, run_id: str) -> tuple[Finding, ...]:
        """Read the findings of a run."""
        with self._read() as db:
            query = "SELECT finding FROM findings WHERE run_id = ? ORDER BY rowid"
            return tuple(finding_from_json(row[0]) for row in db.execute(query, (run_id,)))

    def drop_findings(self, run_id: str, kind: str, *, subject: str | None = None) -> None:
        """Delete the findings of one kind, or the one of a subject."""
        with self._open() as db:
            db.execute(
                "DELETE FROM findings WHERE run_id = ? AND kind = ? AND subject = COALESCE(?, subject)",
                (run_id, kind, subject),
            )

    def findings_of(self, run_id: str, kind: str) -> tuple[Finding, ...]:
        """Read the findings of one kind, without the others of the run."""
        query = "SELECT finding FROM findings WHERE run_id = ? AND kind = ? ORDER BY rowid"
        with self._read() as db:
            return tuple(finding_from_json(row[0]) for row in db.execute(query, (run_id, kind)))

    def add_event(self, run_id: str, event: Event) -> None:
        """Store an event; the last one of the same kind and model is replaced."""
        with self._open(is_synced=False) as db:
            db.execute(
                "INSERT OR REPLACE INTO events (run_id, model, kind, at, event) VALUES (?, ?, ?, ?, ?)",
                (run_id, getattr(event, "model", ""), type(event).__name__, time.time(), to_json(event)),
            )

    def attempt(self, run_id: str, model: str) -> Attempt:
        """Read the attempts at a model."""
        query = "SELECT event FROM events WHERE run_id = ? AND model = ? AND kind = ?"
        with self._read() as db:
            row = db.execute(query, (run_id, model, ATTEMPT)).fetchone()
        return Attempt(**json.loads(row[0])) if row else Attempt()

    def keep_attempt(self, run_id: str, model: str, attempt: Attempt) -> None:
        """Store the attempts at a model, which outlive the worker."""
        row = (run_id, model, ATTEMPT, time.time(), to_json(attempt))
        with self._open() as db:
            query = "INSERT OR REPLACE INTO events (run_id, model, kind, at, event) VALUES (?, ?, ?, ?, ?)"
            db.execute(query, row)

    def drop_attempt(self, run_id: str, model: str) -> None:
        """Forget the attempts at a model."""
        with self._open() as db:
            query = "DELETE FROM events WHERE run_id = ? AND model = ? AND kind = ?"
            db.execute(query, (run_id, model, ATTEMPT))

    def last_events(self, run_id: str) -> dict[tuple[str, str], str]:
        """Read the newest event of each kind for each model, as JSON by (model, kind)."""
        with self._read() as db:
            rows = db.execute("SELECT model, kind, event FROM events WHERE run_id = ?", (run_id,))
            return {(model, kind): event for model, kind, event in rows}

    def event_times(self, run_id: str) -> dict[tuple[str, str], float]:
        """Read the time of the newest event of each kind for each model, in seconds since 1970."""
        with self._read() as db:
            rows = db.execute("SELECT model, kind, at FROM events WHERE run_id = ?", (run_id,))
            return {(model, kind): at for model, kind, at in rows}

    def failures(self, run_id: str) -> tuple[Failure, ...]:
        """Read the failed cells of a run's models."""
        query = "SELECT cell FROM cells WHERE run_id = ? AND layer = ? AND kind = 'Failure' ORDER BY rowid"
        with self._read() as db:
            cells = [cell_from_json(row[0]) for row in db.execute(query, (run_id, NO_LAYER))]
        return tuple(cell for cell in cells if isinstance(cell, Failure))

    def cell_counts(self, run_id: str) -> dict[tuple[str, str], int]:
        """Count the decided cells of a run's models by (model, kind of cell), without reading them."""
        query = "SELECT model, kind, COUNT(*) FROM cells WHERE run_id = ? AND layer = ? GROUP BY 1, 2"
        with self._read() as db:
            return {(model, kind): count for model, kind, count in db.execute(query, (run_id, NO_LAYER))}

    def row_bytes(self, *, owner: str | None = None) -> dict[str, int]:
        """Measure the stored bytes of each run; without an owner, of the runs of all owners."""
        contents = {
            "runs": "plan || samples || environment",
            "cells": "cell",
            "outcomes": "outcome",
            "findings": "finding",
            "events": "event",
        }
        sizes = " UNION ALL ".join(
            f"SELECT run_id, LENGTH(CAST({column} AS BLOB)) AS size FROM {table}"  # noqa: S608 - our own names
            for table, column in contents.items()
        )
        query = f"""
            SELECT run_id, SUM(size) FROM ({sizes}) JOIN runs USING (run_id)
            WHERE :owner IS NULL OR owner = :owner GROUP BY run_id"""  # noqa: S608
        with self._read() as db:
            return dict(db.execute(query, {"owner": owner}).fetchall())

    def result(self, run_id: str) -> RunResult:
        """Read all results of a run so far; cells and outcomes in the order of the plan's models."""
        with self.shared_connection():
            return self._result(run_id)

    def _result(self, run_id: str) -> RunResult:
        columns = f"state, samples, environment, {SECONDS}, error"
        state, samples, environment, seconds, error = self._row(run_id, columns)
        plan, outcomes = self.plan(run_id), self.outcomes(run_id)
        # Several models can be at work at a time: which cell was decided first says nothing.
        places = {spec.id: index for index, spec in enumerate(plan.models)}

        def place(model: str) -> int:
            return places.get(model, len(places))

        return RunResult(
            plan=plan,
            state=state_from_text(state),
            samples=summary_from_json(samples),
            cells=tuple(sorted(self.cells(run_id), key=lambda cell: place(cell.model))),
            outcomes={model: outcomes[model] for model in sorted(outcomes, key=place)},
            environment=facts_from_json(environment),
            seconds=seconds,
            error=error,
            layer_cells=tuple(sorted(self.layer_cells(run_id), key=lambda cell: place(cell.model))),
            findings=self.findings(run_id),
        )
