"""Train and save every image model of the demo zoo: ``python -m assets.demo.scripts.zoo``."""

from __future__ import annotations

import json

import torch
from torch import Tensor
from transformers import AutoModel, AutoModelForImageClassification, PreTrainedModel

from assets.demo.scripts.cards import model_card
from assets.demo.scripts.checkpoints import ModelFacts
from assets.demo.scripts.pictures import SOURCE_TASKS, make_pictures
from assets.demo.scripts.recipes import (
    PREPROCESSOR,
    RECIPES,
    SEED,
    TEST_IMAGES,
    TRAIN_IMAGES,
    ZOO_SUMMARY,
    Recipe,
    made_with,
)
from assets.demo.scripts.records import record_zoo
from assets.demo.scripts.training import Schedule, accuracy, head, preprocess, train

BATCH_SIZE = 64


def build(recipe: Recipe, *, seed: int) -> PreTrainedModel:
    """Build the untrained network of a recipe.

    Parameters
    ----------
    recipe : Recipe
        The model.
    seed : int
        Seed of the weights.

    Returns
    -------
    PreTrainedModel
        A classifier that knows its class names, or the bare network if it stays untrained.
    """
    config = recipe.architecture.config()
    torch.manual_seed(seed)
    if not recipe.is_trained:
        return AutoModel.from_config(config)
    config.id2label = dict(enumerate(SOURCE_TASKS[recipe.source].class_names))
    config.label2id = {name: number for number, name in config.id2label.items()}
    return AutoModelForImageClassification.from_config(config)


def source_pictures(recipe: Recipe, *, seed: int, held_out: bool) -> tuple[Tensor, Tensor]:
    """Generate the pictures a model is trained or tested on, preprocessed as it asks for.

    Parameters
    ----------
    recipe : Recipe
        A model with a source task.
    seed : int
        Seed of the pictures.
    held_out : bool
        Whether to return the pictures for testing.

    Returns
    -------
    inputs : Tensor of shape (n_pictures, 3, side, side)
        Network input.
    labels : Tensor of shape (n_pictures,)
        Class numbers.
    """
    n_pictures = TEST_IMAGES if held_out else TRAIN_IMAGES
    pictures = make_pictures(SOURCE_TASKS[recipe.source], n_pictures, seed=seed, held_out=held_out)
    return preprocess(recipe.folder, pictures.images()), torch.from_numpy(pictures.labels)


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
    recipe.folder.mkdir(parents=True, exist_ok=True)
    preprocessor = json.dumps(PREPROCESSOR, indent=2) + "\n"
    (recipe.folder / "preprocessor_config.json").write_text(preprocessor, encoding="utf-8")
    model = build(recipe, seed=SEED)
    source_accuracy = None
    if recipe.is_trained:
        design = recipe.architecture
        schedule = Schedule(design.passes, BATCH_SIZE, design.peak_rate)
        train(model, *source_pictures(recipe, seed=SEED, held_out=False), schedule, seed=SEED)
        test_pictures = source_pictures(recipe, seed=SEED, held_out=True)
        source_accuracy = round(accuracy(model, *test_pictures), 6)
    model.save_pretrained(recipe.folder)
    facts = _facts(recipe, model, source_accuracy)
    (recipe.folder / "README.md").write_text(model_card(recipe, facts), encoding="utf-8")
    return facts


def _facts(recipe: Recipe, model: PreTrainedModel, source_accuracy: float | None) -> ModelFacts:
    classifier = build(Recipe(recipe.family, "digits"), seed=SEED)
    return ModelFacts(
        architecture=recipe.architecture.name,
        family=recipe.family,
        source_task=recipe.source,
        n_parameters=model.num_parameters(),
        width=head(classifier).in_features,
        n_source_classes=head(model).out_features if recipe.is_trained else None,
        source_accuracy=source_accuracy,
        seed=SEED,
        n_train=TRAIN_IMAGES if recipe.is_trained else 0,
        passes=recipe.architecture.passes if recipe.is_trained else 0,
        size_bytes=(recipe.folder / "model.safetensors").stat().st_size,
    )


def main() -> None:
    """Make every model and save the summary."""
    record_zoo(make_model, RECIPES, ZOO_SUMMARY, unit="images", about={"made_with": made_with()})


if __name__ == "__main__":
    main()
