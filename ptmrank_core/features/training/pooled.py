"""Short fine-tuning of an encoder with a head. Imports torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.events import CancelToken
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.features.training.inputs import Inputs
from ptmrank_core.features.training.loop import Course, Learner
from ptmrank_core.features.training.networks.base import PooledNetwork
from ptmrank_core.features.training.objective import Objective, Units
from ptmrank_core.features.training.passes import Passes
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.features.training.schedule import Clock, rate_at
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, TrainingResult

__all__ = ["train_pooled"]


def train_pooled(
    spec: ModelSpec,
    samples: Samples,
    train: NDArray[np.int64],
    recipe: TrainingRecipe,
    *,
    options: ExtractionOptions,
    on_progress: Callable[[float], None],
    cancel: CancelToken,
) -> TrainingResult:
    """Train and test one model, as :func:`~ptmrank_core.features.training.fine_tuning.fine_tune` says."""
    clock = Clock(recipe.seconds)
    test = np.setdiff1d(np.arange(samples.n_samples), train)
    units = Units.of(samples, train) if samples.target_kind == "regression" else None
    objective = Objective(samples, units)
    first = decode_items(samples.items[:1], samples.names[:1])[0]
    network = PooledNetwork(spec, options, objective.n_outputs, first)
    learner = Learner(
        network,
        objective,
        Inputs(samples, network.preparer),
        batch_size=recipe.batch_size,
        seed=recipe.seed,
    )
    passes = Passes(np.sort(train), recipe.batch_size, (recipe.seed,))
    course = Course(passes, passes.n_steps * recipe.epochs, clock, on_progress, cancel)
    n_steps = course.run(learner, lambda _done, progress: rate_at(progress))
    judgement = objective.judge(learner.outputs(test), test)
    return TrainingResult(
        measure=objective.measure,
        value=judgement.value,
        standard_error=judgement.standard_error if objective.measure == "accuracy" else None,
        n_train=len(train),
        n_test=len(test),
        epochs=n_steps / passes.n_steps,
        planned_epochs=recipe.epochs,
        learning_rate=network.peak,
        seconds=clock.seconds,
    )
