"""Training, measuring and reading out small image classifiers on one CPU thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR
from transformers import AutoImageProcessor, PreTrainedModel

BATCH_NORM_MOMENTUM = 0.1
EVALUATION_BATCH = 256


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    Attributes
    ----------
    epochs : int
        Passes through the training pictures.
    batch_size : int
        Pictures in a step; the last batch of an epoch may be smaller.
    peak_rate : float
        Highest learning rate of the one-cycle schedule.
    weight_decay : float
        Weight decay of AdamW.
    """

    epochs: int
    batch_size: int
    peak_rate: float
    weight_decay: float = 0.05


def preprocess(folder: Path, images: Sequence[Image.Image]) -> Tensor:
    """Turn pictures into network input with the preprocessor saved in a folder.

    Parameters
    ----------
    folder : Path
        Folder with a ``preprocessor_config.json``.
    images : sequence of Image.Image
        The pictures.

    Returns
    -------
    Tensor of shape (n_pictures, 3, side, side)
        Normalised pixels.
    """
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    pixels: Tensor = processor(list(images), return_tensors="pt")["pixel_values"]
    return pixels


def train(
    model: PreTrainedModel,
    inputs: Tensor,
    labels: Tensor,
    schedule: Schedule,
    *,
    seed: int,
) -> None:
    """Train all weights of a classifier in place with AdamW and a one-cycle learning rate.

    Parameters
    ----------
    model : PreTrainedModel
        An image classifier.
    inputs : Tensor of shape (n_pictures, 3, side, side)
        Network input.
    labels : Tensor of shape (n_pictures,)
        Class numbers.
    schedule : Schedule
        How long and how fast.
    seed : int
        Seed of the order of the pictures.
    """
    _settle_batch_norm(model)
    steps = schedule.epochs * -(-len(inputs) // schedule.batch_size)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=schedule.peak_rate, weight_decay=schedule.weight_decay
    )
    rate = OneCycleLR(optimiser, max_lr=schedule.peak_rate, total_steps=steps)
    order = torch.Generator().manual_seed(seed)
    model.train()
    for _ in range(schedule.epochs):
        for batch in torch.randperm(len(inputs), generator=order).split(schedule.batch_size):
            loss = nn.functional.cross_entropy(model(inputs[batch]).logits, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()


def _settle_batch_norm(model: PreTrainedModel) -> None:
    """Average batch statistics over ten batches: MobileNetV2's 0.997 keeps only the last one."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = BATCH_NORM_MOMENTUM


@torch.no_grad()
def accuracy(model: PreTrainedModel, inputs: Tensor, labels: Tensor) -> float:
    """Return the fraction of pictures a classifier names correctly.

    Parameters
    ----------
    model : PreTrainedModel
        An image classifier; it is left in evaluation mode.
    inputs : Tensor of shape (n_pictures, 3, side, side)
        Network input.
    labels : Tensor of shape (n_pictures,)
        Class numbers.

    Returns
    -------
    float
        Accuracy, 0 to 1.
    """
    model.eval()
    named = [model(batch).logits.argmax(dim=1) for batch in inputs.split(EVALUATION_BATCH)]
    return (torch.cat(named) == labels).double().mean().item()


def head(model: PreTrainedModel) -> nn.Linear:
    """Return the layer of a classifier that turns pooled features into logits.

    Parameters
    ----------
    model : PreTrainedModel
        An image classifier.

    Returns
    -------
    nn.Linear
        Its last linear layer; ``in_features`` is the width of the pooled features.
    """
    return [module for module in model.modules() if isinstance(module, nn.Linear)][-1]


@torch.no_grad()
def pooled_features(model: PreTrainedModel, inputs: Tensor) -> Tensor:
    """Return what the head of a classifier sees.

    Parameters
    ----------
    model : PreTrainedModel
        An image classifier; it is left in evaluation mode.
    inputs : Tensor of shape (n_pictures, 3, side, side)
        Network input.

    Returns
    -------
    Tensor of shape (n_pictures, width)
        Pooled features.
    """
    seen: list[Tensor] = []
    hook = head(model).register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    model.eval()
    for batch in inputs.split(EVALUATION_BATCH):
        model(batch)
    hook.remove()
    return torch.cat(seen)
