"""The ``dashboard`` command hands everything over to the front."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.cli import main

ROOT = Path(__file__).resolve().parents[2]


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "ptmrank_core", "dashboard", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_help_is_streamlits(tmp_path: Path) -> None:
    """Every option of the server is explained by the server."""
    done = command(tmp_path, "--help")
    assert done.returncode == 0
    assert "--server.maxUploadSize" in done.stdout


def test_an_option_that_streamlit_does_not_know_is_refused_by_it(tmp_path: Path) -> None:
    """The exit status is the server's, and so is the message."""
    done = command(tmp_path, "--server.prot", "8600")
    assert done.returncode == 2
    assert "--server.prot" in done.stderr


def test_another_module_of_that_name_is_not_run(tmp_path: Path) -> None:
    """The folder that it is started in may have a dashboard of its own."""
    (tmp_path / "dashboard.py").write_text("raise SystemExit('another dashboard')\n", encoding="utf-8")
    done = command(tmp_path, "--help")
    assert done.returncode == 0, done.stderr


def test_without_the_front_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody may have copied the core alone."""
    monkeypatch.setattr("ptmrank_core.cli.dashboard.find_spec", lambda _: None)
    assert main(["dashboard"]) == 2
    assert capsys.readouterr().err == "error: The dashboard is not installed. Install PTMRank with pip.\n"
