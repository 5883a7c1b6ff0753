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

from assets.demo.scripts.recipes import Recipe
from assets.demo.scripts.targets import AfterEpoch, Learner, Target, read_features
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


def learner(recipe: Recipe) -> Learner:
    """Read the digits for a model, and what its head sees of them.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Learner
        The model, ready to learn them.
    """
    target = load_target(recipe)
    features = read_features(partial(pooled_features, load_classifier(recipe, seed=0)), target)
    return Learner(features, partial(_fine_tuned, recipe, target))


def _fine_tuned(
    recipe: Recipe,
    target: Target[Tensor],
    draw: NDArray[np.int64],
    *,
    seed: int,
    after_epoch: AfterEpoch | None = None,
) -> float:
    model = load_classifier(recipe, seed=seed)

    def tested(positions: Tensor) -> float:
        return accuracy(model, target.test_inputs[positions], target.test_labels[positions])

    train(
        model,
        target.inputs[draw],
        target.labels[draw],
        Schedule(EPOCHS, BATCH_SIZE, recipe.architecture.peak_rate),
        seed=seed,
        after_epoch=after_epoch and partial(after_epoch, tested),
    )
    return accuracy(model, target.test_inputs, target.test_labels)
