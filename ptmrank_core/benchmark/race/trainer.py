"""Who trains the doses of a race. No import of torch here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ptmrank_core.events import CancelToken
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.records import ExtractionOptions, Samples

__all__ = ["MakeTrainer", "ModelTrainer", "OnProgress", "Trainer", "TrainingGround"]

OnProgress: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, eq=False, slots=True)
class TrainingGround:
    """What all doses of a race have in common.

    Parameters
    ----------
    samples
        The samples of the run.
    options
        The device and the number format.
    models
        Where checkpoints are trained: in the model process, in this one, or on a cluster.
    cancel
        Asked after each step.
    """

    samples: Samples
    options: ExtractionOptions
    models: ModelCalls
    cancel: CancelToken


class Trainer(Protocol):
    """Trains doses: one after the other, or some at a time, each in a thread of its own."""

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Train one dose; ``on_progress`` is called with the share of it that is done.

        Raises
        ------
        ModelError
            If the model cannot be trained, or its process died; the next dose can be.
        CancelledError
            If cancellation was requested.
        """
        ...

    def clock(self) -> float:
        """Seconds by which doses are timed, from any start."""
        ...


MakeTrainer: TypeAlias = Callable[[TrainingGround], Trainer]


class ModelTrainer:
    """Trains the checkpoints themselves, timed by the clock of this process.

    Parameters
    ----------
    ground
        What all doses have in common.
    """

    def __init__(self, ground: TrainingGround) -> None:
        self._ground = ground

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Train one dose."""
        ground = self._ground
        result: TaskResult = ground.models.call(
            "train_dose",
            task,
            ground.samples,
            options=ground.options,
            on_progress=on_progress,
            cancel=ground.cancel,
        )
        return result

    def clock(self) -> float:
        """Seconds of the performance counter."""
        return time.perf_counter()
