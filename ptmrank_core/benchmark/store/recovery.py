"""A damaged run store: what can be read of it is copied into a new file, and the damaged one is kept.

Rows are read from both ends of each table, so that one damaged page costs its own rows alone.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.benchmark.store.connection import WHAT, Database
from ptmrank_core.benchmark.store.schema import VERSION
from ptmrank_core.faults import moment, move_aside, store_errors
from ptmrank_core.files import temporary_folder

__all__ = ["Recovered", "recover"]

MAGIC = b"SQLite format 3\x00"
TABLES = ("runs", "cells", "outcomes", "findings", "events", "revisions")
# What cannot be read in these is lost; a run whose plan cannot be read stays, so that it can be deleted.
RECORDS = {"cells": "cell", "outcomes": "outcome", "findings": "finding"}
JOURNALS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a damaged store.

    Parameters
    ----------
    aside
        Where the damaged file is now.
    n_runs
        Runs that could be copied.
    """

    aside: Path
    n_runs: int


def recover(path: Path) -> Recovered:
    """Put a new run store in the place of a damaged one, with everything that can be read of it.

    Parameters
    ----------
    path
        The file. No worker may be using it.

    Raises
    ------
    StoreError
        If the disk is full or cannot be written; the damaged file then stays where it is.
    """
    with store_errors(WHAT, path), temporary_folder(path.parent) as temporary:
        damaged, new = temporary / "damaged.sqlite", temporary / "new.sqlite"
        _copy(path, damaged)
        with closing(sqlite3.connect(new, isolation_level=None)) as target:
            with closing(sqlite3.connect(damaged)) as source, suppress(sqlite3.DatabaseError):
                _copy_tables(source, target)
            target.execute("PRAGMA journal_mode = DELETE")
        Database(new)  # its missing tables, and those of an earlier version
        with closing(sqlite3.connect(new)) as target:
            n_runs = int(target.execute("SELECT COUNT(*) FROM runs").fetchone()[0])
            target.execute("PRAGMA journal_mode = DELETE")  # one file alone can be moved
        when = moment()  # the same for the journals
        aside = move_aside(path, when)
        for ending in JOURNALS:
            journal = path.with_name(f"{path.name}{ending}")
            if journal.exists():
                move_aside(journal, when)
        new.replace(path)
    return Recovered(aside, n_runs)


def _copy(path: Path, damaged: Path) -> None:
    """Copy the file with its journal, which SQLite then applies to the copy; mend its first bytes."""
    shutil.copyfile(path, damaged)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        shutil.copyfile(wal, damaged.with_name(f"{damaged.name}-wal"))
    with damaged.open("r+b") as file:
        if file.read(len(MAGIC)) != MAGIC:
            file.seek(0)
            file.write(MAGIC)


def _copy_tables(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy our tables as they were made, and their rows."""
    source.text_factory = bytes  # a damaged text must not keep its row from being copied
    version = int(source.execute("PRAGMA user_version").fetchone()[0])
    made = "SELECT sql, name FROM sqlite_master WHERE type = 'table'"
    tables = [(str(sql, "utf-8"), str(name, "utf-8")) for sql, name in source.execute(made)]
    tables = [(sql, name) for sql, name in tables if name in TABLES]
    target.execute("BEGIN")
    for sql, _ in tables:
        target.execute(sql)
    for _, name in tables:
        _copy_rows(source, target, name)
    for _, name in tables:
        if name != "runs":  # rows of a run that is lost
            target.execute(f"DELETE FROM {name} WHERE run_id NOT IN (SELECT run_id FROM runs)")  # noqa: S608
    for name, column in RECORDS.items():
        if any(name == table for _, table in tables):
            target.execute(f"DELETE FROM {name} WHERE NOT json_valid({column})")  # noqa: S608 - our own names
    # As if of the version before: what is missing is then made, as for any earlier file.
    target.execute(f"PRAGMA user_version = {version if version > VERSION else min(version, VERSION - 1)}")
    target.execute("COMMIT")


def _copy_rows(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    columns = [str(row[1], "utf-8") for row in source.execute(f"PRAGMA table_info({table})")]
    # Texts come as bytes, and go back as what they are.
    values = ", ".join("CAST(? AS TEXT)" if _is_text(source, table, name) else "?" for name in columns)
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - ours
    for row in _rows(source, table, columns):
        with suppress(sqlite3.IntegrityError):
            target.execute(insert, row)


def _is_text(source: sqlite3.Connection, table: str, column: str) -> bool:
    types = {str(row[1], "utf-8"): row[2] for row in source.execute(f"PRAGMA table_info({table})")}
    return bool(types[column] == b"TEXT")


def _rows(source: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[object, ...]]:
    """Read the rows of a table from its beginning to the first damage, then from its end."""
    for order in ("ASC", "DESC"):
        query = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED ORDER BY rowid {order}"  # noqa: S608
        try:
            yield from source.execute(query)
        except sqlite3.DatabaseError:
            continue
        return
