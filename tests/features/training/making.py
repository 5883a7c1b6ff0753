"""Samples that can be learned, for tiny checkpoints of each modality, and tasks on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ptmrank_core.features.training.doses import TrainingTask
from ptmrank_core.records import ExtractionOptions, Modality, ModelSpec, Samples, TargetKind, Waveform
from tests.checkpoints import save_checkpoint
from tests.features.readings import samples_of, spec_of
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32")
N_SAMPLES = 24
TRAIN, TEST = np.arange(16), np.arange(16, N_SAMPLES)
RATE = 16_000


def pictures() -> list[Image.Image]:
    """Noise that is dark or bright."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 128, (N_SAMPLES, 32, 32, 3))
    bright = (np.arange(N_SAMPLES) % 2)[:, None, None, None] * 120
    return [Image.fromarray(pixels.astype(np.uint8)) for pixels in noise + bright]


def texts() -> list[str]:
    """Sentences of several lengths, about a cat or a dog."""
    return [f"the {'dog' if i % 2 else 'cat'} sat on {'a red ' * (i % 5)}mat" for i in range(N_SAMPLES)]


def recordings() -> list[Waveform]:
    """Noise of several lengths, soft or loud."""
    rng = np.random.default_rng(0)
    return [
        Waveform((rng.normal(size=3_000 + 200 * i) * (0.3 if i % 2 else 0.05)).astype(np.float32), RATE)
        for i in range(N_SAMPLES)
    ]


def items_of(modality: Modality) -> list[Any]:
    """Samples of two classes in turn."""
    return {"image": pictures, "text": texts, "audio": recordings}[modality]()


def samples_for(modality: Modality, kind: TargetKind = "classification") -> Samples:
    """Samples with classes, two numbers around 1,000, or three labels."""
    samples = samples_of(items_of(modality), modality)
    odd = np.arange(N_SAMPLES) % 2
    if kind == "regression":
        numbers = 1_000.0 + 5.0 * np.stack([odd, -odd], axis=1) + 0.1 * np.arange(N_SAMPLES)[:, None] % 0.7
        return replace(samples, labels=numbers, class_names=("height", "depth"), target_kind=kind)
    if kind == "multilabel":
        labels = np.stack([odd, 1 - odd, np.arange(N_SAMPLES) % 3 == 0], axis=1).astype(np.float64)
        return replace(samples, labels=labels, class_names=("odd", "even", "third"), target_kind=kind)
    return samples


def checkpoint(folder: Path, family: str) -> ModelSpec:
    """Save a tiny checkpoint without a head."""
    path = folder / family
    if family in {"wav2vec2", "wav2vec2-group", "ast", "whisper"}:
        return spec_of(save_sound_model(path, family), "audio")
    if family in {"bert", "gpt2", "llama", "mamba"}:
        return spec_of(save_language_model(path, family), "text")
    return spec_of(save_checkpoint(path, family, head=False), "image")


def task_of(spec: ModelSpec, keeps: Path, **more: Any) -> TrainingTask:
    """Train a head on two thirds of the samples and test it on the others."""
    given = {"stage": "head", "rows": TRAIN, "tested": TEST, "epochs": 0.0, "continues": None, "seed": 3}
    return TrainingTask(spec=spec, keeps=keeps, **{**given, **more})
