"""Fine-tuning and linear probing of the models of the zoo on a few labelled digits."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from torch import Tensor, nn
from transformers import AutoModelForImageClassification, PreTrainedModel

from assets.demo.scripts.measurements import Outcome, draw_labelled, probe_accuracy
from assets.demo.scripts.recipes import Recipe
from assets.demo.scripts.training import (
    Schedule,
    accuracy,
    head,
    pooled_features,
    preprocess,
    train,
)
from ptmrank_core.data.builtin.demo import digit_picture, digits_split

SEEDS = tuple(range(10))
N_CLASSES = 10
EPOCHS = 30
BATCH_SIZE = 20
HEAD_SCALE = 0.02


@dataclass(frozen=True)
class Target:
    """The digits as one model sees them.

    Attributes
    ----------
    inputs, labels : Tensor of shape (600, 3, side, side) and (600,)
        The demo digits, from which the training digits are drawn.
    test_inputs, test_labels : Tensor of shape (1197, 3, side, side) and (1197,)
        All other digits.
    """

    inputs: Tensor
    labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


def load_target(recipe: Recipe) -> Target:
    """Read the digits and preprocess them as a model asks for.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Target
        Demo digits and test digits.
    """
    classes = torch.from_numpy(load_digits().target)
    demo, others = (torch.from_numpy(indices) for indices in digits_split())
    pictures = [Image.open(io.BytesIO(digit_picture(index))) for index in range(len(classes))]
    inputs = preprocess(recipe.folder, pictures)
    return Target(inputs[demo], classes[demo], inputs[others], classes[others])


def load_classifier(recipe: Recipe, *, seed: int) -> PreTrainedModel:
    """Load a checkpoint with a new head for the ten digits.

    Parameters
    ----------
    recipe : Recipe
        The model.
    seed : int
        Seed of the weights of the head.

    Returns
    -------
    PreTrainedModel
        An image classifier whose head has learned nothing yet.
    """
    model = AutoModelForImageClassification.from_pretrained(
        recipe.folder, num_labels=N_CLASSES, ignore_mismatched_sizes=True, dtype=torch.float32
    )
    # Drawn again in every case: a source task with ten classes would leave its own head here.
    new_head = head(model)
    generator = torch.Generator().manual_seed(seed)
    nn.init.normal_(new_head.weight, std=HEAD_SCALE, generator=generator)
    nn.init.zeros_(new_head.bias)
    return model


def measure(recipe: Recipe) -> Outcome:
    """Fine-tune and probe a model once for each seed.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Outcome
        Accuracies on the test digits.
    """
    target = load_target(recipe)
    draws = {seed: draw_labelled(target.labels.numpy(), seed=seed) for seed in SEEDS}
    return Outcome(
        accuracies=tuple(_fine_tuned(recipe, target, draw, seed) for seed, draw in draws.items()),
        probe_accuracies=_probed(recipe, target, list(draws.values())),
    )


def _fine_tuned(recipe: Recipe, target: Target, draw: NDArray[np.int64], seed: int) -> float:
    model = load_classifier(recipe, seed=seed)
    schedule = Schedule(EPOCHS, BATCH_SIZE, recipe.architecture.peak_rate)
    train(model, target.inputs[draw], target.labels[draw], schedule, seed=seed)
    return accuracy(model, target.test_inputs, target.test_labels)


def _probed(recipe: Recipe, target: Target, draws: list[NDArray[np.int64]]) -> tuple[float, ...]:
    model = load_classifier(recipe, seed=0)
    features = pooled_features(model, target.inputs).double().numpy()
    test_features = pooled_features(model, target.test_inputs).double().numpy()
    labels, test_labels = target.labels.numpy(), target.test_labels.numpy()
    return tuple(probe_accuracy(features[draw], labels[draw], test_features, test_labels) for draw in draws)
