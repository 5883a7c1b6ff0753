"""Models of the root folder of local models, on the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from ptmrank_core.benchmark import make_plan
from ptmrank_core.catalogue.local import local_root_models
from ptmrank_core.cli import main
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import Analyses, ExtractionOptions, RunOptions
from ptmrank_core.results.command import rank_command

pytestmark = pytest.mark.usefixtures("home")
QUICK = Analyses(half_samples=0, probe=False, sample_sizes=False, projections=False)


@pytest.fixture(autouse=True)
def _root(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of three checkpoints is the root of local models."""
    monkeypatch.setenv("PTMRANK_MODELS", str(zoo))


def test_the_command_of_a_run_on_local_models_runs(
    picture_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run as the dashboard plans it is repeated by its command: the same models, each with its scores."""
    samples = load_samples(picture_zip)
    settings = load_settings()
    assert settings.models_dir is not None
    models = [spec for spec in local_root_models(settings.models_dir) if spec.id != "local:resnet-b"]
    options = RunOptions(metrics=("logme", "hscore"), options=ExtractionOptions(), seed=0, analyses=QUICK)
    plan = make_plan(
        run_id="r",
        created_at="2026-01-01T00:00:00+00:00",
        task="image-classification",
        samples=samples,
        models=models,
        options=options,
    )
    command = rank_command(plan)
    assert command is not None
    assert "--models local:convnext-a,local:vit-headless" in command
    capsys.readouterr()
    assert main([*shlex.split(command)[1:], "--json"]) == 0
    payload = json.loads(capsys.readouterr().out)
    scores = {model: set(parts["scores"]) for model, parts in payload["models"].items()}
    assert scores == {spec.id: {"logme", "hscore"} for spec in models}


def test_an_unknown_local_model_is_bad_input(picture_zip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names those that the root offers."""
    words = ["--task", "image-classification", "--samples", str(picture_zip), "--models", "local:convnext-b"]
    assert main(["rank", *words]) == 2
    assert "Did you mean 'local:convnext-a'" in capsys.readouterr().err
