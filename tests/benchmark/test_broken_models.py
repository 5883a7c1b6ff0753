"""Models with a damaged head, or whose features say nothing: what can be told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import Cell, Failure, Score, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.checkpoints import save_checkpoint

METRICS = ("logme", "hscore", "leep", "nce")


def damage(folder: Path, part: str, value: float) -> Path:
    """Set the weights whose names hold a text to one value."""
    path = folder / "model.safetensors"
    weights: dict[str, NDArray[np.float32]] = {name: np.array(own) for name, own in load_file(path).items()}
    for name, own in weights.items():
        if part in name and own.dtype == np.float32:
            own[...] = value
    save_file(weights, path, metadata={"format": "pt"})
    return folder


def cells_of(settings: Settings, picture_zip: Path, folder: Path) -> dict[str, Cell]:
    """The cells of a run of one model, by metric."""
    plan = stored_plan(settings, picture_zip, folder, METRICS)
    run_here(plan.run_id, settings, sources=SOURCES)
    return {cell.metric: cell for cell in RunStore(settings).cells(plan.run_id)}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("family", ["vit", "convnext"])
def test_a_head_that_is_not_finite_fails_what_reads_it_alone(
    settings: Settings, picture_zip: Path, tmp_path: Path, family: str, value: float
) -> None:
    """Metrics of the features have the scores that they have without the damage."""
    sound = cells_of(settings, picture_zip, save_checkpoint(tmp_path / "sound" / "model", family))
    folder = damage(save_checkpoint(tmp_path / "model", family), "classifier", value)
    broken = cells_of(settings, picture_zip, folder)
    for metric in ("leep", "nce"):
        cell = broken[metric]
        assert isinstance(cell, Failure)
        assert cell.stage is Stage.EXTRACT
        assert cell.message == "The head of the model gives NaN or infinity for 18 of 18 samples."
        assert "damaged" in cell.hint
    for metric in ("logme", "hscore"):
        one, other = broken[metric], sound[metric]
        assert isinstance(one, Score)
        assert isinstance(other, Score)
        assert one.value == pytest.approx(other.value, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: damage(folder, "", 0.0), "gives all 18 samples the same features, which say nothing"),
        (
            lambda folder: damage(folder, "vit", 0.0),
            "gives all 18 samples the same features, which say nothing",
        ),
        (lambda folder: damage(folder, "vit", np.nan), "The model's output holds NaN or infinity for 4 of 4"),
    ],
)
def test_features_that_say_nothing_have_no_score(
    settings: Settings,
    picture_zip: Path,
    tmp_path: Path,
    change: Callable[[Path], Path],
    words: str,
) -> None:
    """Weights of zeros, or none at all: the model fails with a reason."""
    cells = cells_of(settings, picture_zip, change(save_checkpoint(tmp_path / "model", "vit")))
    for cell in cells.values():
        assert isinstance(cell, Failure)
        assert words in cell.message
