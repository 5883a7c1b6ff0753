"""Train and save every audio model of the demo zoo: ``python -m assets.demo.scripts.audio.zoo``."""

from __future__ import annotations

import json

import torch
from torch import Tensor
from transformers import AutoModel, AutoModelForAudioClassification, PreTrainedModel

from assets.demo.scripts.audio.cards import model_card
from assets.demo.scripts.audio.listening import Heard, accuracy, preprocess, train
from assets.demo.scripts.audio.recipes import (
    RECIPES,
    SEED,
    TEST_CLIPS,
    TRAIN_CLIPS,
    WIDTH,
    ZOO_SUMMARY,
    Recipe,
    made_with,
)
from assets.demo.scripts.audio.sources import SOURCE_TASKS, make_clips
from assets.demo.scripts.checkpoints import ModelFacts
from assets.demo.scripts.records import record_zoo
from assets.demo.scripts.training import Schedule, head

BATCH_SIZE = 32


def build(recipe: Recipe) -> PreTrainedModel:
    """Build the untrained network of a recipe.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    PreTrainedModel
        A classifier that knows its class names, or the bare network if it stays untrained.
    """
    config = recipe.architecture.config()
    torch.manual_seed(SEED)
    if not recipe.is_trained:
        return AutoModel.from_config(config)
    config.id2label = dict(enumerate(SOURCE_TASKS[recipe.source].class_names))
    config.label2id = {name: number for number, name in config.id2label.items()}
    return AutoModelForAudioClassification.from_config(config)


def source_clips(recipe: Recipe, *, held_out: bool) -> tuple[Heard, Tensor]:
    """Generate the clips a model is trained or tested on, preprocessed as it asks for.

    Parameters
    ----------
    recipe : Recipe
        A model with a source task.
    held_out : bool
        Whether to return the clips for testing.

    Returns
    -------
    heard : Heard
        Network input.
    labels : Tensor of shape (n_clips,)
        Class numbers.
    """
    n_clips = TEST_CLIPS if held_out else TRAIN_CLIPS
    clips, labels = make_clips(SOURCE_TASKS[recipe.source], n_clips, seed=SEED, held_out=held_out)
    return preprocess(recipe.folder, clips), torch.from_numpy(labels)


def make_model(recipe: Recipe) -> ModelFacts:
    """Train one model and save it with its preprocessor and its card.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    ModelFacts
        What is now known of it.
    """
    design = recipe.architecture
    recipe.folder.mkdir(parents=True, exist_ok=True)
    preprocessor = json.dumps(design.preprocessor, indent=2) + "\n"
    (recipe.folder / "preprocessor_config.json").write_text(preprocessor, encoding="utf-8")
    model = build(recipe)
    source_accuracy = None
    if recipe.is_trained:
        schedule = Schedule(design.passes, BATCH_SIZE, design.peak_rate)
        train(model, *source_clips(recipe, held_out=False), schedule, seed=SEED)
        source_accuracy = round(accuracy(model, *source_clips(recipe, held_out=True)), 6)
    model.save_pretrained(recipe.folder)
    facts = ModelFacts(
        architecture=design.name,
        family=recipe.family,
        source_task=recipe.source,
        n_parameters=model.num_parameters(),
        width=WIDTH,
        n_source_classes=head(model).out_features if recipe.is_trained else None,
        source_accuracy=source_accuracy,
        seed=SEED,
        n_train=TRAIN_CLIPS if recipe.is_trained else 0,
        passes=design.passes if recipe.is_trained else 0,
        size_bytes=(recipe.folder / "model.safetensors").stat().st_size,
    )
    (recipe.folder / "README.md").write_text(model_card(recipe, facts), encoding="utf-8")
    return facts


def main() -> None:
    """Make every model and save the summary."""
    record_zoo(make_model, RECIPES, ZOO_SUMMARY, unit="clips", about={"made_with": made_with()})


if __name__ == "__main__":
    main()
