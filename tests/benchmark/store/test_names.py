"""What the owner of a run calls it: stored with the run, within bounds, and made safe to show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ptmrank_core.benchmark import MAX_NAME, MAX_NOTE, RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunNotFoundError
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features


@pytest.fixture
def run_id(settings: Settings, tmp_path: Path) -> str:
    """A stored run."""
    save_features(tmp_path / "f" / "one.npz", 3.0)
    return stored_features_plan(settings, tmp_path / "f").run_id


def test_a_name_a_note_and_a_star_are_kept_each_by_itself(settings: Settings, run_id: str) -> None:
    """What is not said stays; an empty text takes it away; a result that was read need not be read again."""
    store = RunStore(settings)
    before = store.revision(run_id)
    assert store.outline(run_id).name == ""
    store.describe(run_id, name="  Flowers \n of May ", note="seen\r\ntwice\n", starred=True)
    store.describe(run_id, starred=None)
    outline = store.outline(run_id)
    assert (outline.name, outline.note, outline.is_starred) == ("Flowers of May", "seen\ntwice", True)
    store.describe(run_id, name="", starred=False)
    outline = store.outlines()[0]
    assert (outline.name, outline.note, outline.is_starred) == ("", "seen\ntwice", False)
    assert store.revision(run_id) == before


def test_texts_that_cannot_be_shown_or_are_too_long(settings: Settings, run_id: str) -> None:
    """Control characters become escapes; a text beyond the bound is refused, and nothing is stored."""
    store = RunStore(settings)
    store.describe(run_id, name="a\x1b[31m\u202eb")
    assert store.outline(run_id).name == r"a\x1b[31m\u202eb"
    with pytest.raises(InputError, match=f"name has {MAX_NAME + 1} letters; expected at most {MAX_NAME}"):
        store.describe(run_id, name="x" * (MAX_NAME + 1), starred=True)
    with pytest.raises(InputError, match="note has 1,001 letters"):
        store.describe(run_id, note="x" * (MAX_NOTE + 1))
    assert not store.outline(run_id).is_starred
    with pytest.raises(RunNotFoundError):
        store.describe("f" * 32, name="nobody")


def test_runs_of_the_former_version_have_no_name(settings: Settings, run_id: str) -> None:
    """The columns are added to a file without them, and its runs stay."""
    RunStore(settings)
    with closing(sqlite3.connect(settings.store_file)) as db, db:
        for column in ("name", "note", "starred"):
            db.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        db.execute("PRAGMA user_version = 7")
    store = RunStore(settings)
    store.describe(run_id, name="later")
    assert [(outline.run_id, outline.name) for outline in store.outlines()] == [(run_id, "later")]


def test_a_name_that_is_damaged_does_not_break_the_list(settings: Settings, run_id: str) -> None:
    """Bytes that are no text, and a text of any length, are shown as far as they can be."""
    with closing(sqlite3.connect(settings.store_file)) as db, db:
        db.execute("UPDATE runs SET name = CAST(x'ff41' AS TEXT), note = 5, starred = 'x'")
    (outline,) = RunStore(settings).outlines()
    assert (outline.run_id, outline.note) == (run_id, "5")
    assert "A" in outline.name
