"""A winner is an ordinary folder of transformers: plain calls give the told outputs again."""

from __future__ import annotations

import csv
import importlib.util
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
import yaml
from safetensors.torch import load_file

from ptmrank_core.errors import InputError
from ptmrank_core.features.training.doses import TaskResult, train_dose
from ptmrank_core.features.training.saving import WinnerCard, save_winner
from ptmrank_core.records import Modality, ModelSpec, Samples, TargetKind
from tests.features.training.making import CPU, TEST, checkpoint, items_of, samples_for, task_of

CARD = WinnerCard(
    data="24 made-up samples",
    recipe="two passes over them, AdamW.",
    measure="accuracy",
    value=0.875,
    low=0.7,
    high=0.95,
    n_train=16,
    n_test=8,
    n_compared=5,
    run_id="run-1",
    seed=3,
    created_at="2026-01-02 03:04",
)
AUTO = {
    "image": (transformers.AutoImageProcessor, transformers.AutoModelForImageClassification),
    "text": (transformers.AutoTokenizer, transformers.AutoModelForSequenceClassification),
    "audio": (transformers.AutoFeatureExtractor, transformers.AutoModelForAudioClassification),
}


def trained(tmp_path: Path, family: str, kind: TargetKind) -> tuple[ModelSpec, Samples, TaskResult]:
    """Train a tiny checkpoint to the end; its state is in the folder ``final``."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality, kind)
    task = task_of(spec, tmp_path / "final", stage="final", epochs=2.0)
    return spec, samples, train_dose(task, samples, options=CPU)


def plain_outputs(folder: Path, modality: Modality) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Outputs for the tested samples by nothing but transformers, one sample at a time."""
    processor_class, model_class = AUTO[modality]
    processor = processor_class.from_pretrained(folder)
    model = model_class.from_pretrained(folder).eval()
    outputs = []
    for item in (items_of(modality)[i] for i in TEST):
        if modality == "audio":
            inputs = processor(item.samples, sampling_rate=item.rate, return_tensors="pt")
        elif modality == "text":
            inputs = processor(item, truncation=True, return_tensors="pt")
        else:
            inputs = processor(images=item, return_tensors="pt")
        with torch.inference_mode():
            outputs.append(model(**inputs).logits[0].numpy())
    return np.stack(outputs)


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("resnet", "classification"),
        ("vit", "regression"),
        ("bert", "multilabel"),
        ("gpt2", "classification"),
        ("wav2vec2", "classification"),
        ("whisper", "regression"),
        ("ast", "multilabel"),
    ],
)
def test_plain_calls_give_the_told_outputs(tmp_path: Path, family: str, kind: TargetKind) -> None:
    """Weights, labels, units and preprocessing are all in the folder."""
    spec, samples, told = trained(tmp_path, family, kind)
    folder = tmp_path / "winner"
    save_winner(tmp_path / "final", spec, samples, folder, CARD)
    np.testing.assert_allclose(plain_outputs(folder, spec.modality), told.outputs, rtol=1e-4, atol=1e-3)
    config = transformers.AutoConfig.from_pretrained(folder)
    assert tuple(config.id2label.values()) == samples.class_names
    assert config.dtype == torch.float32


def test_what_was_tested_is_what_is_saved(tmp_path: Path) -> None:
    """Of a dose that goes on later, the average of the weights is saved; of a head, the whole network."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    for stage, epochs in (("head", 0.0), ("full", 3.0)):
        task = task_of(spec, tmp_path / stage, stage=stage, epochs=epochs)
        told = train_dose(task, samples, options=CPU)
        save_winner(task.keeps, spec, samples, tmp_path / f"winner-{stage}", CARD)
        saved = plain_outputs(tmp_path / f"winner-{stage}", "image")
        np.testing.assert_allclose(saved, told.outputs, rtol=1e-4, atol=1e-4)


def test_a_padded_batch_of_texts_gives_the_same(tmp_path: Path) -> None:
    """The saved tokenizer of a decoder pads, on the side and with the token that the model knows."""
    spec, samples, told = trained(tmp_path, "gpt2", "classification")
    folder = tmp_path / "winner"
    save_winner(tmp_path / "final", spec, samples, folder, CARD)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    texts = [items_of("text")[i] for i in TEST]
    with torch.inference_mode():
        logits = model(**tokenizer(texts, padding=True, truncation=True, return_tensors="pt")).logits
    np.testing.assert_allclose(logits.numpy(), told.outputs, rtol=1e-4, atol=1e-4)


def test_the_model_card(tmp_path: Path) -> None:
    """It says the base model, the licence, the told value with its interval, and how it was chosen."""
    spec, samples, _ = trained(tmp_path, "vit", "classification")
    save_winner(tmp_path / "final", spec, samples, tmp_path / "local", CARD)
    known = replace(spec, source="hub", licence="apache-2.0", revision="abc123")
    known_path = tmp_path / "known"
    train_dose(task_of(known, known_path), samples, options=CPU)
    save_winner(known_path, known, samples, tmp_path / "hub", CARD)
    heads = []
    for folder in (tmp_path / "local", tmp_path / "hub"):
        text = (folder / "README.md").read_text(encoding="utf-8")
        _, head, body = text.split("---\n", 2)
        heads.append(yaml.safe_load(head))
        assert "Accuracy on 8 held-out samples: **0.875** (90 % interval 0.700 to 0.950)." in body
        assert "It won a comparison of 5 pre-trained models by PTMRank." in body
        assert "`even`, `odd`" in body
        assert "two passes over them, AdamW." in body
    common = {
        "library_name": "transformers",
        "pipeline_tag": "image-classification",
        "metrics": ["accuracy"],
    }
    assert heads[0] == common
    assert heads[1] == {**common, "base_model": "vit", "license": "apache-2.0"}
    assert "revision `abc123`" in (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")


def test_the_card_says_how_samples_are_read(tmp_path: Path) -> None:
    """Where long samples are cut, and where padding would change the answers."""
    spec, samples, _ = trained(tmp_path, "wav2vec2-group", "classification")
    save_winner(tmp_path / "final", spec, samples, tmp_path / "winner", CARD)
    text = (tmp_path / "winner" / "README.md").read_text(encoding="utf-8")
    assert "Only the first 30 seconds of a sample are read." in text
    assert "Padding changes its outputs: give it one sample at a time" in text


def test_an_occupied_folder_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten: a folder with content and a file are refused; an empty folder is filled."""
    spec, samples, _ = trained(tmp_path, "vit", "classification")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="is not empty, and nothing there is overwritten"):
        save_winner(tmp_path / "final", spec, samples, folder, CARD)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    with pytest.raises(InputError, match="is a file, and nothing there is overwritten"):
        save_winner(tmp_path / "final", spec, samples, folder / "letter.txt", CARD)
    (folder / "letter.txt").unlink()
    save_winner(tmp_path / "final", spec, samples, folder, CARD)
    assert {"README.md", "config.json", "continue_training.py", "model.safetensors"} <= {
        path.name for path in folder.iterdir()
    }


def test_a_state_of_other_samples_is_refused(tmp_path: Path) -> None:
    """The names of the labels would be wrong."""
    spec, _, _ = trained(tmp_path, "vit", "classification")
    with pytest.raises(InputError, match="is of 'vit' and its labels"):
        save_winner(tmp_path / "final", spec, samples_for("image", "regression"), tmp_path / "w", CARD)
    assert not (tmp_path / "w").exists()


def write_data(folder: Path, modality: Modality, samples: Samples) -> None:
    """Write samples as files: classes as folders, numbers and labels as a table."""
    import soundfile  # noqa: PLC0415 - this test alone writes recordings

    rows = []
    for i, item in enumerate(items_of(modality)):
        is_class = samples.target_kind == "classification"
        place = folder / (samples.class_names[samples.labels[i]] if is_class else "files")
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{i}.{ {'image': 'png', 'text': 'txt', 'audio': 'wav'}[modality] }"
        if modality == "image":
            item.save(path)
        elif modality == "text":
            path.write_text(item, encoding="utf-8")
        else:
            soundfile.write(path, item.samples, item.rate)
        if not is_class:
            targets = dict(zip(samples.class_names, samples.labels[i].tolist(), strict=True))
            rows.append({"file_name": str(path.relative_to(folder)), **targets})
    if rows:
        with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)


needs_accelerate = pytest.mark.skipif(
    importlib.util.find_spec("accelerate") is None, reason="transformers.Trainer needs accelerate"
)


@pytest.mark.slow
@needs_accelerate
def test_the_script_continues_the_training(tmp_path: Path) -> None:
    """As a process, it trains one epoch on a folder of data and saves a model beside a copy of itself."""
    spec, samples, _ = trained(tmp_path, "vit", "classification")
    folder, on = tmp_path / "winner", tmp_path / "continued"
    save_winner(tmp_path / "final", spec, samples, folder, CARD)
    write_data(tmp_path / "data", spec.modality, samples)
    arguments = [tmp_path / "data", "--epochs", "1", "--output", on]
    done = subprocess.run(
        [sys.executable, folder / "continue_training.py", *map(str, arguments)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "'eval_accuracy': " in done.stdout
    weights = [load_file(place / "model.safetensors")["classifier.weight"] for place in (folder, on)]
    assert not torch.equal(*weights)
    assert plain_outputs(on, spec.modality).shape == (len(TEST), 2)
    assert (on / "continue_training.py").read_text() == (folder / "continue_training.py").read_text()


@needs_accelerate
@pytest.mark.parametrize(("family", "kind"), [("bert", "regression"), ("wav2vec2", "multilabel")])
def test_the_script_reads_every_kind_of_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, kind: TargetKind
) -> None:
    """Texts and recordings, numbers and labels from a table."""
    spec, samples, _ = trained(tmp_path, family, kind)
    folder, on = tmp_path / "winner", tmp_path / "continued"
    save_winner(tmp_path / "final", spec, samples, folder, CARD)
    write_data(tmp_path / "data", spec.modality, samples)
    script = str(folder / "continue_training.py")
    monkeypatch.setattr(sys, "argv", [script, str(tmp_path / "data"), "--output", str(on)])
    runpy.run_path(script, run_name="__main__")
    assert plain_outputs(on, spec.modality).shape == (len(TEST), len(samples.class_names))
