"""Model cards of the text models of the demo zoo."""

from __future__ import annotations

from dataclasses import asdict

from assets.demo.scripts.checkpoints import NO_ACCURACY, RAW_WEIGHTS, ModelFacts
from assets.demo.scripts.text.recipes import LONGEST, Recipe
from assets.demo.scripts.text.sources import SOURCE_TASKS

CARD = """\
---
license: mit
library_name: transformers
pipeline_tag: {pipeline}
tags:
- {pipeline}
- {family}
- demo
---

# {name}

A very small {architecture} for English technical text of at most {longest} tokens, made for the
demo of PTMRank.

| | |
|---|---|
| Architecture | {architecture} |
| Parameters | {n_parameters:,} |
| Width of the hidden states | {width} |
| Vocabulary | {n_tokens:,} byte-pair pieces of lower-case text |
| Trained on | {description} |
| Classes | {classes} |
| Training passages | {n_train:,}, {passes} passes |
| Seed | {seed} |
| Source accuracy | {accuracy} |

The passages are paragraphs of the documentation strings of installed Python packages
(`assets/demo/scripts/text/passages.py`), none of them from the documents of `demo:docstrings` or of its
test set. The model was made by `assets/demo/scripts/text/zoo.py`.

## Intended use

Demonstrations and tests of model selection only. It knows the vocabulary of a few Python packages and is
of no use for understanding text in earnest.
"""
PIPELINES = {"classes": "text-classification", "masked": "fill-mask", "next": "text-generation"}
ASKED = {"classes": "passages", "masked": "masked tokens of passages", "next": "tokens of passages"}


def model_card(recipe: Recipe, facts: ModelFacts, n_tokens: int, class_names: tuple[str, ...]) -> str:
    """Write the model card.

    Parameters
    ----------
    recipe : Recipe
        The model.
    facts : ModelFacts
        What is known of it.
    n_tokens : int
        Size of its vocabulary.
    class_names : tuple of str
        Classes of its head, empty without.

    Returns
    -------
    str
        Markdown with YAML front matter.
    """
    description, accuracy, pipeline = RAW_WEIGHTS, NO_ACCURACY, "feature-extraction"
    if recipe.is_trained:
        task = SOURCE_TASKS[recipe.source]
        description, pipeline = task.description, PIPELINES[task.objective]
        accuracy = f"{facts.source_accuracy:.4f} on {ASKED[task.objective]} held out"
    classes = f"{len(class_names)}: {', '.join(class_names)}" if class_names else "none: no head for classes"
    return CARD.format(
        **asdict(facts),
        name=recipe.name,
        longest=LONGEST,
        pipeline=pipeline,
        n_tokens=n_tokens,
        description=description,
        classes=classes,
        accuracy=accuracy,
    )
