"""The queue in the run store: whose each run is, its place, and whose turn it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from ptmrank_core.benchmark.scheduling.locks import is_held
from ptmrank_core.benchmark.store.connection import Database
from ptmrank_core.benchmark.store.outlines import SECONDS, state_of
from ptmrank_core.config import Settings
from ptmrank_core.errors import QuotaError, RunNotFoundError
from ptmrank_core.records import LOCAL_OWNER, RunState

__all__ = ["ATTEMPT", "QueuePosition", "QueueTable"]

# Kind of the rows among the events that say which model a worker is at work on.
ATTEMPT = "Attempt"

# The counter of tickets and turns, one further.
NEXT = """(
    SELECT COALESCE(MAX(number), 0) + 1
    FROM (SELECT MAX(ticket) AS number FROM runs UNION ALL SELECT MAX(turn) FROM turns))"""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """The position of a run in the queue.

    Parameters
    ----------
    run_id, state, owner
        The run.
    device
        The device that it needs: ``"cpu"``, ``"cuda:0"``; several are separated by commas, and it is empty
        before the run was queued.
    ticket
        Of an owner's runs, the lower ticket goes first; 0 before it was queued.
    awaits_worker
        Whether it is queued and needs no process until a worker takes it; otherwise the process that queued
        it waits itself.
    """

    run_id: str
    state: RunState
    owner: str
    device: str
    ticket: int
    awaits_worker: bool


# One column for each field of a position, in order.
POSITION = "run_id, state, owner, device, ticket, awaits_worker"


class QueueTable(Database):
    """The runs of one ``PTMRANK_HOME`` as the queue sees them."""

    def __init__(self, settings: Settings, *, is_read_only: bool = False) -> None:
        super().__init__(settings.store_file, is_read_only=is_read_only)
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

    def owner(self, run_id: str) -> str:
        """Read the owner of a run."""
        return str(self._row(run_id, "owner")[0])

    def position(self, run_id: str) -> QueuePosition:
        """Read the position of a run in the queue."""
        return _position(self._row(run_id, POSITION))

    def unfinished(self, device: str) -> list[QueuePosition]:
        """Read the unfinished runs of a device."""
        return [position for position in self.all_unfinished() if position.device == device]

    def all_unfinished(self) -> list[QueuePosition]:
        """Read the unfinished runs of all devices."""
        query = f"SELECT {POSITION} FROM runs WHERE state IN (?, ?)"  # noqa: S608 - our own
        with self._read() as db:
            rows = db.execute(query, (RunState.QUEUED, RunState.RUNNING)).fetchall()
        return [_position(row) for row in rows]

    def turns(self, device: str) -> dict[str, int | None]:
        """Read when each owner last gave up a device; ``None`` for the owner of the last run that got it."""
        with self._read() as db:
            return dict(db.execute("SELECT owner, turn FROM turns WHERE device = ?", (device,)).fetchall())

    def awaited_devices(self) -> list[str]:
        """Read the devices on which a worker is to execute a queued run."""
        query = "SELECT DISTINCT device FROM runs WHERE state = ? AND awaits_worker"
        with self._read() as db:
            return [row[0] for row in db.execute(query, (RunState.QUEUED,))]

    def queue(self, run_id: str, device: str, *, awaits_worker: bool = False) -> None:
        """Put the run at the end of its owner's runs in the queue of a device, whatever its state was.

        Drops an earlier request to cancel it, and the events of an earlier worker except how many samples
        have features and which models were at work; adds the seconds of a worker that was killed. The caller
        holds the run's lock.

        Raises
        ------
        QuotaError
            If the owner has as many other unfinished runs as one owner may have; nothing has changed.
        """
        update = f"""
            UPDATE runs SET state = ?, device = ?, cancel = 0, error = '', awaits_worker = ?,
                ticket = {NEXT}, seconds = {SECONDS}
            WHERE run_id = ?"""  # noqa: S608 - our own text
        with self._open() as db:
            self._require_room(db, self.owner(run_id), run_id)
            db.execute(update, (RunState.QUEUED, device, awaits_worker, run_id))
            kept = ("BatchDone", ATTEMPT)
            db.execute("DELETE FROM events WHERE run_id = ? AND kind NOT IN (?, ?)", (run_id, *kept))

    def require_room(self, run_id: str) -> None:
        """Refuse to queue a run if its owner has as many other unfinished runs as one owner may have."""
        with self._open() as db:
            self._require_room(db, self.owner(run_id), run_id)

    def _require_room(self, db: sqlite3.Connection, owner: str, run_id: str) -> None:
        """Begin a transaction, and refuse another run of an owner who has as many as one may have."""
        db.execute("BEGIN IMMEDIATE")  # what is counted cannot change before the transaction ends
        if owner == LOCAL_OWNER:
            return
        query = "SELECT run_id, state FROM runs WHERE owner = ? AND run_id <> ? AND state IN (?, ?)"
        others = db.execute(query, (owner, run_id, RunState.QUEUED, RunState.RUNNING)).fetchall()
        n_open = sum(state == RunState.QUEUED or is_held(self.settings, other) for other, state in others)
        if n_open >= self.settings.quotas.n_runs:
            raise QuotaError(
                f"{n_open} of your runs are waiting or running; expected at most "
                f"{self.settings.quotas.n_runs} of one person at a time on this server.",
                hint="Wait until one of them has ended, or cancel one.",
            )

    def stop_awaiting(self, run_id: str) -> None:
        """Record that no worker is to take a queued run: its own process executes it, or nobody does."""
        with self._open() as db:
            db.execute("UPDATE runs SET awaits_worker = 0 WHERE run_id = ?", (run_id,))

    def take_turn(self, position: QueuePosition) -> None:
        """Record that a queued run has got its device: it runs, and its owner is the last to have a turn.

        The caller holds the locks of the run and of the device.
        """
        place = (position.device, position.owner)
        with self._open() as db:
            db.execute(
                f"UPDATE turns SET turn = {NEXT} WHERE device = ? AND turn IS NULL",  # noqa: S608 - our own
                (position.device,),
            )
            db.execute("INSERT OR REPLACE INTO turns (device, owner, turn) VALUES (?, ?, NULL)", place)
            db.execute(
                "UPDATE runs SET state = ?, awaits_worker = 0 WHERE run_id = ?",
                (RunState.RUNNING, position.run_id),
            )
            # Whoever joins the queue from now on is behind all those that stand in it.
            db.execute(
                "DELETE FROM turns WHERE device = ? AND turn IS NOT NULL AND owner NOT IN "
                "(SELECT owner FROM runs WHERE device = turns.device AND state = ?)",
                (position.device, RunState.QUEUED),
            )


def _position(row: tuple[Any, ...]) -> QueuePosition:
    run_id, state, owner, device, ticket, awaits_worker = row
    is_awaiting = bool(awaits_worker) and state == RunState.QUEUED
    return QueuePosition(run_id, state_of(state) or RunState.FAILED, owner, device, ticket, is_awaiting)
