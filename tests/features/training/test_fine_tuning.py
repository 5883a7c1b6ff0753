"""Short real fine-tuning of tiny checkpoints of every modality."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ptmrank_core.catalogue import local_models
from ptmrank_core.errors import CancelledError, UnsupportedModelError
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.training.fine_tuning import fine_tune
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.features.training.schedule import peak_rate, rate_at
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, TrainingResult, Waveform
from tests.checkpoints import save_checkpoint
from tests.features.readings import samples_of, spec_of
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32")
LONG = TrainingRecipe(seconds=math.inf, seed=1, epochs=3, batch_size=4)


def picture_spec(tmp_path: Path, family: str = "convnext") -> ModelSpec:
    """A tiny checkpoint that reads pictures."""
    (spec,) = local_models(save_checkpoint(tmp_path / family / family, family).parent)
    return spec


def tune(spec: ModelSpec, samples: Samples, recipe: TrainingRecipe = LONG, **more: Any) -> TrainingResult:
    """Train on three quarters of the samples."""
    train = np.flatnonzero(np.arange(samples.n_samples) % 4 != 3)
    return fine_tune(spec, samples, train, recipe, options=CPU, **more)


@pytest.mark.parametrize("family", ["convnext", "resnet", "vit"])
def test_training_learns_and_repeats_itself(tmp_path: Path, samples: Samples, family: str) -> None:
    """Three patterns are told apart better than by guessing; the seed decides all; torch's state is kept."""
    spec = picture_spec(tmp_path, family)
    state = torch.random.get_rng_state()
    recipe = replace(LONG, epochs=12)
    first, again = tune(spec, samples, recipe), tune(spec, samples, recipe)
    assert torch.equal(state, torch.random.get_rng_state())
    assert replace(first, seconds=0.0) == replace(again, seconds=0.0)
    assert (first.n_train, first.n_test) == (14, 4)
    assert first.measure == "accuracy"
    assert first.value > 0.5
    assert first.epochs == 12
    assert not first.was_cut


def test_text_models_are_trained(tmp_path: Path) -> None:
    """A text model learns which of two words is there."""
    texts = ["the cat sat", "the dog sat"] * 10
    tuned = tune(spec_of(save_language_model(tmp_path / "bert", "bert"), "text"), samples_of(texts, "text"))
    assert tuned.epochs == 3
    assert 0 <= tuned.value <= 1


@pytest.mark.parametrize("name", ["wav2vec2", "whisper"])
def test_sound_models_are_trained(tmp_path: Path, name: str) -> None:
    """Recordings shorter than what training would mask go through, in all their weights."""
    rng = np.random.default_rng(0)
    sounds = [Waveform(rng.normal(size=4_000).astype(np.float32) * 0.1, 16_000) for _ in range(8)]
    tuned = tune(spec_of(save_sound_model(tmp_path / name, name), "audio"), samples_of(sounds, "audio"))
    assert tuned.epochs == 3


@pytest.mark.parametrize("modality", ["image", "text", "audio"])
def test_what_is_trained_is_what_is_extracted(tmp_path: Path, samples: Samples, modality: str) -> None:
    """Vectors that gradients flow through are those of the extraction, and the gradients are there."""
    items: list[Any]
    if modality == "image":
        spec, items = picture_spec(tmp_path, "vit"), [item.decode() for item in samples.items[:3]]
    elif modality == "text":
        spec, items = (
            spec_of(save_language_model(tmp_path / "bert", "bert"), "text"),
            ["the cat", "a dog sat"],
        )
    else:
        spec = spec_of(save_sound_model(tmp_path / "wav2vec2", "wav2vec2"), "audio")
        noise = np.random.default_rng(0).normal(size=(2, 4_000)).astype(np.float32)
        items = [Waveform(row, 16_000) for row in noise]
    encoder = load_encoder(replace(spec, n_source_classes=None), CPU)
    assert isinstance(encoder, TransformerEncoder)
    batch = encoder.collate(encoder.preparer(items))
    vectors = encoder.embed(batch)
    extracted = np.stack([own.embedding for own in encoder.forward(batch)])
    np.testing.assert_allclose(vectors.detach().numpy(), extracted, atol=1e-5)
    torch.autograd.backward(vectors.square().sum())
    gradients = [weight.grad for weight in encoder.network.parameters() if weight.grad is not None]
    assert any(bool(gradient.any()) for gradient in gradients)


def test_numbers_are_learned_too(tmp_path: Path, samples: Samples) -> None:
    """A regression is judged by R2 in the targets' own unit; numbers beyond float32's steps do not matter."""
    numbers = 1_000.0 + 5.0 * samples.labels.astype(np.float64)
    regression = replace(samples, labels=numbers, class_names=("number",), target_kind="regression")
    tuned = tune(picture_spec(tmp_path, "vit"), regression, replace(LONG, epochs=20))
    assert tuned.measure == "r2"
    assert tuned.standard_error is None
    assert 0.0 < tuned.value <= 1.0


def test_a_short_time_is_said(tmp_path: Path, samples: Samples) -> None:
    """With no time at all one step is done, the rest is not, and the model is tested all the same."""
    tuned = tune(picture_spec(tmp_path), samples, replace(LONG, seconds=1e-9))
    assert tuned.was_cut
    assert tuned.epochs == pytest.approx(1 / 4)
    assert tuned.n_test == 4


def test_it_can_be_cancelled_at_each_step(tmp_path: Path, samples: Samples) -> None:
    """The token is asked after each step, and progress is told before."""
    shares: list[float] = []
    with pytest.raises(CancelledError):
        tune(picture_spec(tmp_path), samples, on_progress=shares.append, cancel=lambda: len(shares) >= 2)
    assert len(shares) == 2
    assert 0 < shares[0] < shares[1] < 1


def test_what_cannot_be_trained_is_said(tmp_path: Path, samples: Samples) -> None:
    """Features in a file have no weights; several labels each have no head here."""
    spec = picture_spec(tmp_path)
    with pytest.raises(UnsupportedModelError, match="is not a checkpoint"):
        tune(replace(spec, source="features"), samples)
    labels = np.eye(3)[samples.labels]
    with pytest.raises(UnsupportedModelError, match="several labels"):
        tune(spec, replace(samples, labels=labels, target_kind="multilabel"))


def test_the_rate_goes_up_then_down() -> None:
    """Nothing at both ends, all of it after a tenth; small models are trained faster than large ones."""
    assert rate_at(0.0) == 0.0
    assert rate_at(0.1) == pytest.approx(1.0)
    assert rate_at(0.55) == pytest.approx(0.5)
    assert rate_at(1.0) == pytest.approx(0.0)
    assert rate_at(2.0) == pytest.approx(0.0)
    assert peak_rate(1_000) == 1e-3
    assert peak_rate(100_000_000) == pytest.approx(5e-5)
    assert peak_rate(10**12) == 1e-5


def test_the_import_is_light() -> None:
    """Torch is loaded when a model is trained, not before."""
    module = "ptmrank_core.features.training.fine_tuning"
    code = f"import sys, {module}; assert not {{'torch', 'transformers'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
