"""Record what fine-tuning gives for every text model: ``python -m assets.demo.scripts.text.truth``."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from assets.demo.scripts.measurements import (
    LABELS_PER_CLASS,
    UNSTABLE_SPREAD,
    Outcome,
    entry,
    gaps,
    versions,
)
from assets.demo.scripts.processes import for_each_recipe
from assets.demo.scripts.text.finetuning import (
    BATCH_SIZE,
    EPOCHS,
    PEAK_RATE,
    SEEDS,
    held_out_documents,
    measure,
)
from assets.demo.scripts.text.recipes import RECIPES, TRUTH, WORKED_WITH, Recipe
from assets.demo.scripts.training import Schedule
from ptmrank_core.data.builtin.docstrings import demo_documents, documents_digest


def protocol() -> dict[str, object]:
    """Describe how the accuracies were measured.

    Returns
    -------
    dict of str to object
        The facts, and a sentence on each of the two accuracies.
    """
    return {
        "samples": "demo:docstrings",
        "demo_samples": len(demo_documents()),
        "test_samples": len(held_out_documents()),
        "labels_per_class": LABELS_PER_CLASS,
        "seeds": list(SEEDS),
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimiser": f"AdamW, weight decay {Schedule.weight_decay}, one-cycle learning rate",
        "peak_learning_rate": PEAK_RATE,
        "fine_tuning": "All weights, with a head on the masked mean of the last hidden state that "
        "starts as the linear probe. Each seed draws the labelled documents (the same for every "
        "model), the order of the documents and the dropout.",
        "linear_probe": "Logistic regression (scikit-learn, C=1) on the masked mean of the checkpoint's last "
        "hidden state, standardised on the same labelled documents.",
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
        "samples_digest": documents_digest(),
        "protocol": protocol(),
        "models": {name: entry(outcome) for name, outcome in outcomes.items()},
        "gaps": gaps(outcomes),
        "made_with": versions(*WORKED_WITH),
    }
    TRUTH.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Measure the zoo and report each model."""
    for recipe, outcome in make_truth():
        tuned, probed = np.mean(outcome.accuracies), np.mean(outcome.probe_accuracies)
        print(f"{recipe.name:20} fine-tuned {tuned:.4f}, probe {probed:.4f}", flush=True)


if __name__ == "__main__":
    main()
