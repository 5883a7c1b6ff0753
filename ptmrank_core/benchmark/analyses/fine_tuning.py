"""Short real fine-tuning of the best models, where it was asked for."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.errors import MetricInputError
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.features.training.fine_tuning import fine_tune
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.records import FineTuning, Samples
from ptmrank_core.sampling import nested_order, units_of_samples

__all__ = ["fine_tune_best", "training_rows"]

TRAINING_SHARE = 0.75
STEPS = 100  # of the progress of one model


def fine_tune_best(context: AnalysisContext) -> None:
    """Train the best models of the order for real, each with an equal part of the time that is left.

    A :class:`~ptmrank_core.records.FineTuning` is kept for each. All models have the same training and test
    samples.
    """
    run_context = context.run_context
    n_asked = run_context.plan.analyses.fine_tune
    if not n_asked:
        return
    order = context.order()[:n_asked]
    ends = time.perf_counter() + run_context.plan.analyses.fine_tune_seconds
    left = [model for model in order if not context.is_kept(FineTuning, model)]
    for index, model in enumerate(left):
        raise_if_cancelled(run_context.cancel)
        seconds = max(1.0, (ends - time.perf_counter()) / (len(left) - index))
        context.keep(FineTuning, model, partial(_tune, context, model, seconds, (index, len(left))))
        run_context.sink(AnalysisStep(FineTuning.KIND, STEPS * (index + 1), STEPS * len(left)))


def training_rows(samples: Samples, seed: int) -> NDArray[np.int64]:
    """Draw the samples to train on: three quarters of each class, groups whole.

    Raises
    ------
    MetricInputError
        If nothing is left for the test.
    """
    train = nested_order(units_of_samples(samples), minimum=1, seed=seed).of_share(TRAINING_SHARE)
    if len(train) == samples.n_samples or len(train) < 2:
        raise MetricInputError(
            f"{samples.n_samples} samples cannot be parted into some to train on and some to test on.",
            hint="Expected a few samples of each class, or several groups.",
        )
    return train


def _tune(context: AnalysisContext, model: str, seconds: float, place: tuple[int, int]) -> FineTuning:
    """Train one model."""
    run_context = context.run_context
    index, n_models = place
    training = fine_tune(
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
        passes = f"{training.epochs:.1f} of {training.planned_epochs} passes"
        note = f"Time ran out after {passes}; more may reach more."
    return FineTuning(training, run_context.plan.seed, note)
