"""Record what fine-tuning gives for every audio model: ``python -m assets.demo.scripts.audio.truth``."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModelForAudioClassification, PreTrainedModel

from assets.demo.scripts.audio.listening import Heard, accuracy, pooled_features, preprocess, train
from assets.demo.scripts.audio.recipes import ARCHITECTURES, RECIPES, TRUTH, Recipe, made_with
from assets.demo.scripts.audio.speech import CLIPS, DEMO_SPEAKERS, TEST_SPEAKERS, clips_of_others
from assets.demo.scripts.measurements import (
    LABELS_PER_CLASS,
    UNSTABLE_SPREAD,
    Outcome,
    draw_labelled,
    entry,
    gaps,
    probe_accuracy,
)
from assets.demo.scripts.processes import for_each_recipe
from assets.demo.scripts.training import Schedule, head
from ptmrank_core.data.builtin.spoken_digits import SPOKEN_DIGITS, spoken_clips

SEEDS = tuple(range(5))
EPOCHS = 30
BATCH_SIZE = 20
HEAD_SCALE = 0.02


@dataclass(frozen=True)
class Target:
    """The spoken digits as one model hears them.

    Attributes
    ----------
    heard, labels : Heard and Tensor of shape (400,)
        The demo clips, from which the training clips are drawn.
    test_heard, test_labels : Heard and Tensor of shape (600,)
        Clips of other speakers.
    """

    heard: Heard
    labels: Tensor
    test_heard: Heard
    test_labels: Tensor


def load_target(recipe: Recipe) -> Target:
    """Read the demo clips, record those of the other speakers, and preprocess both for a model.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Target
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
    # Drawn again in every case: a source task with ten classes would leave its own last layer here.
    last_layer = head(model)
    nn.init.normal_(last_layer.weight, std=HEAD_SCALE)
    nn.init.zeros_(last_layer.bias)
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
        Accuracies on the clips of the other speakers.
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
    positions = torch.from_numpy(draw)
    train(model, target.heard.at(positions), target.labels[positions], schedule, seed=seed)
    return accuracy(model, target.test_heard, target.test_labels)


def _probed(recipe: Recipe, target: Target, draws: list[NDArray[np.int64]]) -> tuple[float, ...]:
    model = load_classifier(recipe, seed=0)
    features = pooled_features(model, target.heard).double().numpy()
    test_features = pooled_features(model, target.test_heard).double().numpy()
    labels, test_labels = target.labels.numpy(), target.test_labels.numpy()
    return tuple(probe_accuracy(features[draw], labels[draw], test_features, test_labels) for draw in draws)


def samples_digest() -> str:
    """Return the SHA-256 of the digests of the demo clips' files, in order.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digests = [hashlib.sha256(clip.data).hexdigest() for clip in spoken_clips(CLIPS)]
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


def protocol() -> dict[str, object]:
    """Describe how the accuracies were measured.

    Returns
    -------
    dict of str to object
        The facts, and a sentence on each of the two accuracies.
    """
    return {
        "samples": "demo:spoken-digits",
        "demo_samples": len(spoken_clips(CLIPS)),
        "demo_speakers": [speaker.name for speaker in DEMO_SPEAKERS],
        "test_samples": len(clips_of_others()[0]),
        "test_speakers": [speaker.name for speaker in TEST_SPEAKERS],
        "labels_per_class": LABELS_PER_CLASS,
        "seeds": list(SEEDS),
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimiser": f"AdamW, weight decay {Schedule.weight_decay}, one-cycle learning rate",
        "peak_learning_rate": {
            name: one.peak_rate
            for name, one in ARCHITECTURES.items()
            if any(recipe.family == name for recipe in RECIPES)
        },
        "fine_tuning": "All weights, with a new last layer. Each seed draws the labelled clips (the same for "
        "every model), the new weights and the order of the clips. Tested on speakers who are not in "
        "demo:spoken-digits.",
        "linear_probe": "Logistic regression (scikit-learn, C=1) on the pooled features of the checkpoint, "
        "standardised on the same labelled clips; the same test.",
        "unstable": f"The seeds differ by more than {UNSTABLE_SPREAD:.0%}.",
    }


def make_truth() -> Iterator[tuple[Recipe, Outcome]]:
    """Measure every model and save the record.

    Yields
    ------
    tuple of Recipe and Outcome
        Each model as soon as it and those before it are measured.
    """
    outcomes: dict[str, Outcome] = {}
    for recipe, outcome in for_each_recipe(measure, RECIPES):
        outcomes[recipe.name] = outcome
        yield recipe, outcome
    record = {
        "samples_digest": samples_digest(),
        "protocol": protocol(),
        "models": {name: entry(outcome) for name, outcome in outcomes.items()},
        "gaps": gaps(outcomes),
        "made_with": made_with(),
    }
    TRUTH.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Measure the models and report each."""
    for recipe, outcome in make_truth():
        tuned, probed = np.mean(outcome.accuracies), np.mean(outcome.probe_accuracies)
        print(f"{recipe.name:20} fine-tuned {tuned:.4f}, probe {probed:.4f}", flush=True)


if __name__ == "__main__":
    main()
