"""The table of runs in the run store: plans, states, outlines, deletion."""

from __future__ import annotations

from contextlib import suppress

from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.benchmark.store.outlines import (
    MAX_NAME,
    MAX_NOTE,
    OUTLINE,
    SECONDS,
    Outline,
    outline_of,
    state_of,
)
from ptmrank_core.benchmark.store.queue import QueueTable
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.records import LOCAL_OWNER, RunPlan, RunState, SamplesSummary
from ptmrank_core.records.names import printable, printable_lines

__all__ = ["RunTable"]


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
        """Read the plan of a run.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunError
            If it is damaged, or of a later version.
        """
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

    def describe(
        self, run_id: str, *, name: str | None = None, note: str | None = None, starred: bool | None = None
    ) -> None:
        """Store what the owner of a run calls it, notes of it, and whether it has a star.

        Parameters
        ----------
        run_id
            Id of the run.
        name, note
            Texts; an empty one takes it away, ``None`` leaves it as it is.
        starred
            Whether it has a star; ``None`` leaves it as it is.

        Raises
        ------
        InputError
            If a text is too long; nothing is stored then.
        RunNotFoundError
            If there is no such run.
        """
        texts = {
            "name": None if name is None else printable(" ".join(name.split())),
            "note": None if note is None else printable_lines(note.replace("\r\n", "\n").strip()),
        }
        for what, most in (("name", MAX_NAME), ("note", MAX_NOTE)):
            if len(texts[what] or "") > most:
                raise InputError(
                    f"The {what} has {len(texts[what] or ''):,} letters; expected at most {most:,}."
                )
        self._row(run_id, "1")
        query = """
            UPDATE runs SET name = COALESCE(:name, name), note = COALESCE(:note, note),
                starred = COALESCE(:starred, starred) WHERE run_id = :run"""
        with self._open() as db:
            db.execute(query, {**texts, "starred": starred, "run": run_id})

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
                found.append((plan_from_json(plan), state_of(state) or RunState.FAILED))
        return found
