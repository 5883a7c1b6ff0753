"""Record what fine-tuning gives for every model: ``python -m assets.demo.scripts.truth``."""

from __future__ import annotations

from functools import partial

from assets.demo.scripts.finetuning import BATCH_SIZE, EPOCHS, SEEDS, learner
from assets.demo.scripts.recipes import ARCHITECTURES, RECIPES, TRUTH, made_with
from assets.demo.scripts.records import TruthProtocol, digest, record_truth
from assets.demo.scripts.targets import measure
from ptmrank_core.data.builtin.demo import digits_split, load_demo_samples


def protocol() -> TruthProtocol:
    """Describe how the accuracies were measured.

    Returns
    -------
    TruthProtocol
        The facts, and a sentence on each of the two accuracies.
    """
    demo, others = digits_split()
    return TruthProtocol(
        samples={
            "samples": "demo:digits",
            "demo_samples": len(demo),
            "test_samples": len(others),
        },
        seeds=SEEDS,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        peak_learning_rate={name: one.peak_rate for name, one in ARCHITECTURES.items()},
        fine_tuning="All weights, with a new head on the pooled features. Each seed draws the "
        "labelled digits (the same for every model), the head and the order of the pictures.",
        linear_probe="Logistic regression (scikit-learn, C=1) on the pooled features of the "
        "checkpoint, standardised on the same labelled digits.",
    )


def samples_digest() -> str:
    """Return the digest of the demo samples: the truth is about no others."""
    return digest(load_demo_samples("demo:digits").digests)


def main() -> None:
    """Measure every model and save the record."""
    record_truth(
        partial(measure, learner, SEEDS),
        RECIPES,
        TRUTH,
        protocol(),
        samples_digest=samples_digest(),
        made_with=made_with(),
    )


if __name__ == "__main__":
    main()
