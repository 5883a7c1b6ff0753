"""The demo zoo is what its files say: real checkpoints, really different, with a recorded truth."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from transformers import AutoImageProcessor, AutoModelForImageClassification

from ptmrank_core.catalogue import DEMO_ZOO, demo_models
from ptmrank_core.data import decode_image, load_samples
from ptmrank_core.data.builtin.demo import digit_picture, digits_split

DEMO = DEMO_ZOO.parent / "digits"


def read(name: str) -> dict[str, Any]:
    """One of the zoo's JSON files."""
    content: dict[str, Any] = json.loads((DEMO / name).read_text(encoding="utf-8"))
    return content


MODELS = sorted(read("zoo.json")["models"])


def test_the_digits_are_scikit_learns_own() -> None:
    """The table read from the package's folder is what load_digits gives, scaled to a byte."""
    bunch = load_digits()
    samples = load_samples("demo:digits")
    demo, others = digits_split()
    np.testing.assert_array_equal(samples.labels, bunch.target[demo])
    np.testing.assert_array_equal(np.bincount(samples.labels), np.full(10, 60))
    assert len(others) == 1197
    assert not set(demo.tolist()) & set(others.tolist())
    for index in (0, 700, 1796):
        pixels = np.asarray(decode_image(digit_picture(index)))[..., 0]
        assert np.abs(pixels - bunch.images[index] * 255 / 16).max() <= 0.5


def test_the_truth_is_about_these_digits() -> None:
    """The recorded digest is that of the samples; where it differs no truth may be shown."""
    digests = load_samples("demo:digits").digests
    assert read("truth.json")["samples_digest"] == hashlib.sha256("".join(digests).encode()).hexdigest()


def test_the_zoo_is_wide_enough() -> None:
    """Ten or more models of four or more families and five or more source tasks, in 12 MB."""
    facts = read("zoo.json")["models"]
    assert set(MODELS) <= {path.name for path in DEMO_ZOO.iterdir()}
    assert len(MODELS) >= 10
    assert len({fact["family"] for fact in facts.values()}) >= 4
    assert len({fact["source_task"] for fact in facts.values()}) >= 5
    assert sum(fact["family"] == "resnet" for fact in facts.values()) <= 2
    assert sum(fact["family"] == "convnext" for fact in facts.values()) >= 6
    assert all(100_000 <= fact["n_parameters"] <= 1_000_000 for fact in facts.values())
    files = [path for name in MODELS for path in (DEMO_ZOO / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12_000_000


def test_the_truth_tells_the_models_apart() -> None:
    """Range, gaps, the family's range and the flags follow from the recorded accuracies."""
    truth = read("truth.json")
    records = truth["models"]
    assert sorted(records) == MODELS
    accuracies = {name: np.array(record["accuracies"]) for name, record in records.items()}
    assert all(len(values) == 10 for values in accuracies.values())
    means = {name: values.mean() for name, values in accuracies.items()}
    order = sorted(means, key=lambda name: -means[name])
    assert means[order[0]] - means[order[-1]] >= 0.10
    clear = 0
    for better, worse in pairwise(order):
        differences = accuracies[better] - accuracies[worse]
        clear += differences.mean() > 2 * differences.std(ddof=1) / np.sqrt(10)
    assert clear >= 4
    family = [mean for name, mean in means.items() if name.startswith("convnext")]
    assert max(family) - min(family) >= 0.05
    for name, record in records.items():
        assert record["mean"] == pytest.approx(means[name], abs=1e-5)
        assert record["std"] == pytest.approx(accuracies[name].std(ddof=1), abs=1e-5)
        assert record["unstable"] == (np.ptp(accuracies[name]) > 0.03)


@pytest.mark.parametrize("name", MODELS)
def test_a_folder_is_a_checkpoint_with_a_card(name: str) -> None:
    """Config, weights, preprocessing and a card that says what it was trained on, and no foreign path."""
    folder = DEMO_ZOO / name
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.md", "config.json", "model.safetensors", "preprocessor_config.json"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    fact = read("zoo.json")["models"][name]
    assert f"{fact['n_parameters']:,}" in card
    assert card.startswith("---\nlicense: mit\n")
    if fact["source_accuracy"] is not None:
        assert f"{fact['source_accuracy']:.4f}" in card
    assert "_name_or_path" not in (folder / "config.json").read_text(encoding="utf-8")


def test_the_catalogue_says_what_the_zoo_says() -> None:
    """Parameters, width and source classes of the candidates are those on record."""
    facts = read("zoo.json")["models"]
    for spec in (spec for spec in demo_models() if spec.modality == "image"):
        fact = facts[spec.id.removeprefix("demo:")]
        assert spec.n_parameters == fact["n_parameters"]
        assert spec.width == fact["width"]
        assert spec.n_source_classes == fact["n_source_classes"]


def test_a_model_trained_on_rendered_digits_reads_written_ones() -> None:
    """A near source task transfers without any training: the checkpoint's weights are trained ones."""
    folder = DEMO_ZOO / "convnext-digits"
    model = AutoModelForImageClassification.from_pretrained(folder, dtype=torch.float32).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    samples = load_samples("demo:digits")
    pixels = processor(images=[item.decode() for item in samples.items], return_tensors="pt")
    with torch.inference_mode():
        guesses = model(**pixels).logits.argmax(1).numpy()
    names = [int(model.config.id2label[int(guess)]) for guess in guesses]
    assert np.mean(names == samples.labels) > 0.5


def test_the_agreement_on_record_is_about_todays_metrics() -> None:
    """Each metric of the recorded comparison exists, over the zoo and within the family."""
    agreement = read("agreement.json")
    assert {"logme", "hscore", "leep", "baseline: n_parameters"} <= set(agreement["zoo"])
    assert set(agreement["zoo"]) == set(agreement["convnext"])
    assert all(-1 <= row["weighted_tau"] <= 1 for row in agreement["zoo"].values())


def test_no_file_of_the_demo_carries_a_foreign_path() -> None:
    """Nothing of the machine that made the zoo is in it."""
    home = str(Path.home())
    for path in DEMO.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert home not in text, path
        assert "/tmp" not in text, path  # noqa: S108 - it is looked for, not used
