"""Doses of training on tiny checkpoints of every modality, for every kind of target."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ptmrank_core.errors import CancelledError, InputError, OutOfMemoryError, UnsupportedModelError
from ptmrank_core.features.training.doses import TaskResult, TrainingTask, train_dose
from ptmrank_core.features.training.loop import Learner
from ptmrank_core.records import Samples, TargetKind, WordInContext
from tests.features.readings import samples_of
from tests.features.training.making import CPU, N_SAMPLES, TEST, TRAIN, checkpoint, samples_for, task_of

MEASURES = {"classification": "accuracy", "regression": "r2", "multilabel": "average_precision"}
WIDTHS = {"classification": 2, "regression": 2, "multilabel": 3}


def train(task: TrainingTask, samples: Samples, **more: Any) -> TaskResult:
    """Train on the CPU."""
    return train_dose(task, samples, options=CPU, **more)


def same_tensors(first: Path, second: Path) -> bool:
    """Whether two states hold the same tensors bit for bit."""
    names = sorted(path.name for path in first.glob("*.safetensors"))
    assert names == sorted(path.name for path in second.glob("*.safetensors"))
    pairs = [(load_file(first / name), load_file(second / name)) for name in names]
    return all(a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a) for a, b in pairs)


@pytest.mark.parametrize("kind", ["classification", "regression", "multilabel"])
@pytest.mark.parametrize("family", ["resnet", "vit", "bert", "wav2vec2", "ast"])
def test_the_ladder_of_doses(tmp_path: Path, family: str, kind: TargetKind) -> None:
    """A head, half of the samples, all of them, and the final training: each continues the last."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality, kind)
    head = train(task_of(spec, tmp_path / "head"), samples)
    assert head.measure == MEASURES[kind]
    assert head.curve == ((0.0, head.value),)
    assert head.learning_rate == 0.0
    assert head.outputs.shape == (len(TEST), WIDTHS[kind])
    assert len(head.losses) == len(TEST)
    ladder = {"rows": TRAIN[::2], "stage": "part", "epochs": 2.0, "continues": tmp_path / "head"}
    part = train(task_of(spec, tmp_path / "part", **ladder), samples)
    assert [epochs for epochs, _ in part.curve] == [1.0, 2.0]
    assert part.learning_rate > 0
    full = train(
        task_of(spec, tmp_path / "full", stage="full", epochs=1.0, continues=tmp_path / "part"), samples
    )
    assert full.curve == ((1.0, full.value),)
    final = train(task_of(spec, tmp_path / "final", stage="final", epochs=2.0), samples)
    assert final.curve == ((2.0, final.value),)
    assert (final.dtype, final.accumulated) == ("float32", 1)
    assert final.n_parameters > 1_000


@pytest.mark.parametrize("family", ["vit", "bert", "ast"])
def test_a_head_learns_what_is_easy(tmp_path: Path, family: str) -> None:
    """Dark and bright pictures, two words, soft and loud sounds: told apart by the frozen features."""
    spec = checkpoint(tmp_path, family)
    for kind in ("classification", "multilabel", "regression"):
        samples = samples_for(spec.modality, kind)  # type: ignore[arg-type] # a literal
        assert train(task_of(spec, tmp_path / kind), samples).value > 0.6


@pytest.mark.parametrize("family", ["resnet", "vit", "bert", "wav2vec2"])
def test_a_dose_continues_bit_for_bit(tmp_path: Path, family: str) -> None:
    """Four passes give what two and two give: weights, average, optimiser, outputs and curve."""
    spec = checkpoint(tmp_path, family)
    samples = samples_for(spec.modality)
    train(task_of(spec, tmp_path / "head"), samples)
    whole = task_of(spec, tmp_path / "whole", stage="full", epochs=4.0, continues=tmp_path / "head")
    half = replace(whole, keeps=tmp_path / "half", epochs=2.0)
    at_once = train(whole, samples)
    first = train(half, samples)
    second = train(replace(whole, continues=half.keeps, keeps=half.keeps), samples)
    assert first.curve + second.curve == at_once.curve
    assert np.array_equal(second.outputs, at_once.outputs)
    assert same_tensors(whole.keeps, half.keeps)
    assert json.loads((whole.keeps / "state.json").read_text()) == json.loads(
        (half.keeps / "state.json").read_text()
    )


def test_a_stopped_dose_goes_on_within_a_pass(tmp_path: Path) -> None:
    """With no time one step is done and kept; the next dose goes on after it and gives the same."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    rows = np.arange(N_SAMPLES)
    whole = task_of(spec, tmp_path / "whole", stage="full", epochs=2.0, rows=rows)
    at_once = train(whole, samples)
    cut = train(replace(whole, keeps=tmp_path / "cut", seconds=1e-9), samples)
    assert cut.epochs == 0.5
    on = train(replace(whole, continues=tmp_path / "cut", keeps=tmp_path / "on"), samples)
    assert on.epochs == 2.0
    assert np.array_equal(on.outputs, at_once.outputs)
    assert same_tensors(whole.keeps, tmp_path / "on")


def test_numbers_come_in_the_users_units(tmp_path: Path) -> None:
    """Outputs are near 1,000 where the numbers are, and the losses are those of standardised numbers."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image", "regression")
    head = train(task_of(spec, tmp_path / "head"), samples)
    truth = samples.labels[TEST]
    assert np.abs(head.outputs - truth).max() < 5.0
    residual = np.square(truth - head.outputs).sum(axis=0)
    total = np.square(truth - truth.mean(axis=0)).sum(axis=0)
    assert head.value == pytest.approx(np.mean(1 - residual / total), abs=1e-3)
    scale = samples.labels[TRAIN].std(axis=0)
    losses = np.square((truth - head.outputs) / scale).mean(axis=1)
    np.testing.assert_allclose(head.losses, losses, atol=1e-2)
    assert head.standard_error is not None


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_decoders_are_padded(tmp_path: Path, family: str) -> None:
    """A decoder without a padding token is trained in batches; its head without a bias learns numbers."""
    spec = checkpoint(tmp_path, family)
    classes = train(task_of(spec, tmp_path / "c", stage="full", epochs=2.0), samples_for("text"))
    assert classes.value > 0.6
    numbers = train(task_of(spec, tmp_path / "n"), samples_for("text", "regression"))
    assert "no bias" in numbers.notes[0]
    assert np.isfinite(numbers.outputs).all()


def test_long_texts_are_cut_and_it_is_said(tmp_path: Path) -> None:
    """A text beyond the model's positions is read as far as these go."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_of(["the cat " * (60 if i == 0 else 2) for i in range(N_SAMPLES)], "text")
    head = train(task_of(spec, tmp_path / "head"), samples)
    assert head.notes == ("1 of the samples is longer than 48 tokens: the rest of it is not read.",)


class FullError(RuntimeError):
    """Memory that ran out, as a device says it."""

    def __init__(self) -> None:
        super().__init__("CUDA out of memory")


def small_memory(monkeypatch: pytest.MonkeyPatch, *, at_most: int) -> list[int]:
    """Let gradients of more samples than that run out of memory; return the sizes that were tried."""
    sizes: list[int] = []
    loss_of = Learner._loss

    def limited(self: Learner, part: Any, n_rows: int) -> torch.Tensor:
        sizes.append(len(part))
        if len(part) > at_most:
            raise FullError
        return loss_of(self, part, n_rows)

    monkeypatch.setattr(Learner, "_loss", limited)
    monkeypatch.setattr("ptmrank_core.features.device.free_memory", lambda: None)
    return sizes


def test_gradients_accumulate_where_memory_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that does not fit goes through in parts, and gives the same model but for rounding."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    task = task_of(spec, tmp_path / "whole", stage="full", epochs=2.0)
    whole = train(task, samples)
    sizes = small_memory(monkeypatch, at_most=5)
    parts = train(replace(task, keeps=tmp_path / "parts"), samples)
    assert sizes[:6] == [16, 8, 4, 4, 4, 4]
    assert (whole.accumulated, parts.accumulated) == (1, 4)
    assert parts.notes == ("Batches of 16 did not fit into memory and went through in parts of 4.",)
    np.testing.assert_allclose(parts.outputs, whole.outputs, atol=1e-3)
    on = train(replace(task, epochs=3.0, continues=tmp_path / "parts", keeps=tmp_path / "on"), samples)
    assert on.accumulated == 4


def test_the_head_alone_where_all_weights_do_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a single sample does not fit the head is trained alone, it is said, and later doses know it."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    head = train(task_of(spec, tmp_path / "head"), samples)
    sizes = small_memory(monkeypatch, at_most=0)
    task = task_of(spec, tmp_path / "full", stage="full", epochs=1.0, continues=tmp_path / "head")
    alone = train(task, samples)
    assert sizes == [16, 8, 4, 2, 1]
    assert alone.notes == ("Training all weights does not fit into memory: the head alone was trained.",)
    np.testing.assert_allclose(alone.outputs, head.outputs, atol=1e-5)
    train(replace(task, epochs=2.0, continues=tmp_path / "full", keeps=tmp_path / "next"), samples)
    assert len(sizes) == 5


def test_memory_that_is_too_small_for_a_test_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If not even the frozen network runs over one sample, that is said."""

    def full(*_arguments: Any) -> Any:
        raise FullError

    spec = checkpoint(tmp_path, "bert")
    monkeypatch.setattr("ptmrank_core.features.training.networks.classifier.Classifier.head_inputs", full)
    monkeypatch.setattr("ptmrank_core.features.device.free_memory", lambda: None)
    with pytest.raises(OutOfMemoryError, match="A single sample does not fit"):
        train(task_of(spec, tmp_path / "head"), samples_for("text"))


def test_the_head_alone_keeps_weights_that_were_trained_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state of all weights goes on with the head alone on a smaller device, and holds all of them still."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    part = train(task_of(spec, tmp_path / "part", stage="part", epochs=2.0), samples)
    assert part.learning_rate > 0
    small_memory(monkeypatch, at_most=0)
    full = task_of(spec, tmp_path / "full", stage="full", epochs=1.0, continues=tmp_path / "part")
    alone = train(full, samples)
    assert alone.learning_rate == 0.0
    before = load_file(tmp_path / "part" / "weights.safetensors")
    after = load_file(tmp_path / "full" / "weights.safetensors")
    assert before.keys() == after.keys()
    body = [name for name in before if not name.startswith("classifier.")]
    assert all(torch.equal(before[name], after[name]) for name in body)


def test_a_model_that_does_not_fit_at_all_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory that runs out while the model is loaded is told as such."""

    def full(*_arguments: Any) -> Any:
        raise FullError

    spec = checkpoint(tmp_path, "bert")
    monkeypatch.setattr("ptmrank_core.features.training.networks.classifier.load_classifier", full)
    monkeypatch.setattr("ptmrank_core.features.device.free_memory", lambda: None)
    with pytest.raises(OutOfMemoryError, match="'bert' does not fit into the device's memory"):
        train(task_of(spec, tmp_path / "full", stage="full", epochs=1.0), samples_for("text"))


def test_outputs_that_are_not_numbers_are_an_error(tmp_path: Path) -> None:
    """A broken checkpoint is told before any training."""
    spec = checkpoint(tmp_path, "bert")
    path = Path(str(spec.path)) / "model.safetensors"
    weights = load_file(path)
    weights["embeddings.LayerNorm.bias"] += float("nan")
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(UnsupportedModelError, match="hold NaN or infinity before any training"):
        train(task_of(spec, tmp_path / "head"), samples_for("text"))


def test_divergence_is_a_failure(tmp_path: Path) -> None:
    """An absurd rate ends in an error that says so, and keeps nothing."""
    spec = checkpoint(tmp_path, "bert")
    task = task_of(spec, tmp_path / "full", stage="full", epochs=30.0, rate=1e30)
    with pytest.raises(UnsupportedModelError, match=r"Training diverged: .* lower learning rate"):
        train(task, samples_for("text"))
    assert not task.keeps.exists()


def test_it_is_cancelled_between_steps(tmp_path: Path) -> None:
    """The token is asked after each step; a cancelled dose keeps nothing and leaves the last state."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    shares: list[float] = []
    task = task_of(spec, tmp_path / "full", stage="full", epochs=4.0)
    with pytest.raises(CancelledError):
        train(task, samples, on_progress=shares.append, cancel=lambda: len(shares) >= 2)
    assert shares == [0.25, 0.5]
    assert not list(tmp_path.glob("*full*"))


def test_torchs_generator_is_left_alone(tmp_path: Path) -> None:
    """The state of torch's generator is the same after a dose, and the seed decides all."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    state = torch.random.get_rng_state()
    task = task_of(spec, tmp_path / "a", stage="full", epochs=1.0)
    first = train(task, samples)
    assert torch.equal(state, torch.random.get_rng_state())
    torch.randn(3)
    again = train(replace(task, keeps=tmp_path / "b"), samples)
    assert np.array_equal(first.outputs, again.outputs)
    other = train(replace(task, keeps=tmp_path / "c", seed=4), samples)
    assert not np.array_equal(first.outputs, other.outputs)


def test_what_cannot_be_trained_is_said(tmp_path: Path) -> None:
    """Features, another modality, words of sentences, families without a classifier: a plain reason each."""
    spec = checkpoint(tmp_path, "bert")
    keeps = tmp_path / "head"
    with pytest.raises(UnsupportedModelError, match="'bert' is not a checkpoint on disk"):
        train(task_of(replace(spec, source="features"), keeps), samples_for("text"))
    with pytest.raises(UnsupportedModelError, match="'bert' reads text samples, and these are image samples"):
        train(task_of(spec, keeps), samples_for("image"))
    words = samples_of([WordInContext(("the", "cat"), 1)] * N_SAMPLES, "text")
    with pytest.raises(UnsupportedModelError, match="'bert' would have to class each word of a sentence"):
        train(task_of(spec, keeps), words)
    mamba = checkpoint(tmp_path, "mamba")
    with pytest.raises(
        UnsupportedModelError,
        match="transformers has no text classifier of the family 'mamba', so 'mamba' cannot be trained here",
    ):
        train(task_of(mamba, keeps), samples_for("text"))


def test_a_checkpoint_without_its_weights_is_refused(tmp_path: Path) -> None:
    """Weights of the body that would be drawn at random are no pre-trained ones; a pooler may be new."""
    spec = checkpoint(tmp_path, "bert")
    path = Path(str(spec.path)) / "model.safetensors"
    weights = load_file(path)
    without_pooler = {n: w for n, w in weights.items() if "pooler" not in n}
    save_file(without_pooler, path, {"format": "pt"})
    assert train(task_of(spec, tmp_path / "head"), samples_for("text")).value > 0.5
    save_file({n: w for n, w in without_pooler.items() if "layer.1." not in n}, path, {"format": "pt"})
    with pytest.raises(UnsupportedModelError, match="lacks 16 weights"):
        train(task_of(spec, tmp_path / "again"), samples_for("text"))


def test_tasks_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    """Too few samples, no passes, no rate, a state of another model or of a later stage."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    task = task_of(spec, tmp_path / "full", stage="full", epochs=1.0)
    for wrong, message in (
        (replace(task, rows=TRAIN[:1]), "1 samples to train on and 8 to test on"),
        (replace(task, epochs=0.0), "0.0 passes over the training samples"),
        (replace(task, rate=0.0), "The factor on the learning rate is 0.0"),
        (replace(task, continues=tmp_path / "nothing"), "could not be read"),
    ):
        with pytest.raises(InputError, match=message):
            train(wrong, samples)
    train(task, samples)
    on = replace(task, continues=task.keeps, keeps=tmp_path / "on")
    with pytest.raises(InputError, match="cannot be continued by a dose of stage 'part'"):
        train(replace(on, stage="part"), samples)
    with pytest.raises(InputError, match="The final training starts afresh"):
        train(replace(on, stage="final"), samples)
    with pytest.raises(InputError, match="is of 'bert' with other labels"):
        train(on, samples_for("text", "regression"))


def test_a_folder_with_something_else_is_not_replaced(tmp_path: Path) -> None:
    """A state replaces a state and nothing else."""
    spec = checkpoint(tmp_path, "bert")
    samples = samples_for("text")
    task = task_of(spec, tmp_path / "state")
    train(task, samples)
    train(task, samples)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds something else than the state of a training"):
        train(replace(task, keeps=other), samples)
    assert (other / "letter.txt").read_text() == "dear"


def test_the_import_is_light() -> None:
    """Torch is loaded when a model is trained, not before."""
    modules = "ptmrank_core.features.training.doses, ptmrank_core.features.training.saving"
    code = f"import sys, {modules}; assert not {{'torch', 'transformers'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
