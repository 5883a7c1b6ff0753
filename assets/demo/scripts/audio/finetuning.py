"""Fine-tuning and linear probing of the audio models of the zoo on a few labelled clips."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModelForAudioClassification, PreTrainedModel

from assets.demo.scripts.audio.listening import Heard, accuracy, pooled_features, preprocess, train
from assets.demo.scripts.audio.recipes import Recipe
from assets.demo.scripts.audio.speech import CLIPS, clips_of_others
from assets.demo.scripts.targets import AfterEpoch, Learner, Target, read_features
from assets.demo.scripts.training import Schedule, redraw_head
from ptmrank_core.data.builtin.spoken_digits import SPOKEN_DIGITS, spoken_clips

SEEDS = tuple(range(5))
EPOCHS = 30
BATCH_SIZE = 20


def load_target(recipe: Recipe) -> Target[Heard]:
    """Read the demo clips, record those of the other speakers, and preprocess both for a model.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Target of Heard
        Demo clips and test clips.
    """
    clips = spoken_clips(CLIPS)
    waves = [soundfile.read(io.BytesIO(clip.data), dtype="int16")[0] for clip in clips]
    labels = torch.tensor([SPOKEN_DIGITS.index(clip.label) for clip in clips])
    test_waves, test_labels = clips_of_others()
    return Target(
        preprocess(recipe.folder, waves),
        labels,
        preprocess(recipe.folder, test_waves),
        torch.from_numpy(test_labels),
    )


def load_classifier(recipe: Recipe, *, seed: int) -> PreTrainedModel:
    """Load a checkpoint with a new last layer for the ten digits.

    Parameters
    ----------
    recipe : Recipe
        The model.
    seed : int
        Seed of the weights that the checkpoint does not have.

    Returns
    -------
    PreTrainedModel
        An audio classifier whose last layer has learned nothing yet.
    """
    torch.manual_seed(seed)
    model = AutoModelForAudioClassification.from_pretrained(
        recipe.folder, num_labels=len(SPOKEN_DIGITS), ignore_mismatched_sizes=True, dtype=torch.float32
    )
    redraw_head(model)
    return model


def learner(recipe: Recipe) -> Learner:
    """Read the clips for a model, and what its head sees of them.

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
    target: Target[Heard],
    draw: NDArray[np.int64],
    *,
    seed: int,
    after_epoch: AfterEpoch | None = None,
) -> float:
    model = load_classifier(recipe, seed=seed)

    def tested(positions: Tensor) -> float:
        return accuracy(model, target.test_inputs.at(positions), target.test_labels[positions])

    train(
        model,
        target.inputs.at(torch.from_numpy(draw)),
        target.labels[draw],
        Schedule(EPOCHS, BATCH_SIZE, recipe.architecture.peak_rate),
        seed=seed,
        after_epoch=after_epoch and partial(after_epoch, tested),
    )
    return accuracy(model, target.test_inputs, target.test_labels)
