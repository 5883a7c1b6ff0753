"""Short real fine-tuning of one model. Imports torch only when it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.records import CHECKPOINTS, ExtractionOptions, ModelSpec, Samples, TrainingResult

__all__ = ["fine_tune"]


def fine_tune(
    spec: ModelSpec,
    samples: Samples,
    train: NDArray[np.int64],
    recipe: TrainingRecipe,
    *,
    options: ExtractionOptions,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancel: CancelToken = never_cancels,
) -> TrainingResult:
    """Train all weights of a checkpoint and a linear head on some samples, and test them on the others.

    Parameters
    ----------
    spec
        A checkpoint whose files are on disk; its own head is not used.
    samples
        Labelled with classes, or with one or more numbers.
    train
        Indices of the samples to train on; all others are for the test.
    recipe
        How to train.
    options
        The device; training is in float32 whatever the dtype is.
    on_progress
        Called after each step with the share of the work that is done.
    cancel
        Asked after each step.

    Raises
    ------
    UnsupportedModelError
        If the model is not a checkpoint, the samples have several labels each, or training diverged.
    CancelledError
        If cancellation was requested.

    Notes
    -----
    AdamW (weight decay 0.05) with a one-cycle learning rate: linear warm-up over a tenth of the steps, then
    cosine decay to zero. The peak is 5e-4 times the square root of a million over the number of parameters,
    between 1e-5 and 1e-3, and 1e-3 for the head, which reads the pooled vector after a layer norm without
    weights. If time runs short the schedule follows the time instead of the steps, so that the rate has
    decayed when training stops. With enough time the result depends on the seed alone, otherwise on the
    machine too.
    """
    if spec.path is None or spec.source not in CHECKPOINTS:
        raise UnsupportedModelError(f"{spec.id!r} is not a checkpoint on disk, so it cannot be trained.")
    if samples.target_kind == "multilabel":
        raise UnsupportedModelError("Samples with several labels each cannot be trained on here.")
    from ptmrank_core.features.training.loop import seeded  # noqa: PLC0415 - loads torch
    from ptmrank_core.features.training.pooled import train_pooled  # noqa: PLC0415 - loads torch

    with seeded(recipe.seed):
        return train_pooled(
            spec, samples, train, recipe, options=options, on_progress=on_progress, cancel=cancel
        )
