"""The process that models run in is started while samples are read, where a model has to run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from ptmrank_core.cli.running.execution import start_ahead
from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import ModelSource, ModelSpec
from tests.cli.test_cli import run_cli


class Started:
    """A model process that only counts how often it is started ahead."""

    def __init__(self) -> None:
        self.n = 0

    def start_ahead(self) -> None:
        """Count."""
        self.n += 1


def starts(settings: Settings, *models: tuple[str, ModelSource]) -> bool:
    """Whether the process is started for some models."""
    process = Started()
    start_ahead(cast("ModelProcess", process), settings, [ModelSpec(*model, "image") for model in models])
    return process.n == 1


def test_it_is_started_for_a_model_that_never_ran_here(home: Path) -> None:
    """Not for features, nor where all models have run before, nor where it is switched off."""
    settings = Settings(home=home, ready_seconds=60.0)
    with FeatureCache(settings) as cache:
        cache.note_use("key", ModelSpec("known", "local", "image"), "float32")
    assert starts(settings, ("known", "local"), ("new", "demo"))
    assert not starts(settings, ("known", "local"))
    assert not starts(settings, ("new", "features"), ("rows", "columns"))
    assert not starts(replace(settings, ready_seconds=0.0), ("new", "local"))


def test_a_refused_run_leaves_nothing(home: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that are known before their samples turn out to be none: no log, no run, no process."""
    monkeypatch.setenv("PTMRANK_READY_MINUTES", "1")
    words = ("rank", "--task", "image-classification", "--models", str(zoo / "resnet-b"))
    refused = run_cli(*words, "--samples", str(home / "nowhere.zip"))
    assert refused.returncode == 2
    assert not list(home.glob("runs/*.log"))


def test_a_run_whose_process_was_started_ahead_is_ranked(
    home: Path, zoo: Path, picture_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the command line, with scores for the model; its log is not kept where nothing was said."""
    monkeypatch.setenv("PTMRANK_READY_MINUTES", "1")
    words: tuple[Any, ...] = ("rank", "--task", "image-classification", "--models", str(zoo / "resnet-b"))
    done = run_cli(*words, "--samples", str(picture_zip), "--metrics", "logme", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["ranking"]["order"]) == 1
    assert not list(home.glob("runs/*.log"))
