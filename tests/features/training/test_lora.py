"""Doses that train low-rank adapters: what changes, what continues, and what is saved."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from ptmrank_core.errors import InputError, UnsupportedModelError
from ptmrank_core.features.training.doses import TaskResult, TrainingTask, train_dose
from ptmrank_core.features.training.loop import Learner
from ptmrank_core.features.training.networks.classifier import Classifier
from ptmrank_core.features.training.recipe import LORA_ALPHA, LORA_RANK, LORA_RATE
from ptmrank_core.features.training.saving import save_winner
from ptmrank_core.features.training.state import read_state
from ptmrank_core.records import ModelSpec, Samples, TargetKind
from tests.features.training.making import CPU, TEST, TRAIN, checkpoint, samples_for, task_of
from tests.features.training.test_doses import small_memory
from tests.features.training.test_saving import CARD, plain_outputs

FAMILIES = ["resnet", "vit", "bert", "gpt2", "wav2vec2", "ast"]


def train(task: TrainingTask, samples: Samples, **more: Any) -> TaskResult:
    """Train on the CPU; the tests that do need the extra."""
    pytest.importorskip("peft", reason="needs the extra peft")
    return train_dose(task, samples, options=CPU, **more)


def adapted(spec: ModelSpec, keeps: Path, **more: Any) -> TrainingTask:
    """A task of two passes over all training samples, by adapters."""
    return task_of(spec, keeps, **{"stage": "full", "epochs": 2.0, "lora": True, **more})


def plain_weights(spec: ModelSpec, samples: Samples) -> dict[str, torch.Tensor]:
    """The weights and statistics of a checkpoint with a new head."""
    network = Classifier(spec, samples, CPU)
    return {name: tensor.clone() for name, tensor in network.module.state_dict().items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_adapters_and_the_head_alone_are_trained(
    tmp_path: Path, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After real steps every weight and statistic of the checkpoint is what it was; adapters moved."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality)
    kept: list[Classifier] = []
    groups = Classifier.groups
    monkeypatch.setattr(Classifier, "groups", lambda own: kept.append(own) or groups(own))
    before = plain_weights(spec, samples)
    train(adapted(spec, tmp_path / "full"), samples)
    [network] = set(kept)
    new = {*network.drawn, f"{network.last}.weight", f"{network.last}.bias"}
    after = {name.replace(".base_layer.", "."): own for name, own in network.module.state_dict().items()}
    assert all(torch.equal(after[name], before[name]) for name in before.keys() - new)
    state = read_state(tmp_path / "full")
    adapters = {name for name in state.weights if ".lora_A." in name or ".lora_B." in name}
    assert adapters
    assert state.weights.keys() == adapters | (new & before.keys())
    # B starts at zero; a layer that the network calls has moved it.
    moved = [bool(state.weights[name].any()) for name in adapters if ".lora_B." in name]
    assert all(moved)
    assert not torch.equal(after[f"{network.last}.weight"], before[f"{network.last}.weight"])


def test_an_adapter_adds_the_product_that_the_paper_has(tmp_path: Path) -> None:
    """The saved weight is W + alpha / r B A, computed here from the state (Hu et al. 2021, section 4.1)."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    train(adapted(spec, tmp_path / "final", stage="final"), samples)
    save_winner(tmp_path / "final", spec, samples, tmp_path / "winner", CARD)
    state = read_state(tmp_path / "final").weights
    name = "bert.encoder.layer.0.attention.self.query"
    down, up = (state[f"{name}.lora_{part}.default.weight"] for part in "AB")
    assert down.shape[0] == up.shape[1] == LORA_RANK
    before = load_file(Path(str(spec.path)) / "model.safetensors")[f"{name.removeprefix('bert.')}.weight"]
    saved = load_file(tmp_path / "winner" / "model.safetensors")
    torch.testing.assert_close(saved[f"{name}.weight"], before + LORA_ALPHA / LORA_RANK * up @ down)
    assert not [name for name in saved if "lora" in name or "base_layer" in name]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_dose_continues_bit_for_bit(tmp_path: Path, family: str) -> None:
    """Four passes give what two and two give, adapters, their average and the optimiser included."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality)
    train(task_of(spec, tmp_path / "head", lora=True), samples)
    whole = adapted(spec, tmp_path / "whole", epochs=4.0, continues=tmp_path / "head")
    half = replace(whole, keeps=tmp_path / "half", epochs=2.0)
    at_once, first = train(whole, samples), train(half, samples)
    second = train(replace(whole, continues=half.keeps, keeps=half.keeps), samples)
    assert first.curve + second.curve == at_once.curve
    assert np.array_equal(second.outputs, at_once.outputs)
    states = read_state(whole.keeps), read_state(half.keeps)
    assert states[0].facts == states[1].facts
    for part in ("weights", "average", "optimiser"):
        own, other = (getattr(state, part) for state in states)
        assert own.keys() == other.keys()
        assert all(torch.equal(own[name], other[name]) for name in own)


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("resnet", "classification"),
        ("vit", "regression"),
        ("bert", "multilabel"),
        ("gpt2", "classification"),
        ("wav2vec2", "classification"),
        ("ast", "multilabel"),
    ],
)
def test_the_saved_folder_gives_the_told_outputs(tmp_path: Path, family: str, kind: TargetKind) -> None:
    """Adapters are merged: transformers alone loads plain weights, which answer as was told."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality, kind)
    told = train(adapted(spec, tmp_path / "final", stage="final"), samples)
    save_winner(tmp_path / "final", spec, samples, tmp_path / "winner", replace(CARD, lora=True))
    assert not list((tmp_path / "winner").glob("adapter*"))
    saved = plain_outputs(tmp_path / "winner", spec.modality)
    np.testing.assert_allclose(saved, told.outputs, rtol=1e-4, atol=1e-3)
    loaded = transformers.AutoConfig.from_pretrained(tmp_path / "winner")
    assert tuple(loaded.id2label.values()) == samples.class_names
    script = (tmp_path / "winner" / "continue_training.py").read_text(encoding="utf-8")
    assert "trained by low-rank adapters (LoRA), which are merged into its weights" in script
    compile(script, "continue_training.py", "exec")


def test_what_was_tested_of_a_dose_is_what_is_saved(tmp_path: Path) -> None:
    """Of a dose that goes on later, the average of the adapters is saved."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    told = train(adapted(spec, tmp_path / "full", epochs=3.0), samples)
    save_winner(tmp_path / "full", spec, samples, tmp_path / "winner", CARD)
    saved = plain_outputs(tmp_path / "winner", "image")
    np.testing.assert_allclose(saved, told.outputs, rtol=1e-4, atol=1e-4)


def test_gradients_accumulate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that does not fit goes through in parts, and gives the same adapters but for rounding."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    task = adapted(spec, tmp_path / "whole")
    whole = train(task, samples)
    small_memory(monkeypatch, at_most=5)
    parts = train(replace(task, keeps=tmp_path / "parts"), samples)
    assert (whole.accumulated, parts.accumulated) == (1, 4)
    np.testing.assert_allclose(parts.outputs, whole.outputs, atol=1e-3)


def test_steps_in_half_precision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the device has bfloat16, adapters are trained in it; their weights and tests stay in float32."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    task = adapted(spec, tmp_path / "float", epochs=1.0)
    in_float = train(task, samples)
    monkeypatch.setattr("ptmrank_core.features.training.dosing._trains_in_half", lambda *_: True)
    in_half = train(replace(task, keeps=tmp_path / "half"), samples)
    assert (in_float.dtype, in_half.dtype) == ("float32", "bfloat16")
    assert {tensor.dtype for tensor in read_state(tmp_path / "half").weights.values()} == {torch.float32}
    assert not np.array_equal(in_half.outputs, in_float.outputs)
    np.testing.assert_allclose(in_half.outputs, in_float.outputs, atol=0.2)


def test_the_head_alone_where_adapters_do_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and adapters that were trained before are kept and saved."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    train(adapted(spec, tmp_path / "part", stage="part"), samples)
    small_memory(monkeypatch, at_most=0)
    alone = train(adapted(spec, tmp_path / "full", continues=tmp_path / "part"), samples)
    assert alone.notes == ("Training adapters does not fit into memory: the head alone was trained.",)
    before, after = read_state(tmp_path / "part"), read_state(tmp_path / "full")
    adapters = [name for name in before.weights if ".lora_" in name]
    assert adapters
    assert all(torch.equal(before.weights[name], after.weights[name]) for name in adapters)
    save_winner(tmp_path / "full", spec, samples, tmp_path / "winner", CARD)
    saved = plain_outputs(tmp_path / "winner", "text")
    np.testing.assert_allclose(saved, alone.outputs, rtol=1e-4, atol=1e-4)


def test_adapters_are_trained_faster_than_the_head(tmp_path: Path) -> None:
    """Their peak rate is told; the head and new weights have that of full fine-tuning."""
    pytest.importorskip("peft", reason="needs the extra peft")
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    network = Classifier(spec, samples, CPU)
    network.last = "classifier"
    plain, n_parameters = network.learning_rate, network.n_parameters
    network.add_adapters(seed=0)
    head, adapters = network.groups()
    assert set(head.names) == {*network.drawn}
    assert head.peak == plain
    assert adapters.peak == network.learning_rate == pytest.approx(LORA_RATE * plain)
    assert network.n_parameters == n_parameters


def test_a_training_of_all_weights_is_not_continued_by_adapters(tmp_path: Path) -> None:
    """Nor the other way round; both continue a head."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    train(task_of(spec, tmp_path / "all", stage="part", epochs=1.0), samples)
    train(adapted(spec, tmp_path / "adapters", stage="part", epochs=1.0), samples)
    on = adapted(spec, tmp_path / "on", rows=TRAIN)
    with pytest.raises(InputError, match="of all weights cannot be continued as one of low-rank adapters"):
        train(replace(on, continues=tmp_path / "all"), samples)
    with pytest.raises(InputError, match="of low-rank adapters cannot be continued as one of all weights"):
        train(replace(on, continues=tmp_path / "adapters", lora=False), samples)


def test_without_the_extra_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the model is loaded, saying what to install; without adapters nothing needs it."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(UnsupportedModelError, match=r"need the package peft\. Install the extra: pip"):
        train_dose(adapted(spec, tmp_path / "full"), samples, options=CPU)
    assert train_dose(adapted(spec, tmp_path / "all", lora=False), samples, options=CPU).epochs == 2.0


def test_a_broken_checkpoint_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs that are not numbers are told before any step, as without adapters."""
    spec = checkpoint(tmp_path, "bert")
    path = Path(str(spec.path)) / "model.safetensors"
    weights = load_file(path)
    weights["embeddings.LayerNorm.bias"] += float("nan")
    save_file(weights, path, {"format": "pt"})
    monkeypatch.setattr(Learner, "step", lambda *_: pytest.fail("no step is taken"))
    with pytest.raises(UnsupportedModelError, match="hold NaN or infinity before any training"):
        train(adapted(spec, tmp_path / "full"), samples_for("text"))


def test_the_tested_samples_are_told_apart(tmp_path: Path) -> None:
    """What can be learned is learned by adapters as well."""
    spec = checkpoint(tmp_path, "ast")
    told = train(adapted(spec, tmp_path / "final", stage="final", epochs=6.0), samples_for("audio"))
    assert told.outputs.shape == (len(TEST), 2)
    assert told.value > 0.6
