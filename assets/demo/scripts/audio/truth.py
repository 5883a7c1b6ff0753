"""Record what fine-tuning gives for every audio model: ``python -m assets.demo.scripts.audio.truth``."""

from __future__ import annotations

import hashlib
from functools import partial

from assets.demo.scripts.audio.finetuning import BATCH_SIZE, EPOCHS, SEEDS, learner
from assets.demo.scripts.audio.recipes import ARCHITECTURES, RECIPES, TRUTH, made_with
from assets.demo.scripts.audio.speech import CLIPS, DEMO_SPEAKERS, TEST_SPEAKERS, clips_of_others
from assets.demo.scripts.records import TruthProtocol, digest, record_truth
from assets.demo.scripts.targets import measure
from ptmrank_core.data.builtin.spoken_digits import spoken_clips


def protocol() -> TruthProtocol:
    """Describe how the accuracies were measured.

    Returns
    -------
    TruthProtocol
        The facts, and a sentence on each of the two accuracies.
    """
    return TruthProtocol(
        samples={
            "samples": "demo:spoken-digits",
            "demo_samples": len(spoken_clips(CLIPS)),
            "demo_speakers": [speaker.name for speaker in DEMO_SPEAKERS],
            "test_samples": len(clips_of_others()[0]),
            "test_speakers": [speaker.name for speaker in TEST_SPEAKERS],
        },
        seeds=SEEDS,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        peak_learning_rate={
            name: one.peak_rate
            for name, one in ARCHITECTURES.items()
            if any(recipe.family == name for recipe in RECIPES)
        },
        fine_tuning="All weights, with a new last layer. Each seed draws the labelled clips (the same for "
        "every model), the new weights and the order of the clips. Tested on speakers who are not in "
        "demo:spoken-digits.",
        linear_probe="Logistic regression (scikit-learn, C=1) on the pooled features of the checkpoint, "
        "standardised on the same labelled clips; the same test.",
    )


def samples_digest() -> str:
    """Return the digest of the demo samples: the truth is about no others."""
    return digest(hashlib.sha256(clip.data).hexdigest() for clip in spoken_clips(CLIPS))


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
