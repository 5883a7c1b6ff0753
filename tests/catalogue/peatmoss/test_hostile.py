"""PeaTMOSS databases of a valid schema whose rows are not what they should be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ptmrank_core.catalogue import task_category
from ptmrank_core.catalogue.peatmoss import connection
from ptmrank_core.catalogue.peatmoss.database import PeatmossDatabase
from ptmrank_core.errors import InputError

TASK = task_category("image-classification")
SCHEMA = """
CREATE TABLE model(id, context_id, downloads, likes, model_hub_id);
CREATE TABLE model_hub(id, name); CREATE TABLE tag(id, name); CREATE TABLE model_to_tag(model_id, tag_id);
CREATE TABLE parameter_count(model_id, count);
INSERT INTO model_hub VALUES(1, 'HuggingFace'); INSERT INTO tag VALUES(1, 'image-classification');
INSERT INTO model VALUES(1, 'a/b', 10, 1, 1); INSERT INTO model_to_tag VALUES(1, 1);
"""
ODD_ROWS = {
    "an id of bytes": "INSERT INTO model VALUES(2, x'ff00', 10, 1, 1); INSERT INTO model_to_tag VALUES(2, 1)",
    "a key of letters": "INSERT INTO model VALUES('x', 'a/c', 9, 1, 1); INSERT INTO model_to_tag "
    "VALUES('x', 1)",
    "an endless key": "INSERT INTO model VALUES(9e999, 'a/c', 9, 1, 1); INSERT INTO model_to_tag "
    "VALUES(9e999, 1)",
    "downloads below zero": "UPDATE model SET downloads = -5, likes = 'many'",
    "endless parameters": "INSERT INTO parameter_count VALUES(1, 9e999)",
    "parameters of 400 digits": f"INSERT INTO parameter_count VALUES(1, '{'9' * 400}')",
    "a tag in other letters": "DROP TABLE tag; CREATE TABLE tag(id, name COLLATE NOCASE);"
    "INSERT INTO tag VALUES(1, 'image-classification'), (2, 'IMAGE-classification')",
}
REFUSED = {
    "a view without an end": "DROP TABLE tag; CREATE VIEW tag AS WITH RECURSIVE c(id) AS "
    "(SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id, 'image-classification' AS name FROM c",
    "a first row that never comes": "DROP TABLE model_hub; CREATE VIEW model_hub AS WITH RECURSIVE c(id) AS "
    "(SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id, 'x' AS name FROM c WHERE id < 0",
    "a view that loads code": "DROP TABLE tag; CREATE VIEW tag AS SELECT load_extension('x') AS id, "
    "'image-classification' AS name",
    "a text of ten megabytes": "UPDATE model SET context_id = 'a/' || hex(zeroblob(5000000))",
}


def save(path: Path, change: str) -> Path:
    """A database of one model, changed."""
    database = sqlite3.connect(path)
    database.executescript(SCHEMA + change)
    database.close()
    return path


@pytest.mark.parametrize("change", ODD_ROWS.values(), ids=ODD_ROWS.keys())
def test_an_odd_row_loses_no_other(tmp_path: Path, change: str) -> None:
    """The model beside it is listed, alone and for a mapping."""
    with PeatmossDatabase(save(tmp_path / "p.db", change)) as database:
        assert "a/b" in [model.id for model in database.top(TASK)]
        assert database.top_of_each([TASK]) == {TASK.name: ["a/b"]}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_a_database_that_does_not_end_is_refused(
    tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bounded time and memory, with the reason."""
    monkeypatch.setattr(connection, "MAX_SECONDS", 0.5)
    path = save(tmp_path / "p.db", change)
    with pytest.raises(InputError, match=r"p\.db is not an intact PeaTMOSS database"):
        _list(path)


def _list(path: Path) -> None:
    with PeatmossDatabase(path) as database:
        database.top(TASK)


def test_what_is_no_text_is_escaped(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 and control characters never reach a terminal."""
    change = "UPDATE model SET context_id = CAST(x'612f80ff1b' AS TEXT)"
    with PeatmossDatabase(save(tmp_path / "p.db", change)) as database:
        [model] = database.top(TASK)
    assert model.id.startswith("a/")
    assert model.id.isprintable()
