"""Record what fine-tuning gives for every text model: ``python -m assets.demo.scripts.text.truth``."""

from __future__ import annotations

from functools import partial

from assets.demo.scripts.measurements import versions
from assets.demo.scripts.records import TruthProtocol, record_truth
from assets.demo.scripts.targets import measure
from assets.demo.scripts.text.finetuning import (
    BATCH_SIZE,
    EPOCHS,
    PEAK_RATE,
    SEEDS,
    held_out_documents,
    learner,
)
from assets.demo.scripts.text.recipes import RECIPES, TRUTH, WORKED_WITH
from ptmrank_core.data.builtin.docstrings import demo_documents, documents_digest


def protocol() -> TruthProtocol:
    """Describe how the accuracies were measured.

    Returns
    -------
    TruthProtocol
        The facts, and a sentence on each of the two accuracies.
    """
    return TruthProtocol(
        samples={
            "samples": "demo:docstrings",
            "demo_samples": len(demo_documents()),
            "test_samples": len(held_out_documents()),
        },
        seeds=SEEDS,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        peak_learning_rate=PEAK_RATE,
        fine_tuning="All weights, with a head on the masked mean of the last hidden state that "
        "starts as the linear probe. Each seed draws the labelled documents (the same for every "
        "model), the order of the documents and the dropout.",
        linear_probe="Logistic regression (scikit-learn, C=1) on the masked mean of the checkpoint's last "
        "hidden state, standardised on the same labelled documents.",
    )


def main() -> None:
    """Measure every model and save the record."""
    samples, made_with = documents_digest(), versions(*WORKED_WITH)
    record_truth(
        partial(measure, learner, SEEDS),
        RECIPES,
        TRUTH,
        protocol(),
        samples_digest=samples,
        made_with=made_with,
    )


if __name__ == "__main__":
    main()
