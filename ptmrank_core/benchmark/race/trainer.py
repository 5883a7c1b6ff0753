"""Who trains the doses of a race: this process, or a model process. No import of torch here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ptmrank_core.config import Settings
from ptmrank_core.events import CancelToken
from ptmrank_core.features.training.doses import TaskResult, TrainingTask, train_dose
from ptmrank_core.records import ExtractionOptions, Samples

__all__ = ["OpenTrainer", "Trainer", "TrainingGround", "open_trainer", "train_here"]

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
    settings
        Where data are stored.
    cancel
        Asked after each step.
    """

    samples: Samples
    options: ExtractionOptions
    settings: Settings
    cancel: CancelToken


class Trainer(Protocol):
    """Trains one dose after the other."""

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Train one dose; ``on_progress`` is called with the share of it that is done.

        Raises
        ------
        ModelError
            If the model cannot be trained; the next dose can.
        CancelledError
            If cancellation was requested.
        """
        ...

    def clock(self) -> float:
        """Seconds by which doses are timed, from any start."""
        ...


OpenTrainer: TypeAlias = Callable[[TrainingGround], AbstractContextManager[Trainer]]
"""Opens a trainer for one race; leaving the context ends what it has started."""


class _TrainerHere:
    """Trains in this process."""

    def __init__(self, ground: TrainingGround) -> None:
        self._ground = ground
        self.clock = time.perf_counter

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Train one dose."""
        return train_dose(
            task,
            self._ground.samples,
            options=self._ground.options,
            on_progress=on_progress,
            cancel=self._ground.cancel,
        )


@contextmanager
def train_here(ground: TrainingGround) -> Iterator[Trainer]:
    """Train in this process: a model that crashes it ends the run."""
    yield _TrainerHere(ground)


open_trainer = train_here
