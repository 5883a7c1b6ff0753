"""Training small networks on one CPU thread; measuring and reading out image classifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR
from transformers import AutoImageProcessor, PreTrainedModel

BATCH_NORM_MOMENTUM = 0.1
HEAD_SCALE = 0.02
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
    after_epoch: Callable[[], None] | None = None,
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
    after_epoch : callable or None
        What is done after each epoch.
    """
    _settle_batch_norm(model)

    def loss(batch: Tensor) -> Tensor:
        return nn.functional.cross_entropy(model(inputs[batch]).logits, labels[batch])

    order = torch.Generator().manual_seed(seed)
    batches = partial(shuffled_batches, len(inputs), schedule.batch_size, order)
    descend(model, loss, batches, schedule, after_epoch)


def shuffled_batches(n_samples: int, batch_size: int, order: torch.Generator) -> tuple[Tensor, ...]:
    """Deal the samples out to batches at random.

    Parameters
    ----------
    n_samples, batch_size : int
        Number of samples in all and in a batch; the last batch may be smaller.
    order : Generator
        Source of randomness.

    Returns
    -------
    tuple of Tensor
        Positions of the samples in each batch.
    """
    return torch.randperm(n_samples, generator=order).split(batch_size)


def descend(
    model: nn.Module,
    loss: Callable[[Tensor], Tensor],
    batches: Callable[[], Sequence[Tensor]],
    schedule: Schedule,
    after_epoch: Callable[[], None] | None = None,
) -> None:
    """Train all weights of a network in place with AdamW and a one-cycle learning rate.

    Parameters
    ----------
    model : Module
        The network; it is left in training mode, or in what `after_epoch` leaves it in.
    loss : callable
        Loss of a batch, given the positions of its samples.
    batches : callable
        Returns the batches of one pass, every time equally many.
    schedule : Schedule
        How long and how fast.
    after_epoch : callable or None
        What is done after each epoch; it may leave the network in evaluation mode.
    """
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=schedule.peak_rate, weight_decay=schedule.weight_decay
    )
    rate: OneCycleLR | None = None
    for _ in range(schedule.epochs):
        model.train()
        dealt = batches()
        rate = rate or OneCycleLR(
            optimiser, max_lr=schedule.peak_rate, total_steps=schedule.epochs * len(dealt)
        )
        for batch in dealt:
            value = loss(batch)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            rate.step()
        if after_epoch:
            after_epoch()


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


def redraw_head(model: PreTrainedModel, generator: torch.Generator | None = None) -> None:
    """Draw the last layer of a classifier anew, in place.

    A checkpoint whose source task has as many classes as the target would leave its own last layer there.

    Parameters
    ----------
    model : PreTrainedModel
        A classifier.
    generator : Generator or None
        Source of randomness; `None` for torch's own.
    """
    layer = head(model)
    nn.init.normal_(layer.weight, std=HEAD_SCALE, generator=generator)
    nn.init.zeros_(layer.bias)


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
