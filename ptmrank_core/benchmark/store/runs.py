"""The table of runs in the run store: plans, states, outlines, deletion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.benchmark.store.queue import SECONDS, QueueTable
from ptmrank_core.benchmark.store.schema import NO_LAYER
from ptmrank_core.records import LOCAL_OWNER, RunPlan, RunState, SamplesSummary

__all__ = ["Outline", "RunTable"]


@dataclass(frozen=True, slots=True)
class Outline:
    """A run and its state, without its results.

    Parameters
    ----------
    run_id, created_at, state, error
        As in its plan and result.
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


# One column for each field of an outline, in order. SQLite reads the JSON; no record is decoded.
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


class RunTable(QueueTable):
    """The runs of one ``PTMRANK_HOME``."""

    def create(self, plan: RunPlan, samples: SamplesSummary, *, owner: str = LOCAL_OWNER) -> None:
        """Store a new run, queued, with its owner.

        Raises
        ------
        QuotaError
            If the owner has as many unfinished runs as one owner may have.
        """
        row = (plan.run_id, plan.created_at, RunState.QUEUED, to_json(plan), to_json(samples), owner)
        with self._open() as db:
            self._require_room(db, owner, plan.run_id)
            db.execute(
                "INSERT INTO runs (run_id, created_at, state, plan, samples, owner) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def revision(self, run_id: str) -> tuple[int, float]:
        """Read how often the result of a run has changed, and its seconds, which grow without a change."""
        revision = "(SELECT revision FROM revisions WHERE revisions.run_id = runs.run_id)"
        number, seconds = self._row(run_id, f"{revision}, {SECONDS}")
        return int(number), float(seconds)

    def plan(self, run_id: str) -> RunPlan:
        """Read the plan of a run."""
        return plan_from_json(self._row(run_id, "plan")[0])

    def plans(self, *, owner: str | None = None) -> list[RunPlan]:
        """Read the plans of runs, newest first; without an owner, those of all owners."""
        wanted = ":owner IS NULL OR owner = :owner"
        query = f"SELECT plan FROM runs WHERE {wanted} ORDER BY created_at DESC, rowid DESC"  # noqa: S608
        with self._read() as db:
            rows = db.execute(query, {"owner": owner}).fetchall()
        return [plan_from_json(row[0]) for row in rows]

    def state(self, run_id: str) -> RunState:
        """Read the state of a run."""
        return RunState(self._row(run_id, "state")[0])

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
        """Read the newest runs, newest first."""
        query = "SELECT plan, state FROM runs ORDER BY created_at DESC, rowid DESC LIMIT ?"
        with self._read() as db:
            rows = db.execute(query, (limit,)).fetchall()
        return [(plan_from_json(plan), RunState(state)) for plan, state in rows]


def _outline(row: tuple[Any, ...]) -> Outline:
    fields = dict(zip(Outline.__slots__, row, strict=True))
    models = tuple(json.loads(fields.pop("models")))
    return Outline(**(fields | {"state": RunState(fields["state"]), "models": models}))
