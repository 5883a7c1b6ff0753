"""How the audio models hear: clips as network input, classifiers in training and at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.signal import resample_poly
from torch import Tensor, nn
from transformers import AutoFeatureExtractor, PreTrainedModel

from assets.demo.scripts.audio.speech import FULL_SCALE, LONGEST_CLIP, SAMPLING_RATE, Waveform
from assets.demo.scripts.training import EVALUATION_BATCH, Schedule, descend, shuffled_batches


@dataclass(frozen=True)
class Heard:
    """Clips as one model hears them.

    Attributes
    ----------
    values : Tensor of shape (n_clips, LONGEST_CLIP) or (n_clips, height, width)
        Waveforms, zero behind their end, or spectrograms.
    lengths : Tensor of shape (n_clips,) or None
        Samples of each waveform; `None` for spectrograms, which are all of one size.
    """

    values: Tensor
    lengths: Tensor | None

    def __len__(self) -> int:
        return len(self.values)

    def at(self, positions: Tensor) -> Heard:
        """Return the clips at some positions; waveforms only as long as the longest of them."""
        if self.lengths is None:
            return Heard(self.values[positions], None)
        lengths = self.lengths[positions]
        return Heard(self.values[positions, : int(lengths.max())], lengths)

    def logits(self, model: PreTrainedModel) -> Tensor:
        """Return what a classifier says of the clips, of shape (n_clips, n_classes)."""
        if self.lengths is None:
            spectrogram_logits: Tensor = model(self.values).logits
            return spectrogram_logits
        mask = torch.arange(self.values.shape[1]) < self.lengths[:, None]
        logits: Tensor = model(self.values, attention_mask=mask.long()).logits
        return logits


def preprocess(folder: Path, clips: Sequence[Waveform]) -> Heard:
    """Turn clips into network input with the feature extractor saved in a folder.

    Parameters
    ----------
    folder : Path
        Folder with a ``preprocessor_config.json``.
    clips : sequence of array
        Clips at `SAMPLING_RATE`; they are resampled where the model hears at another rate.

    Returns
    -------
    Heard
        Network input.
    """
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    rate = extractor.sampling_rate
    waves = [
        np.asarray(resample_poly(clip / FULL_SCALE, rate, SAMPLING_RATE), dtype=np.float32) for clip in clips
    ]
    if not extractor.return_attention_mask:
        spectrograms = extractor(waves, sampling_rate=rate, return_tensors="pt")
        return Heard(spectrograms[extractor.model_input_names[0]].contiguous(), None)
    padded = extractor(
        waves, sampling_rate=rate, padding="max_length", max_length=LONGEST_CLIP, return_tensors="pt"
    )
    return Heard(padded["input_values"], padded["attention_mask"].sum(dim=1))


def train(
    model: PreTrainedModel,
    heard: Heard,
    labels: Tensor,
    schedule: Schedule,
    *,
    seed: int,
    after_epoch: Callable[[], None] | None = None,
) -> None:
    """Train all weights of an audio classifier in place.

    Parameters
    ----------
    model : PreTrainedModel
        An audio classifier.
    heard : Heard
        Network input.
    labels : Tensor of shape (n_clips,)
        Class numbers.
    schedule : Schedule
        How long and how fast.
    seed : int
        Seed of the order of the clips.
    after_epoch : callable or None
        What is done after each epoch.
    """

    def loss(batch: Tensor) -> Tensor:
        return nn.functional.cross_entropy(heard.at(batch).logits(model), labels[batch])

    order = torch.Generator().manual_seed(seed)
    batches = partial(shuffled_batches, len(heard), schedule.batch_size, order)
    descend(model, loss, batches, schedule, after_epoch)


@torch.no_grad()
def evaluate(model: PreTrainedModel, heard: Heard) -> Tensor:
    """Return what a classifier says of all clips.

    Parameters
    ----------
    model : PreTrainedModel
        An audio classifier; it is left in evaluation mode.
    heard : Heard
        Network input.

    Returns
    -------
    Tensor of shape (n_clips, n_classes)
        Logits.
    """
    model.eval()
    batches = torch.arange(len(heard)).split(EVALUATION_BATCH)
    return torch.cat([heard.at(batch).logits(model) for batch in batches])


def accuracy(model: PreTrainedModel, heard: Heard, labels: Tensor) -> float:
    """Return the fraction of clips a classifier names correctly.

    Parameters
    ----------
    model : PreTrainedModel
        An audio classifier; it is left in evaluation mode.
    heard : Heard
        Network input.
    labels : Tensor of shape (n_clips,)
        Class numbers.

    Returns
    -------
    float
        Accuracy, 0 to 1.
    """
    return (evaluate(model, heard).argmax(dim=1) == labels).double().mean().item()


def pooled_features(model: PreTrainedModel, heard: Heard) -> Tensor:
    """Return what the head of a classifier pools: the mean of the last hidden states over the frames.

    AST pools the mean of its two special tokens instead, as its own head does.

    Parameters
    ----------
    model : PreTrainedModel
        An audio classifier; it loses its head and is left in evaluation mode.
    heard : Heard
        Network input.

    Returns
    -------
    Tensor of shape (n_clips, width)
        Pooled features.
    """
    for layer in ("projector", "classifier"):
        if hasattr(model, layer):
            setattr(model, layer, nn.Identity())
    return evaluate(model, heard)
