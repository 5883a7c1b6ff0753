"""What is kept beside the runs: shown and deleted on the Cache page, and gone while a page looks at it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest, local_script_runner

from dashboard import jobs
from dashboard.jobs.housekeeping import sweep_at_start
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features, store_upload
from ptmrank_core.errors import NotOwnerError, QuotaError
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.reading import buttons, open_page, texts
from tests.dashboard.test_owners import become
from tests.dashboard.test_samples_page import upload
from tests.ready_made import save_features

DAY = 86_400.0


def table(mark: str, n_rows: int = 20) -> list[tuple[str, bytes]]:
    """An upload of a table of texts."""
    rows = "".join(f"the {i}th {mark},{'ab'[i % 2]}\n" for i in range(n_rows))
    return [(f"{mark}.csv", f"text,label\n{rows}".encode())]


def features(tmp_path: Path) -> list[tuple[str, bytes]]:
    """An upload of the features of one model."""
    path = save_features(tmp_path / "strong.npz", 3.0)
    return [(path.name, path.read_bytes())]


def listed(app: AppTest) -> dict[str, str]:
    """The names of what is kept, with what uses it."""
    if not app.dataframe:
        return {}
    return {str(row["name"]): str(row["used by"]) for row in app.dataframe[0].value.to_dict("records")}


def choose(app: AppTest, *rows: int) -> None:
    """Choose rows of the table."""
    app.session_state[app.dataframe[0].key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    app.run()
    assert not app.exception


@pytest.fixture
def visited(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A server that others use too, as one visitor sees it; each may keep two uploads of 10 kB."""
    for name, value in (("SHARED", "1"), ("OWNER_GB", "0.00001"), ("OWNER_UPLOADS", "2")):
        monkeypatch.setenv(f"PTMRANK_{name}", value)
    become(monkeypatch, "browser:a")
    return app


def test_what_no_run_uses_is_deleted_after_a_question(
    app: AppTest, settings: Settings, tmp_path: Path
) -> None:
    """Chosen ones or all; what a run uses stays, and it is said why."""
    used = store_features(features(tmp_path), settings.uploads_dir)
    stored_features_plan(settings, used, ["logme"])
    first, second = (store_upload(table(mark), settings.uploads_dir).parent for mark in ("film", "book"))
    open_page(app, "cache")
    assert listed(app) == {"strong.npz": "1 run", "film.csv": "no run", "book.csv": "no run"}
    assert "What no run uses is deleted after 7 days" in texts(app)
    names = list(listed(app))
    choose(app, names.index("strong.npz"))
    assert "1 chosen one is in use: delete the runs first" in texts(app)
    assert "delete-chosen" not in buttons(app)
    choose(app, names.index("film.csv"))
    assert "This deletes **film" in texts(app)
    app.button(key="delete-chosen").click().run()
    assert not app.exception
    assert (first.exists(), second.is_dir(), used.is_dir()) == (False, True, True)
    app.button(key="delete-unused").click().run()
    assert listed(app) == {"strong.npz": "1 run"}
    assert (second.exists(), used.is_dir()) == (False, True)
    assert "delete-unused" not in buttons(app)


def test_a_sweep_is_had_at_once(app: AppTest, settings: Settings) -> None:
    """What stopped processes have left is offered for deletion, and only where there is some."""
    open_page(app, "cache")
    assert "Nothing is kept." in texts(app)
    left = settings.uploads_dir / ".upload-kx92"
    left.mkdir(parents=True)
    os.utime(left, (time.time() - 3 * DAY,) * 2)
    app.run()
    assert "The next sweep deletes 1 thing" in texts(app)
    app.button(key="sweep").click().run()
    assert not app.exception
    assert not left.exists()
    assert "sweep" not in buttons(app)


def test_a_dashboard_sweeps_when_it_starts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, before anybody comes; settings that cannot be read are told by the first page, not here."""
    left = settings.uploads_dir / ".upload-kx92"
    left.mkdir(parents=True)
    os.utime(left, (time.time() - 3 * DAY,) * 2)
    monkeypatch.setenv("PTMRANK_CACHE_GB", "much")
    sweep_at_start()
    assert left.is_dir()
    monkeypatch.delenv("PTMRANK_CACHE_GB")
    sweep_at_start()
    assert not left.exists()


def test_a_visitor_sees_and_deletes_their_own_alone(
    visited: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others keep is neither listed nor swept by a visitor; how much is left is said."""
    mine = Path(jobs.keep_upload(table("film"))).parent
    become(monkeypatch, "browser:b")
    others = Path(jobs.keep_upload(table("book"))).parent
    become(monkeypatch, "browser:a")
    open_page(visited, "samples")
    assert "You keep 1 of 2 uploads, " in texts(visited)
    open_page(visited, "cache")
    assert listed(visited) == {"film.csv": "no run"}
    assert "sweep" not in buttons(visited)
    bars = [bar.proto.text for bar in visited.get("progress")]
    assert any(text.startswith("You keep 1 of 2 uploads, ") for text in bars)
    assert "Each visitor may have 5 runs waiting or running at a time." in texts(visited)
    assert jobs.delete_kept({others}) == ()
    for act in (jobs.leftovers, jobs.sweep_now):
        with pytest.raises(NotOwnerError):
            act()
    visited.button(key="delete-unused").click().run()
    assert not visited.exception
    assert (mine.exists(), others.is_dir()) == (False, True)
    assert listed(visited) == {}
    assert settings.uploads_dir == mine.parent


def test_a_visitor_is_told_what_they_may_keep(visited: AppTest, tmp_path: Path) -> None:
    """An upload beyond the quota is refused on the page, with what to do; nothing of it is stored."""
    path = tmp_path / "long.csv"
    path.write_bytes(table("long", 2_000)[0][1])
    upload(visited, path)
    assert "each visitor of this server may keep 0.01 MB of uploads" in texts(visited)
    assert "Delete an upload that you no longer need" in texts(visited)
    assert jobs.kept() == ()
    with pytest.raises(QuotaError):
        jobs.keep_upload([(path.name, path.read_bytes())])


ONE_CLASS = b"text,label\n" + b"the same,a\nand again,a\nonce more,a\n"
UPLOADS: dict[str, tuple[dict[str, bytes], str]] = {
    "a table": ({"film.csv": ONE_CLASS}, "'film.csv'"),
    "a table whose name has a blank": ({"my film.csv": ONE_CLASS}, "'my film.csv'"),
    "files": ({"a/1.txt": b"one", "a/2.txt": b"two", "a/3.txt": b"three"}, "The upload"),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_an_error_names_an_upload_as_its_owner_does(app: AppTest, settings: Settings, kind: str) -> None:
    """Where an upload lies on the server is nobody's business: neither its path nor its digest is shown."""
    files, name = UPLOADS[kind]
    source = store_upload(list(files.items()), settings.uploads_dir)
    open_page(app, "samples")
    app.session_state["draft"].use_samples(str(source))
    app.run()
    assert not app.exception
    said = " ".join(error.value.replace("\\", "") for error in app.error)
    assert name in said
    assert str(settings.home) not in texts(app).replace("\\", "")
    assert next(part.name for part in (source, *source.parents) if len(part.name) == 64) not in texts(app)


@pytest.mark.parametrize("is_read", [True, False], ids=["stored", "refused"])
def test_an_upload_leaves_the_memory_of_the_server(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    """Stored or refused, its bytes are on the disk or nowhere; the page still names what was read."""
    managers: list[MemoryUploadedFileManager] = []

    class Watched(MemoryUploadedFileManager):
        def __init__(self, upload_endpoint: str) -> None:
            super().__init__(upload_endpoint)
            managers.append(self)

    monkeypatch.setattr(local_script_runner, "MemoryUploadedFileManager", Watched)
    path = tmp_path / "film.csv"
    path.write_bytes(table("film")[0][1] if is_read else b"PK\x03\x04 no archive")
    upload(app, path)
    assert managers
    assert [bytes_ for manager in managers for bytes_ in manager.file_storage.values() if bytes_] == []
    assert ("What was read: film" in texts(app)) is is_read
    assert bool(app.error) is not is_read


@pytest.mark.parametrize("page", ["samples", "candidates", "metrics"])
@pytest.mark.parametrize("kind", ["samples", "features"])
def test_an_upload_that_is_deleted_under_a_page_is_missed_in_words(
    app: AppTest, settings: Settings, tmp_path: Path, kind: str, page: str
) -> None:
    """Whoever still looks at it is told what happened and what to do."""
    open_page(app, "samples")
    draft = app.session_state["draft"]
    if kind == "samples":
        path = store_upload(table("film"), settings.uploads_dir)
        draft.use_samples(str(path))
    else:
        path = store_features(features(tmp_path), settings.uploads_dir) / "strong.npz"
        draft.use_features(str(path.parent))
    app.run()
    assert not app.exception
    assert not app.error
    shutil.rmtree(path.parent)
    open_page(app, page)
    assert "it was deleted, or swept away after 7 days in which no run used it" in texts(app)
    assert "Upload it again on the Samples page." in texts(app)
