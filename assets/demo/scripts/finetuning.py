"""Fine-tuning and linear probing of the image models of the zoo on a few labelled digits."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from torch import Tensor
from transformers import AutoModelForImageClassification, PreTrainedModel

from assets.demo.scripts.measurements import Outcome
from assets.demo.scripts.recipes import Recipe
from assets.demo.scripts.targets import Target
from assets.demo.scripts.training import (
    Schedule,
    accuracy,
    pooled_features,
    preprocess,
    redraw_head,
    train,
)
from ptmrank_core.data.builtin.demo import digit_picture, digits_split

SEEDS = tuple(range(10))
N_CLASSES = 10
EPOCHS = 30
BATCH_SIZE = 20


def load_target(recipe: Recipe) -> Target[Tensor]:
    """Read the digits and preprocess them as a model asks for.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Target of Tensor
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
    redraw_head(model, torch.Generator().manual_seed(seed))
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
    draws = target.draws(SEEDS)
    accuracies = tuple(_fine_tuned(recipe, target, draw, seed) for seed, draw in draws.items())
    model = load_classifier(recipe, seed=0)
    return Outcome(accuracies, target.probe(partial(pooled_features, model), draws.values()))


def _fine_tuned(recipe: Recipe, target: Target[Tensor], draw: NDArray[np.int64], seed: int) -> float:
    model = load_classifier(recipe, seed=seed)
    schedule = Schedule(EPOCHS, BATCH_SIZE, recipe.architecture.peak_rate)
    train(model, target.inputs[draw], target.labels[draw], schedule, seed=seed)
    return accuracy(model, target.test_inputs, target.test_labels)
