"""Train and save every text model of the demo zoo: ``python -m assets.demo.scripts.text.zoo``."""

from __future__ import annotations

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    PreTrainedModel,
)

from assets.demo.scripts.checkpoints import ModelFacts
from assets.demo.scripts.measurements import versions
from assets.demo.scripts.records import record_zoo
from assets.demo.scripts.text.cards import model_card
from assets.demo.scripts.text.pretraining import pretrain, source_accuracy
from assets.demo.scripts.text.recipes import RECIPES, SEED, WORKED_WITH, ZOO_SUMMARY, Recipe
from assets.demo.scripts.text.sources import SOURCE_TASKS, source_texts
from assets.demo.scripts.text.vocabularies import vocabulary
from ptmrank_core.data.builtin.docstrings import documents_digest

KINDS = {
    "classes": AutoModelForSequenceClassification,
    "masked": AutoModelForMaskedLM,
    "next": AutoModelForCausalLM,
}


def build(recipe: Recipe, n_tokens: int, class_names: tuple[str, ...]) -> PreTrainedModel:
    """Build the untrained network of a recipe: within a family the first weights are the same.

    Parameters
    ----------
    recipe : Recipe
        The model.
    n_tokens : int
        Size of its vocabulary.
    class_names : tuple of str
        Classes of its source task, empty without.

    Returns
    -------
    PreTrainedModel
        A network with the head that its source task needs, or the bare network if it stays untrained.
    """
    config = recipe.architecture.config(n_tokens)
    torch.manual_seed(SEED)
    body = AutoModel.from_config(config)
    if not recipe.is_trained:
        return body
    if class_names:
        config.id2label = dict(enumerate(class_names))
        config.label2id = {name: number for number, name in config.id2label.items()}
    torch.manual_seed(SEED)
    model = KINDS[SOURCE_TASKS[recipe.source].objective].from_config(config)
    model.base_model.load_state_dict(body.state_dict(), strict=False)  # a pooler may have no place here
    return model


def make_model(recipe: Recipe) -> ModelFacts:
    """Train one model and save it with its tokenizer and its card.

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
    tokenizer = vocabulary()
    class_names: tuple[str, ...] = ()
    accuracy, n_texts, passes = None, 0, 0
    if recipe.is_trained:
        task = SOURCE_TASKS[recipe.source]
        texts, test = (source_texts(task, seed=SEED, held_out=held_out) for held_out in (False, True))
        class_names = texts.class_names
        model = build(recipe, len(tokenizer), class_names)
        passes = pretrain(model, tokenizer, task, texts, seed=SEED)
        accuracy = round(source_accuracy(model, tokenizer, task, test, seed=SEED), 6)
        n_texts = len(texts.texts)
    else:
        model = build(recipe, len(tokenizer), class_names)
    recipe.folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(recipe.folder)
    tokenizer.save_pretrained(recipe.folder)
    tokenizer.backend_tokenizer.save(str(recipe.folder / "tokenizer.json"), pretty=False)  # without blanks
    facts = ModelFacts(
        architecture=design.name,
        family=recipe.family,
        source_task=recipe.source,
        n_parameters=model.num_parameters(),
        width=model.config.hidden_size,
        n_source_classes=len(class_names) or None,
        source_accuracy=accuracy,
        seed=SEED,
        n_train=n_texts,
        passes=passes,
        size_bytes=(recipe.folder / "model.safetensors").stat().st_size,
    )
    card = model_card(recipe, facts, len(tokenizer), class_names)
    (recipe.folder / "README.md").write_text(card, encoding="utf-8")
    return facts


def main() -> None:
    """Make every model and save the summary."""
    about = {"samples_digest": documents_digest(), "made_with": versions(*WORKED_WITH)}
    record_zoo(make_model, RECIPES, ZOO_SUMMARY, unit="texts", about=about)


if __name__ == "__main__":
    main()
