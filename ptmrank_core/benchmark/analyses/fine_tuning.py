"""Short fine-tuning of the most promising models, if requested."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.errors import MetricInputError
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.records import FineTuning, Samples, TrainingResult
from ptmrank_core.results.fine_tuning import models_to_train
from ptmrank_core.sampling import nested_order, units_of_samples

__all__ = ["fine_tune_best", "training_rows"]

TRAINING_SHARE = 0.75
STEPS = 100  # progress steps of one model


def fine_tune_best(context: AnalysisContext) -> None:
    """Fine-tune the most promising models, each with an equal share of the time.

    Stores a :class:`~ptmrank_core.records.FineTuning` for each. All models have the same training and test
    samples.
    """
    run_context = context.run_context
    n_models = run_context.plan.analyses.fine_tune
    if not n_models:
        return
    chosen = models_to_train(context.ranking(), n_models)
    remaining = [model for model in chosen if not context.is_kept(FineTuning, model)]
    share = len(remaining) / max(len(chosen), 1)  # the others had theirs
    deadline = time.perf_counter() + share * run_context.plan.analyses.fine_tune_seconds
    for index, model in enumerate(remaining):
        raise_if_cancelled(run_context.cancel)
        seconds = max(1.0, (deadline - time.perf_counter()) / (len(remaining) - index))
        context.keep(FineTuning, model, partial(_tune, context, model, seconds, (index, len(remaining))))
        run_context.sink(AnalysisStep(FineTuning.KIND, STEPS * (index + 1), STEPS * len(remaining)))


def training_rows(samples: Samples, seed: int) -> NDArray[np.int64]:
    """Draw the training samples: three quarters of each class, with whole groups.

    Raises
    ------
    MetricInputError
        If no training and test set can be drawn.
    """
    train = nested_order(units_of_samples(samples), minimum=1, seed=seed).of_share(TRAINING_SHARE)
    if len(train) == samples.n_samples or len(train) < 2:
        raise MetricInputError(
            f"{samples.n_samples} samples cannot be split into a training and a test set.",
            hint="Expected a few samples of each class, or several groups.",
        )
    return train


def _tune(context: AnalysisContext, model: str, seconds: float, position: tuple[int, int]) -> FineTuning:
    """Train one model."""
    run_context = context.run_context
    index, n_models = position
    training: TrainingResult = run_context.models.call(
        "fine_tune",
        context.specs[model],
        run_context.samples,
        training_rows(run_context.samples, run_context.plan.seed),
        TrainingRecipe(seconds, run_context.plan.seed),
        options=run_context.plan.options,
        on_progress=lambda share: run_context.sink(
            AnalysisStep(FineTuning.KIND, int(STEPS * (index + min(1.0, share))), STEPS * n_models)
        ),
        cancel=run_context.cancel,
    )
    note = ""
    if training.was_cut:
        epochs = f"{training.epochs:.1f} of {training.planned_epochs} epochs"
        note = f"Time ran out after {epochs}; longer training may give a better result."
    return FineTuning(training, run_context.plan.seed, note)
