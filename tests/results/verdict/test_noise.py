"""Features that say nothing about the labels never get a recommendation, under any choice of metrics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.cli import main
from tests.ready_made import save_features

N_SAMPLES = 200


def rank(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    """The verdict of a run on ready-made features."""
    capsys.readouterr()
    assert (
        main(["rank", "--features", str(folder), "--json", "--no-projections", "--no-sample-sizes", *options])
        == 0
    )
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert isinstance(verdict, dict)
    return verdict


@pytest.fixture
def equal_noise(tmp_path: Path) -> Path:
    """Five files of pure noise, wider than half of the samples: no model is better than another."""
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(4), N_SAMPLES // 4)
    for index in range(5):
        noise = rng.normal(size=(N_SAMPLES, 128)).astype(np.float32)
        save_features(tmp_path / "noise" / f"m{index}.npz", embeddings=noise, labels=labels)
    return tmp_path / "noise"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("metrics", ["logme", "emms,sfda", "hscore,gbc,transrate"])
def test_equal_noise_suits_nobody(
    equal_noise: Path, capsys: pytest.CaptureFixture[str], metrics: str
) -> None:
    """Metrics that are saturated, or certain of noise, do not make an answer."""
    verdict = rank(equal_noise, capsys, "--metrics", metrics)
    assert (verdict["kind"], verdict["models"]) == ("none_suits", [])


@pytest.mark.usefixtures("home")
def test_noise_without_a_probe_is_a_tie(equal_noise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing shows that the features hold anything, there is no recommendation either."""
    assert rank(equal_noise, capsys, "--metrics", "emms,sfda", "--no-probe")["kind"] == "tied"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("seed", range(2))
def test_permuted_labels_suit_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int) -> None:
    """Models of real differences are recommended or tied by their labels, and none by permuted ones."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), N_SAMPLES // 4)
    for index, strength in enumerate((1.5, 1.2, 0.5, 0.4)):
        features = rng.normal(size=(N_SAMPLES, 16)) + strength * np.eye(16)[labels]
        for folder, own in (("real", labels), ("permuted", np.random.default_rng(seed).permutation(labels))):
            save_features(tmp_path / folder / f"m{index}.npz", embeddings=features, labels=own)
    metrics = ("--metrics", "logme,hscore")
    assert rank(tmp_path / "real", capsys, *metrics)["kind"] in {"recommended", "tied"}
    assert rank(tmp_path / "permuted", capsys, *metrics)["kind"] == "none_suits"
