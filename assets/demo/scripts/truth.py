"""Record what fine-tuning gives for every model: ``python -m assets.demo.scripts.truth``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np

from assets.demo.scripts.finetuning import BATCH_SIZE, EPOCHS, SEEDS, measure
from assets.demo.scripts.measurements import LABELS_PER_CLASS, UNSTABLE_SPREAD, Outcome, entry, gaps
from assets.demo.scripts.processes import for_each_recipe
from assets.demo.scripts.recipes import ARCHITECTURES, RECIPES, TRUTH, Recipe, made_with
from assets.demo.scripts.training import Schedule
from ptmrank_core.data.builtin.demo import digits_split, load_demo_samples


def samples_digest() -> str:
    """Return the SHA-256 of the digests of the demo pictures, in order.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digests = load_demo_samples("demo:digits").digests
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


def protocol() -> dict[str, object]:
    """Describe how the accuracies were measured.

    Returns
    -------
    dict of str to object
        The facts, and a sentence on each of the two accuracies.
    """
    demo, others = digits_split()
    return {
        "samples": "demo:digits",
        "demo_samples": len(demo),
        "test_samples": len(others),
        "labels_per_class": LABELS_PER_CLASS,
        "seeds": list(SEEDS),
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimiser": f"AdamW, weight decay {Schedule.weight_decay}, one-cycle learning rate",
        "peak_learning_rate": {name: one.peak_rate for name, one in ARCHITECTURES.items()},
        "fine_tuning": "All weights, with a new head on the pooled features. Each seed draws the "
        "labelled digits (the same for every model), the head and the order of the pictures.",
        "linear_probe": "Logistic regression (scikit-learn, C=1) on the pooled features of the "
        "checkpoint, standardised on the same labelled digits.",
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
    """Measure the zoo and report each model."""
    for recipe, outcome in make_truth():
        tuned, probed = np.mean(outcome.accuracies), np.mean(outcome.probe_accuracies)
        print(f"{recipe.name:20} fine-tuned {tuned:.4f}, probe {probed:.4f}", flush=True)


if __name__ == "__main__":
    main()
