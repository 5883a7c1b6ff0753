"""The tables of the run store, and how a file of an earlier version becomes one of this version."""

from __future__ import annotations

import sqlite3

from ptmrank_core.errors import RunError

__all__ = ["OWN", "prepare_tables"]

# What stands in the column ``layer`` for the model itself: NULL is no part of a key in SQLite.
OWN = -1
# 1: cells without a layer. 2: with one. 3: findings.
VERSION = 3

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
    number INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    kind TEXT NOT NULL, event TEXT NOT NULL)"""
EVENTS_OF_RUN = "CREATE INDEX IF NOT EXISTS events_of_run ON events (run_id, number)"


def prepare_tables(db: sqlite3.Connection) -> None:
    """Make the tables that are not there, and bring those of an earlier version up to this one.

    Parameters
    ----------
    db
        Open for one transaction.

    Raises
    ------
    RunError
        If the file was made by a later version.
    """
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    version = _version(db)
    if version > VERSION:
        raise RunError(
            f"The runs here were kept by a later version of PTMRank (tables of version {version}; this one "
            f"reads {VERSION}).",
            hint="Update PTMRank, or set PTMRANK_HOME to another folder.",
        )
    if version == VERSION:  # another process was quicker
        return
    has_cells = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'cells'").fetchone()
    is_without_layers = has_cells and version < 2
    if is_without_layers:
        db.execute("ALTER TABLE cells RENAME TO cells_without_layers")
    for table in (RUNS, CELLS, OUTCOMES, FINDINGS, EVENTS, EVENTS_OF_RUN):
        db.execute(table)
    if is_without_layers:
        db.execute(
            "INSERT INTO cells SELECT run_id, model, metric, ?, cell FROM cells_without_layers "
            "ORDER BY rowid",
            (OWN,),
        )
        db.execute("DROP TABLE cells_without_layers")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
