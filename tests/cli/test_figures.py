"""The ``figures`` command: a stored run's figures as one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import run_here
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.reports.files import archive
from ptmrank_core.reports.files.drawing import Drawn
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> str:
    """A finished run on the features of two models."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    run_id = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id
    run_here(run_id, settings, sources=SOURCES)
    return run_id


def test_the_zip_is_written_and_what_is_missing_is_said(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a browser all but the drawings is there, and one sentence tells what to install."""
    given: list[float] = []

    def draw(figures: Mapping[str, Mapping[str, Any]], settings: Settings, *, seconds: float) -> Drawn:
        del figures, settings
        given.append(seconds)
        return Drawn({}, "Install a browser.")

    monkeypatch.setattr(archive, "draw", draw)
    path = tmp_path / "new" / "figures.zip"
    assert main(["figures", run[:8], "--out", str(path), "--seconds", "7"]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{path}\n"
    assert "note: Install a browser." in shown.err
    assert given == [7.0]
    with zipfile.ZipFile(path) as packed:
        assert {"captions.tex", "references.bib", "report.html"} <= set(packed.namelist())


def test_a_place_that_cannot_be_written_to_is_named(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for every file that a command writes."""
    monkeypatch.setattr(archive, "draw", lambda *_, **__: Drawn({}))
    assert main(["figures", run, "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} cannot be written" in capsys.readouterr().err
