"""Races on a recorded clock: pictures, and the tiny models and recorded facts of a module's ``CURVES``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.benchmark.race import work
from tests.checkpoints import save_checkpoint
from tests.pictures import picture_files, write_zip


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of 3 classes x 20 pictures."""
    return write_zip(tmp_path_factory.mktemp("race") / "patterns.zip", picture_files(20))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder of tiny checkpoints, one for each curve."""
    folder = tmp_path_factory.mktemp("models")
    for seed, name in enumerate(request.module.CURVES):
        save_checkpoint(folder / name, "resnet", seed=seed)
    return folder


@pytest.fixture
def _recorded_facts(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """What is known before the race is recorded too: what a probe reaches, and what a pass may take."""
    curves = request.module.CURVES
    monkeypatch.setattr(work, "probe_values", lambda *_: {model: own.start for model, own in curves.items()})
    monkeypatch.setattr(
        work, "guessed_seconds", lambda *_: {model: own.seconds for model, own in curves.items()}
    )
