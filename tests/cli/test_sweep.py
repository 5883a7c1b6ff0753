"""``sweep``: what is kept beside the runs, and what nobody uses, on the command line."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features, store_upload
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features


@pytest.fixture
def used(settings: Settings, tmp_path: Path) -> Path:
    """Uploaded features that a run uses."""
    path = save_features(tmp_path / "strong.npz", 3.0)
    folder = store_features([(path.name, path.read_bytes())], settings.uploads_dir)
    stored_features_plan(settings, folder, ["logme"])
    return folder


@pytest.fixture
def unused(settings: Settings) -> Path:
    """An upload that no run uses, thirty days old."""
    folder = store_upload([("reviews.csv", b"text,label\nx,a\n")], settings.uploads_dir).parent
    for path in (folder / "reviews.csv", folder):
        os.utime(path, (time.time() - 30 * 86_400,) * 2)
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What the command prints as JSON."""
    assert main(["sweep", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_says_what_uses_what(used: Path, unused: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each thing with its size and its runs; nothing is removed."""
    kept = {line["id"]: line for line in answer(capsys, "--list")["kept"]}
    assert {name: line["is_used"] for name, line in kept.items()} == {used.name: True, unused.name: False}
    assert kept[unused.name]["name"] == "reviews.csv"
    assert kept[unused.name]["size_bytes"] == 15
    assert main(["sweep", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["id", "kind", "name", "MB", "stored", "(UTC)", "used", "by"]
    assert lines[1].endswith("1 run")
    assert lines[2].endswith("no run")
    assert unused.is_dir()


def test_a_dry_run_says_what_the_sweep_then_does(
    used: Path, unused: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same things, of which nothing is gone before."""
    assert main(["sweep", "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "would be removed: upload reviews.csv, 0.0 MB\n1 thing would be removed, 0.0 MB\n"
    )
    assert unused.is_dir()
    [removed] = answer(capsys)["removed"]
    assert (removed["path"], unused.exists(), used.is_dir()) == (str(unused), False, True)
    assert main(["sweep"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"


def test_how_old_is_chosen(unused: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days count from when it was stored; what is no number of days is refused."""
    assert answer(capsys, "--days", "31")["removed"] == []
    for wrong in ("-1", "nan", "inf"):
        assert main(["sweep", "--days", wrong]) == 2
        assert "expected a number of at least 0" in capsys.readouterr().err
    assert len(answer(capsys, "--days", "29")["removed"]) == 1
    assert not unused.exists()


def test_one_thing_is_deleted_by_its_id(used: Path, unused: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its first characters do; one that a run uses, or that is not there, is refused."""
    assert main(["sweep", "--delete", used.name]) == 2
    assert "strong.npz is used by a run: it cannot be deleted" in capsys.readouterr().err
    assert main(["sweep", "--delete", "nothing"]) == 2
    assert "Nothing is kept under 'nothing'" in capsys.readouterr().err
    assert main(["sweep", "--delete", unused.name[:12]]) == 0
    assert capsys.readouterr().out == "deleted upload reviews.csv, 0.0 MB\n"
    assert (used.is_dir(), unused.exists()) == (True, False)
