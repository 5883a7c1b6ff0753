"""Record what fine-tuning gives for every model: ``python -m assets.demo.scripts.truth``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from assets.demo.scripts.finetuning import (
    BATCH_SIZE,
    EPOCHS,
    LABELS_PER_CLASS,
    SEEDS,
    Outcome,
    measure,
)
from assets.demo.scripts.processes import for_each_recipe
from assets.demo.scripts.recipes import ARCHITECTURES, TRUTH, Recipe, made_with
from assets.demo.scripts.training import Schedule
from ptmrank_core.data.demo import digits_split, load_demo_samples

UNSTABLE_SPREAD = 0.03
DECIMALS = 6

Outcomes = dict[str, Outcome]


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


def _summary(values: Sequence[float], prefix: str = "") -> dict[str, float]:
    return {
        f"{prefix}mean": round(float(np.mean(values)), DECIMALS),
        f"{prefix}std": round(float(np.std(values, ddof=1)), DECIMALS),
    }


def entry(outcome: Outcome) -> dict[str, object]:
    """Return what is recorded of one model.

    Parameters
    ----------
    outcome : Outcome
        Its accuracies.

    Returns
    -------
    dict of str to object
        Accuracies as fractions.
    """
    return {
        "accuracies": [round(value, DECIMALS) for value in outcome.accuracies],
        **_summary(outcome.accuracies),
        "unstable": max(outcome.accuracies) - min(outcome.accuracies) > UNSTABLE_SPREAD,
        **_summary(outcome.probe_accuracies, "linear_probe_"),
    }


def gaps(outcomes: Outcomes) -> list[dict[str, object]]:
    """Compare the neighbours in the order that fine-tuning gives.

    Parameters
    ----------
    outcomes : dict of str to Outcome
        Accuracies by name of the model.

    Returns
    -------
    list of dict
        From the best pair to the worst: the mean over the seeds of the paired difference, and its
        standard error.
    """
    order = sorted(outcomes, key=lambda name: -float(np.mean(outcomes[name].accuracies)))
    found: list[dict[str, object]] = []
    for better, worse in pairwise(order):
        paired = np.subtract(outcomes[better].accuracies, outcomes[worse].accuracies)
        standard_error = float(np.std(paired, ddof=1)) / len(paired) ** 0.5
        found.append(
            {
                "better": better,
                "worse": worse,
                "difference": round(float(np.mean(paired)), DECIMALS),
                "standard_error": round(standard_error, DECIMALS),
            }
        )
    return found


def make_truth() -> Iterator[tuple[Recipe, Outcome]]:
    """Measure every model and save the record.

    Yields
    ------
    tuple of Recipe and Outcome
        Each model as soon as it and those before it are measured.
    """
    outcomes: Outcomes = {}
    for recipe, outcome in for_each_recipe(measure):
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
