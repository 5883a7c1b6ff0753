"""Doses of a race: real training of a model in steps that continue one another.

Imports torch only when it trains.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError, OutOfMemoryError, UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels
from ptmrank_core.features.training.fine_tuning import CHECKPOINTS
from ptmrank_core.records import ExtractionOptions, FloatArray, ModelSpec, Samples
from ptmrank_core.records.race import DoseStage

__all__ = ["TaskResult", "TrainingTask", "train_dose"]


@dataclass(frozen=True, eq=False, slots=True)
class TrainingTask:
    """One dose of training of one model.

    Parameters
    ----------
    spec
        A checkpoint whose files are on disk.
    stage
        What is trained.
    rows, tested
        Indices of the samples to train on, and of those to test on.
    epochs
        Passes over ``rows`` to reach in all, those of earlier doses of this stage included; 0 for a head.
    continues
        Folder with the state after the last dose of this model; ``None`` to start from the checkpoint.
    keeps
        Folder for the new state; a state that is there is replaced.
    seed
        Seed of everything that is drawn.
    rate
        Factor on the peak learning rate of the model.
    seconds
        Time limit, loading and testing included; at least one step is done.
    """

    spec: ModelSpec
    stage: DoseStage
    rows: NDArray[np.int64]
    tested: NDArray[np.int64]
    epochs: float
    continues: Path | None
    keeps: Path
    seed: int
    rate: float = 1.0
    seconds: float = math.inf


@dataclass(frozen=True, eq=False, slots=True)
class TaskResult:
    """What a dose gave.

    Parameters
    ----------
    outputs
        float32 array of shape (n_tested, n_outputs) after the last pass: logits of classes or labels, numbers
        in the user's units.
    curve
        Passes over the training samples of this stage so far -> measure after them, for those of this dose.
    measure, value, standard_error
        ``"accuracy"``, ``"r2"`` (mean over the numbers) or ``"average_precision"`` (mean over the labels) of
        the tested samples; its standard error from their number alone, ``None`` where it is not known.
    losses
        Loss of each tested sample: 0 or 1 for classes, the squared error of standardised numbers, the share
        of wrong labels.
    epochs
        Passes so far in this stage, possibly with a fraction.
    learning_rate
        Highest learning rate; 0 for a head.
    seconds
        Duration.
    n_parameters
        Number of weights of the network.
    dtype
        Number format of the training.
    accumulated
        Forward passes of a step: over 1 if a batch did not fit into memory.
    notes
        Remarks for the reader, one sentence each.
    """

    outputs: FloatArray
    curve: tuple[tuple[float, float], ...]
    measure: str
    value: float
    standard_error: float | None
    losses: tuple[float, ...]
    epochs: float
    learning_rate: float
    seconds: float
    n_parameters: int
    dtype: str
    accumulated: int
    notes: tuple[str, ...] = ()


def train_dose(
    task: TrainingTask,
    samples: Samples,
    *,
    options: ExtractionOptions,
    on_progress: Callable[[float], None] = lambda _share: None,
    cancel: CancelToken = never_cancels,
) -> TaskResult:
    """Train a model a little, test it, and keep its state.

    Parameters
    ----------
    task
        What to train.
    samples
        All samples.
    options
        The device. Steps compute in bfloat16 if the device does so natively, unless the dtype is
        ``"float32"``; weights and tests are in float32.
    on_progress
        Called after each step with the share of the dose that is done.
    cancel
        Asked after each step.

    Raises
    ------
    UnsupportedModelError
        If the model cannot be trained for these samples, or training diverged.
    OutOfMemoryError
        If a single sample does not fit into memory even with all weights but the head frozen.
    InputError
        If the task cannot be done as it says.
    CancelledError
        If cancellation was requested; nothing is kept.

    Notes
    -----
    A head is a regularised linear model of what the last linear layer of the frozen network reads: logistic
    regression, or ridge regression for numbers. It is folded back into that layer, and training of all
    weights starts from there (LP-FT: Kumar et al. 2022, arXiv:2202.10054), so that the random head does not
    spoil the features. AdamW (weight decay 0.05, batches of 16); after a short warm-up the learning rate is
    half the peak, so that a dose continues the last one as if there had been no break, and what is tested and kept
    for use is a moving average of the weights. The final training has a one-cycle rate instead.
    """
    _check(task, samples)
    from ptmrank_core.features.device import free_memory  # noqa: PLC0415 - loads torch
    from ptmrank_core.features.training.dosing import Dosing  # noqa: PLC0415 - loads torch
    from ptmrank_core.features.training.loop import seeded  # noqa: PLC0415 - loads torch

    with seeded(task.seed):
        try:
            return Dosing(task, samples, options=options, on_progress=on_progress, cancel=cancel).run()
        except OutOfMemoryError:
            if task.stage == "head":
                raise
        free_memory()
        return Dosing(
            task, samples, options=options, on_progress=on_progress, cancel=cancel, head_alone=True
        ).run()


def _check(task: TrainingTask, samples: Samples) -> None:
    """Refuse a task that cannot be done, before anything is loaded."""
    if task.spec.path is None or task.spec.source not in CHECKPOINTS:
        raise UnsupportedModelError(f"{task.spec.id!r} is not a checkpoint on disk, so it cannot be trained.")
    if task.spec.modality != samples.modality:
        raise UnsupportedModelError(
            f"{task.spec.id!r} reads {task.spec.modality} samples, and these are {samples.modality} samples."
        )
    if len(task.rows) < 2 or not len(task.tested):
        raise InputError(
            f"{len(task.rows)} samples to train on and {len(task.tested)} to test on; expected at least 2 "
            "and 1."
        )
    if task.stage != "head" and not task.epochs > 0:
        raise InputError(f"{task.epochs} passes over the training samples; expected a number above 0.")
    if not (task.rate > 0 and math.isfinite(task.rate)):
        raise InputError(f"The factor on the learning rate is {task.rate}; expected a number above 0.")
