"""Model folders that broke something once: each fails alone with a reason, and the others are ranked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.cli import main
from tests.hardening.cases.models import BAD_MODELS, copy_checkpoint, save_dense, save_stacked
from tests.hardening.inputs import Call
from tests.hardening.kinds.checkpoints import place_model_samples
from tests.hardening.model_folders import QUICK, faults_of_model, faults_of_run, model_limits
from tests.hardening.trial import Warmed


@pytest.fixture
def warmed(tmp_path: Path) -> Iterator[Warmed]:
    """A warmed process."""
    with Warmed(tmp_path / "w" / "trial") as process:
        yield process


WORDS = ("rank", "--task", "text-classification", "--samples", "samples", "--models", "models")


def _rank(warmed: Warmed, n_models: int, *options: str) -> dict[str, Any]:
    """Rank the folder ``models`` on eight texts; check what holds of every run."""
    call = Call((*WORDS, *options, "--json"))
    outcome = warmed.run(call, model_limits(n_models))
    assert faults_of_run(call, outcome, n_models) == []
    payload: dict[str, Any] = json.loads(outcome.stdout)
    return payload


def test_bad_models_fail_alone_and_the_good_one_is_ranked(warmed: Warmed) -> None:
    """Panics, pipes, files without end and odd JSON end a model with a reason, and never the run."""
    folder = warmed.fresh()
    place_model_samples("text", folder)
    for name, change in BAD_MODELS.items():
        change(copy_checkpoint(folder / "models" / name))
    copy_checkpoint(folder / "models" / "good")
    copy_checkpoint(folder / "models" / "zz-good-at-the-end")
    payload = _rank(warmed, len(BAD_MODELS) + 2, *QUICK)
    told = {name: faults_of_model(name, payload, folder) for name in BAD_MODELS}
    assert {name: faults for name, faults in told.items() if faults} == {}
    assert {name for name, own in payload["models"].items() if own["scores"]} == {
        "good",
        "zz-good-at-the-end",
    }


def test_another_layer_in_an_unusual_folder_gives_other_features(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every folder that modules.json names is part of what the cached features depend on."""
    del home
    folder = tmp_path / "in"
    folder.mkdir()
    monkeypatch.chdir(folder)
    place_model_samples("text", folder)
    model = save_stacked(folder / "models" / "stacked")
    scores = []
    for change in (lambda: None, lambda: save_dense(model / "my_dense", -0.3)):
        change()
        assert main([*WORDS, *QUICK, "--json"]) == 0
        payload = json.loads(capsys.readouterr().out)
        scores.append(payload["models"]["stacked"]["scores"]["logme"]["value"])
    assert scores[0] != scores[1]
