"""Connections of the run store while a run holds it open: used again, and never to another file."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.events import ModelStarted
from ptmrank_core.records import Score
from tests.benchmark.runs import stored_plan


@pytest.fixture
def run_id(settings: Settings, picture_zip: Path, zoo: Path) -> str:
    """A run that is stored."""
    return stored_plan(settings, picture_zip, zoo).run_id


def score(number: int) -> Score:
    """A score of its own metric."""
    return Score("a", f"metric {number}", float(number), 0.0)


def test_a_store_that_is_held_open_is_opened_once_for_each_thread_at_work(
    settings: Settings, run_id: str
) -> None:
    """Whatever is written and read within the block goes through connections that wait for their next use."""
    store = RunStore(settings)
    with (
        store.held_open(),
        ThreadPoolExecutor(3) as threads,
        mock.patch("sqlite3.connect", wraps=sqlite3.connect) as connect,
    ):
        list(threads.map(lambda number: store.add_cell(run_id, score(number)), range(60)))
        store.add_event(run_id, ModelStarted("a", 1, 1))
        assert len(store.cells(run_id)) == 60
        assert connect.call_count <= 3
    with mock.patch("sqlite3.connect", wraps=sqlite3.connect) as connect:
        store.add_cell(run_id, score(60))
        store.add_cell(run_id, score(61))
        assert connect.call_count == 2


def break_off(store: RunStore) -> None:
    """Delete all cells in a transaction that then fails."""
    with store._open() as db:
        db.execute("DELETE FROM cells")
        db.execute("INSERT INTO nowhere VALUES (1)")


def test_a_transaction_that_fails_leaves_nothing_to_the_next_one(settings: Settings, run_id: str) -> None:
    """What was written before the error is rolled back, and is not in the next transaction either."""
    store = RunStore(settings)
    with store.held_open():
        store.add_cell(run_id, score(0))
        with pytest.raises(StoreError):
            break_off(store)
        store.add_cell(run_id, score(1))
        assert store.cells(run_id) == (score(0), score(1))


def test_a_store_that_was_replaced_meanwhile_is_opened_anew(settings: Settings, run_id: str) -> None:
    """Nothing is written to a file that has another name, or none, by now."""
    store, path = RunStore(settings), RunStore(settings)._path
    with store.held_open():
        store.add_cell(run_id, score(0))
        copy = path.with_name("copy.db")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        path.rename(path.with_name("former.db"))
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        copy.rename(path)
        store.add_cell(run_id, score(1))
    assert RunStore(settings).cells(run_id) == (score(0), score(1))
