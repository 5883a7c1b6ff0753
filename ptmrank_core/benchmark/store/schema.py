"""The tables of the run store, and the migration of files of earlier versions."""

from __future__ import annotations

import json
import sqlite3

from ptmrank_core.benchmark.store.former import outcome_with_report
from ptmrank_core.errors import StoreError
from ptmrank_core.records import LOCAL_OWNER

__all__ = ["NO_LAYER", "prepare_tables"]

# Value of the column ``layer`` for the model itself: NULL cannot be part of a key in SQLite.
NO_LAYER = -1
# 1: cells without a layer. 2: cells with a layer. 3: findings. 4: device and ticket of a run, kind of a cell,
# problem of a finding, and only the newest event of each kind. 5: owner of a run, number of its changes.
# 6: extraction report within an outcome. 7: turns of owners, and whether a queued run awaits a worker.
# 8: what the owner of a run calls it and notes of it.
VERSION = 8

RUNS = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, created_at TEXT NOT NULL, state TEXT NOT NULL, plan TEXT NOT NULL,
    samples TEXT NOT NULL, environment TEXT NOT NULL DEFAULT '{}', error TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0)"""
CELLS = """
CREATE TABLE IF NOT EXISTS cells (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, model TEXT NOT NULL, metric TEXT NOT NULL,
    layer INTEGER NOT NULL, cell TEXT NOT NULL, PRIMARY KEY (run_id, model, metric, layer))"""
OUTCOMES = """
CREATE TABLE IF NOT EXISTS outcomes (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, model TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (run_id, model))"""
FINDINGS = """
CREATE TABLE IF NOT EXISTS findings (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, kind TEXT NOT NULL, subject TEXT NOT NULL,
    finding TEXT NOT NULL, PRIMARY KEY (run_id, kind, subject))"""
EVENTS = """
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, model TEXT NOT NULL, kind TEXT NOT NULL,
    at REAL NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run_id, model, kind))"""
# Number of changes of the stored result of a run. Triggers count them, so that no writer can forget to.
REVISIONS = """
CREATE TABLE IF NOT EXISTS revisions (
    run_id TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE, revision INTEGER NOT NULL DEFAULT 0)"""
# When each owner of a queued run last gave up a device, on the counter of tickets; NULL for the owner of the
# last run that got it. A deleted run leaves it as it is.
TURNS = """
CREATE TABLE IF NOT EXISTS turns (
    device TEXT NOT NULL, owner TEXT NOT NULL, turn INTEGER, PRIMARY KEY (device, owner))"""
# The changes that are counted: table and kind of change -> the row that names the run.
COUNTED = {
    ("runs", "INSERT"): "NEW",
    ("runs", "UPDATE OF plan, samples, state, environment, error"): "NEW",
    **{(table, "INSERT"): "NEW" for table in ("cells", "outcomes", "findings")},
    **{(table, "DELETE"): "OLD" for table in ("cells", "outcomes", "findings")},
}
# Columns that later versions added: table, column, type.
ADDED = (
    ("runs", "device", "TEXT NOT NULL DEFAULT ''"),
    ("runs", "ticket", "INTEGER NOT NULL DEFAULT 0"),  # the lower ticket was queued first; 0 before that
    ("runs", "awaits_worker", "INTEGER NOT NULL DEFAULT 0"),  # 0 if the process that queued it executes it
    ("runs", "owner", f"TEXT NOT NULL DEFAULT '{LOCAL_OWNER}'"),
    ("runs", "name", "TEXT NOT NULL DEFAULT ''"),
    ("runs", "note", "TEXT NOT NULL DEFAULT ''"),
    ("runs", "starred", "INTEGER NOT NULL DEFAULT 0"),
    ("cells", "kind", "TEXT NOT NULL DEFAULT ''"),
    ("findings", "has_problem", "INTEGER NOT NULL DEFAULT 0"),
)


def prepare_tables(db: sqlite3.Connection) -> None:
    """Create missing tables, and migrate those of an earlier version to this one.

    Parameters
    ----------
    db
        Open for one transaction.

    Raises
    ------
    StoreError
        If the file was written by a later version.
    """
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    version = _version(db)
    if version > VERSION:
        raise StoreError(
            f"The runs were stored by a later version of PTMRank (tables of version {version}; this one "
            f"reads {VERSION}).",
            hint="Update PTMRank, or set PTMRANK_HOME to another folder.",
        )
    if version == VERSION:  # another process has migrated it in the meantime
        return
    is_without_layers = bool(_columns(db, "cells")) and "layer" not in _columns(db, "cells")
    has_all_events = "number" in _columns(db, "events")
    if is_without_layers:
        db.execute("ALTER TABLE cells RENAME TO cells_without_layers")
    if has_all_events:
        db.execute("ALTER TABLE events RENAME TO all_events")
    for table in (RUNS, CELLS, OUTCOMES, FINDINGS, EVENTS, REVISIONS, TURNS):
        db.execute(table)
    if is_without_layers:
        _migrate_cells(db)
    if has_all_events:
        _migrate_events(db)
    _add_columns(db)
    _add_reports(db)
    _count_changes(db)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _migrate_cells(db: sqlite3.Connection) -> None:
    """Migrate cells without a layer: they belong to the models themselves."""
    db.execute(
        "INSERT INTO cells SELECT run_id, model, metric, ?, cell FROM cells_without_layers ORDER BY rowid",
        (NO_LAYER,),
    )
    db.execute("DROP TABLE cells_without_layers")


def _migrate_events(db: sqlite3.Connection) -> None:
    """Migrate the newest event of each kind; its time is unknown."""
    db.execute("""
        INSERT INTO events SELECT run_id, model, kind, 0, event FROM (
            SELECT run_id, COALESCE(json_extract(event, '$.model'), '') AS model, kind, event, MAX(number)
            FROM all_events GROUP BY 1, 2, 3)""")
    db.execute("DROP TABLE all_events")


def _add_columns(db: sqlite3.Connection) -> None:
    """Add the columns of later versions, filled from the stored records."""
    for table, column, type_ in ADDED:
        if column not in _columns(db, table):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {type_}")
    db.execute("UPDATE cells SET kind = json_extract(cell, '$.kind') WHERE kind = '' AND json_valid(cell)")
    db.execute(
        "UPDATE findings SET has_problem = COALESCE(json_extract(finding, '$.problem'), '') <> '' "
        "WHERE json_valid(finding)"
    )


def _add_reports(db: sqlite3.Connection) -> None:
    """Nest the extraction report in every outcome."""
    rows = db.execute("SELECT rowid, outcome FROM outcomes WHERE json_valid(outcome)").fetchall()
    upgraded = [(json.dumps(outcome_with_report(json.loads(outcome))), rowid) for rowid, outcome in rows]
    db.executemany("UPDATE outcomes SET outcome = ? WHERE rowid = ?", upgraded)


def _count_changes(db: sqlite3.Connection) -> None:
    """Create the triggers that count every change of a run."""
    db.execute("INSERT OR IGNORE INTO revisions (run_id) SELECT run_id FROM runs")
    for (table, change), row in COUNTED.items():
        kind = change.split()[0]
        count = (
            f"INSERT INTO revisions (run_id) VALUES ({row}.run_id)"  # noqa: S608 - our own names
            if (table, kind) == ("runs", "INSERT")
            else f"UPDATE revisions SET revision = revision + 1 WHERE run_id = {row}.run_id"  # noqa: S608
        )
        name = f"{table}_{kind.lower()}"
        db.execute(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {change} ON {table} BEGIN {count}; END")


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    """Return the names of a table's columns; none if there is no such table."""
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
