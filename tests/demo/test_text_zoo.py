"""The text models of the demo are what their files say: real, different, with a recorded truth."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

from ptmrank_core.catalogue import DEMO_ZOO
from ptmrank_core.data.builtin.docstrings import SUBJECTS, demo_documents

RECORDS = DEMO_ZOO.parent / "docstrings"
FAMILY = "modernbert"


def read(name: str) -> dict[str, Any]:
    """One of the JSON files about the text models."""
    content: dict[str, Any] = json.loads((RECORDS / name).read_text(encoding="utf-8"))
    return content


FACTS: dict[str, dict[str, Any]] = read("zoo.json")["models"]
CLASSIFIERS = sorted(name for name, fact in FACTS.items() if fact["n_source_classes"])


def test_the_models_differ_in_architecture_and_in_what_they_learned() -> None:
    """Eight or more models of three or more families; six of one that differ in the source task alone."""
    assert len(FACTS) >= 8
    assert len({fact["family"] for fact in FACTS.values()}) >= 3
    family = [fact["source_task"] for fact in FACTS.values() if fact["family"] == FAMILY]
    assert len(set(family)) == len(family) >= 6
    assert len(CLASSIFIERS) >= 4
    assert len(FACTS) - len(CLASSIFIERS) >= 3
    files = [path for name in FACTS for path in (DEMO_ZOO / name).iterdir()]
    assert sum(path.stat().st_size for path in files) <= 7_000_000


def test_the_truth_tells_the_models_apart() -> None:
    """Range, clear gaps, and the flags follow from the recorded accuracies of the seeds."""
    truth = read("truth.json")
    assert sorted(truth["models"]) == sorted(FACTS)
    assert truth["samples_digest"] == read("zoo.json")["samples_digest"]
    accuracies = {name: np.array(record["accuracies"]) for name, record in truth["models"].items()}
    assert {len(values) for values in accuracies.values()} == {len(truth["protocol"]["seeds"])}
    order = sorted(accuracies, key=lambda name: -accuracies[name].mean())
    assert accuracies[order[0]].mean() - accuracies[order[-1]].mean() >= 0.10
    assert [gap["better"] for gap in truth["gaps"]] == order[:-1]
    for gap, (better, worse) in zip(truth["gaps"], pairwise(order), strict=True):
        paired = accuracies[better] - accuracies[worse]
        assert gap["difference"] == pytest.approx(paired.mean(), abs=1e-5)
        assert gap["standard_error"] == pytest.approx(paired.std(ddof=1) / len(paired) ** 0.5, abs=1e-5)
    for name, record in truth["models"].items():
        assert record["mean"] == pytest.approx(accuracies[name].mean(), abs=1e-5)
        assert record["std"] == pytest.approx(accuracies[name].std(ddof=1), abs=1e-5)
        assert record["unstable"] == (np.ptp(accuracies[name]) > 0.03)
        assert record["linear_probe_mean"] > 1 / len(SUBJECTS)


@pytest.mark.parametrize("name", FACTS)
def test_a_folder_is_a_checkpoint_with_tokenizer_and_card(name: str) -> None:
    """Configuration, weights, tokenizer, and a card with the facts; no foreign path in any of them."""
    folder, fact = DEMO_ZOO / name, FACTS[name]
    present = {path.name for path in folder.iterdir()} - {"generation_config.json"}
    assert present == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: mit\n")
    assert f"{fact['n_parameters']:,}" in card
    if fact["source_accuracy"] is not None:
        assert f"{fact['source_accuracy']:.4f}" in card
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert "_name_or_path" not in config
    labels = config.get("id2label", {})
    assert len(labels) == (fact["n_source_classes"] or 0)
    assert not any(label.startswith("LABEL_") for label in labels.values())
    assert (folder / "model.safetensors").stat().st_size == fact["size_bytes"]
    for path in folder.iterdir():
        if path.suffix != ".safetensors":
            assert str(Path.home()) not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FACTS)
def test_a_checkpoint_turns_documents_into_features(name: str) -> None:
    """The tokenizer cuts at 128 tokens and pads, and the body gives finite states of the stated width."""
    texts = [one.text for one in demo_documents()[::100]] + ["word " * 500]
    tokenizer = AutoTokenizer.from_pretrained(DEMO_ZOO / name)
    inputs = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    assert inputs["input_ids"].shape == (len(texts), 128)
    assert (inputs["input_ids"] == tokenizer.unk_token_id).float().mean() < 0.01
    model = AutoModel.from_pretrained(DEMO_ZOO / name, dtype=torch.float32).eval()
    with torch.inference_mode():
        states = model(**inputs).last_hidden_state
    assert states.shape == (len(texts), 128, FACTS[name]["width"])
    assert torch.isfinite(states).all()


def test_a_family_started_from_the_same_weights() -> None:
    """The token table of every trained model is the untrained one's, moved by training."""
    names = [name for name, fact in FACTS.items() if fact["family"] == FAMILY]
    weights = {name: load_file(DEMO_ZOO / name / "model.safetensors") for name in names}
    tables = {
        name: next(table for key, table in tensors.items() if key.endswith("tok_embeddings.weight"))
        for name, tensors in weights.items()
    }
    start = tables.pop(f"{FAMILY}-untrained")
    for name, table in tables.items():
        correlation = np.corrcoef(start.ravel(), table.ravel())[0, 1]
        assert 0.02 < correlation < 0.999, name


def test_a_source_classifier_knows_its_source_task() -> None:
    """The checkpoint's head sorts documents into subpackages far better than chance."""
    folder = DEMO_ZOO / "modernbert-areas"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    documents = [one for one in demo_documents() if one.group.startswith(("scipy.signal", "scipy.stats"))]
    inputs = tokenizer([one.text for one in documents], padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        named = [model.config.id2label[i] for i in model(**inputs).logits.argmax(1).tolist()]
    right = [one.group.startswith(name) for one, name in zip(documents, named, strict=True)]
    assert np.mean(right) > 0.4
