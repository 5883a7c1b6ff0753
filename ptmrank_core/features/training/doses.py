"""Doses of a race: real training of a model in steps that continue one another.

Imports torch only when it trains.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ptmrank_core.config import PEFT_HINT, has_peft
from ptmrank_core.errors import InputError, OutOfMemoryError, UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels
from ptmrank_core.features.training.tasks import TaskResult, TrainingTask
from ptmrank_core.records import CHECKPOINTS, ExtractionOptions, Samples

__all__ = ["TaskResult", "TrainingTask", "train_dose"]


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
        If the model cannot be trained for these samples, training diverged, or adapters are to be trained
        without peft.
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
    spoil the features. With ``lora`` that training is of low-rank adapters, of the head, and of weights that
    the checkpoint does not hold (``networks/low_rank.py``). AdamW (weight decay 0.05, batches of 16). After a
    short warm-up the learning rate
    stays at half the peak, so that a dose continues the last one as if there had been no break; what is
    tested, and saved for use, is a moving average of the weights. The final training has a one-cycle rate
    instead, which follows the time where that is short, so that it has decayed when training stops.
    """
    _check(task, samples)
    from ptmrank_core.features import device  # noqa: PLC0415 - loads torch
    from ptmrank_core.features.training.dosing import Dosing  # noqa: PLC0415 - loads torch
    from ptmrank_core.features.training.loop import seeded  # noqa: PLC0415 - loads torch

    def run(*, head_alone: bool) -> TaskResult:
        try:
            return Dosing(
                task,
                samples,
                options=options,
                on_progress=on_progress,
                cancel=cancel,
                head_alone=head_alone,
            ).run()
        except (RuntimeError, MemoryError) as error:
            if not device.is_out_of_memory(error):
                raise
            raise OutOfMemoryError(
                f"{task.spec.id!r} does not fit into the device's memory.", hint="Choose a smaller model."
            ) from error

    with seeded(task.seed):
        try:
            return run(head_alone=False)
        except OutOfMemoryError:
            if task.stage == "head":
                raise
        device.free_memory()
        return run(head_alone=True)


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
    if task.lora and not has_peft():
        raise UnsupportedModelError("Low-rank adapters (LoRA) need the package peft.", hint=PEFT_HINT)
    if task.stage != "head" and not task.epochs > 0:
        raise InputError(f"{task.epochs} passes over the training samples; expected a number above 0.")
    if not (task.rate > 0 and math.isfinite(task.rate)):
        raise InputError(f"The factor on the learning rate is {task.rate}; expected a number above 0.")
