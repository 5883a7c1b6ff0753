"""Real races of tiny checkpoints, by the command line: each modality with each kind of target."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification

from ptmrank_core.benchmark import RunStore
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.records import Race, RaceDose, RunResult
from ptmrank_core.sampling import draw_three_parts
from ptmrank_core.worker import SOURCES
from tests.checkpoints import save_checkpoint
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

N_SAMPLES, RATE = 60, 16_000
IS_ODD = np.arange(N_SAMPLES) % 2 == 1
MEASURES = {"classification": "accuracy", "regression": "r2", "multilabel": "average_precision"}
MODALITIES = ("image", "text", "audio")
# Each modality and each kind of target once in the fast tier; all pairs in the slow one.
PAIRS = [
    pytest.param(modality, kind, marks=() if place == kind_place else pytest.mark.slow)
    for place, modality in enumerate(MODALITIES)
    for kind_place, kind in enumerate(MEASURES)
]
QUICK = ("--metrics", "logme", "--intervals", "0", "--no-sample-sizes", "--no-projections", "--no-references")


def write_picture(path: Path, index: int, rng: np.random.Generator) -> None:
    """Noise that is dark or bright."""
    pixels = rng.integers(0, 128, (32, 32, 3)) + 120 * IS_ODD[index]
    Image.fromarray(pixels.astype(np.uint8)).save(path.with_suffix(".png"))


def write_recording(path: Path, index: int, rng: np.random.Generator) -> None:
    """Noise that is soft or loud."""
    sound = rng.normal(size=3_000 + 20 * index) * (0.3 if IS_ODD[index] else 0.05)
    soundfile.write(path.with_suffix(".wav"), sound, RATE)


def targets_of(kind: str) -> dict[str, list[Any]]:
    """Columns of labels: names, numbers around 1,000, or three marks."""
    odd = IS_ODD.astype(int)
    if kind == "regression":
        return {"height": (1_000 + 5 * odd + 0.1 * (np.arange(N_SAMPLES) % 7)).round(3).tolist()}
    if kind == "multilabel":
        third = (np.arange(N_SAMPLES) % 3 == 0).astype(int)
        return {"odd": odd.tolist(), "even": (1 - odd).tolist(), "third": third.tolist()}
    return {"label": ["ab"[code] for code in odd]}


def write_samples(folder: Path, modality: str, kind: str) -> Path:
    """Write samples with a table of their labels."""
    folder.mkdir()
    rng, columns = np.random.default_rng(0), targets_of(kind)
    firsts: list[str] = []
    for index in range(N_SAMPLES):
        if modality == "text":
            firsts.append(
                f"the {'dog' if IS_ODD[index] else 'cat'} sat on {'a red ' * (index % 5)}mat {index}"
            )
            continue
        write: Callable[..., None] = write_picture if modality == "image" else write_recording
        write(folder / f"{index}", index, rng)
        firsts.append(f"{index}.{'png' if modality == 'image' else 'wav'}")
    head = ",".join(["text" if modality == "text" else "file", *columns])
    rows = [",".join([first, *map(str, own)]) for first, *own in zip(firsts, *columns.values(), strict=True)]
    table = folder / "labels.csv"
    table.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return table if modality == "text" else folder


def save_models(folder: Path, modality: str) -> str:
    """Save two tiny checkpoints that read a modality; return how the command line names them."""
    saved = []
    for seed, name in enumerate(("first", "second")):
        if modality == "image":
            saved.append(save_checkpoint(folder / name, ("resnet", "vit")[seed], head=False, seed=seed))
        elif modality == "text":
            saved.append(save_language_model(folder / name, "bert", seed=seed))
        else:
            saved.append(save_sound_model(folder / name, "ast", seed=seed))
    return ",".join(map(str, saved))


def race_words(folder: Path, modality: str, kind: str, minutes: int = 1) -> list[str]:
    """The command that races two models on samples of a kind."""
    words = ["--task", f"{modality}-classification", "--samples"]
    words += [str(write_samples(folder / "samples", modality, kind)), "--models"]
    words += [save_models(folder / "models", modality), "--target", kind, "--device", "cpu"]
    labels = [word for name in targets_of(kind) for word in ("--label-column", name)]
    return ["rank", *words, *labels, *QUICK, "--decide", str(minutes)]


def last_result(settings: Settings) -> RunResult:
    """The run that was made last."""
    store = RunStore(settings)
    [(plan, _)] = store.recent(1)
    return store.result(plan.run_id)


@pytest.mark.parametrize(("modality", "kind"), PAIRS)
def test_a_race_of_each_modality_and_target(
    settings: Settings, tmp_path: Path, modality: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two tiny checkpoints are raced for a minute at most: a winner, judged on held-out samples."""
    assert main([*race_words(tmp_path, modality, kind), "--json"]) == 0, capsys.readouterr().err
    result = last_result(settings)
    race, doses = result.contents(Race)[""], result.contents(RaceDose)
    assert [dose.problem for dose in doses.values()] == [""] * len(doses)
    assert race.final is not None, race
    assert race.winner in {spec.id for spec in result.plan.models}
    assert (race.final.measure, race.final.n_train, race.final.n_test) == (MEASURES[kind], 48, 12)
    assert race.final.low <= race.final.value <= race.final.high


@pytest.mark.slow
def test_the_saved_winner_gives_the_told_accuracy_and_a_replay_the_same_doses(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Saved by the command line, loaded by transformers; repeated from its card, nothing differs."""
    best, out = tmp_path / "best", tmp_path / "out"
    words = race_words(tmp_path, "image", "classification", minutes=30)
    assert main([*words, "--save-best", str(best), "--out", str(out)]) == 0
    result = last_result(settings)
    race = result.contents(Race)[""]
    assert f"{race.winner}, trained, is in {best}" in capsys.readouterr().err
    samples = SOURCES.load_samples(result.plan.samples_source, result.plan.reading)
    judging = draw_three_parts(samples, seed=result.plan.seed).judging
    assert race.final is not None
    assert accuracy_of(best, samples.take(judging)) == race.final.value
    assert main(["replay", str(out / "card.json"), "--json"]) == 0
    conditions = json.loads(capsys.readouterr().out)["conditions"]
    assert [condition for condition in conditions if "race" in condition["name"]] == []
    assert len(RunStore(settings).recent()) == 2


def accuracy_of(folder: Path, samples: Any) -> float:
    """Test a saved model with transformers alone."""
    model = AutoModelForImageClassification.from_pretrained(folder).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    inputs = processor(images=[item.decode() for item in samples.items], return_tensors="pt")
    with torch.inference_mode():
        guessed = model(**inputs).logits.argmax(dim=1).numpy()
    return float(np.mean(guessed == samples.labels))


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--save-best saves the model that a race ends with, and no race was asked for."),
        (("--decide", "1"), "is not empty, and nothing there is overwritten by a model."),
    ],
)
def test_a_folder_that_cannot_be_saved_to_is_refused_first(
    tmp_path: Path, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before samples are even looked for."""
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    assert main(["rank", "--samples", "nowhere", "--save-best", str(tmp_path), *more]) == 2
    assert said in capsys.readouterr().err
