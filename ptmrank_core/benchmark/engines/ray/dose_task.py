"""What a node trains: a dose of a race, in the process for models of that node."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.engines.ray.states import StateFiles, read_files, write_files
from ptmrank_core.benchmark.engines.ray.task import TaskOrder, fetched_here
from ptmrank_core.errors import PTMRankError
from ptmrank_core.features.process.carried import ForeignError, carry
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.files import temporary_folder
from ptmrank_core.records import Samples

__all__ = ["Board", "DoseOrder", "TrainedDose", "train_dose_here"]

# The share that is done is told so often at most.
SECONDS_BETWEEN = 0.2


@dataclass(frozen=True, slots=True)
class DoseOrder:
    """What a node is asked to train.

    Parameters
    ----------
    asked
        The model and the options.
    task
        The dose; the node has folders of its own for the state that it continues and the one that it keeps.
    samples
        Fingerprint of the samples.
    """

    asked: TaskOrder
    task: TrainingTask
    samples: str


@dataclass(frozen=True, eq=False, slots=True)
class TrainedDose:
    """What a node sends back: what the dose gave, and the state after it."""

    result: TaskResult
    state: StateFiles


class Board:
    """How far the doses are: nodes write on it, and the run reads it."""

    def __init__(self) -> None:
        self._shares: dict[str, float] = {}

    def tell(self, dose: str, share: float) -> None:
        """Note the share of a dose that is done."""
        self._shares[dose] = share

    def read(self, dose: str) -> float:
        """Return that share; 0 before anything is known."""
        return self._shares.get(dose, 0.0)


# The samples that were trained on last, by fingerprint, as long as the worker of the node lives.
_samples: dict[str, Samples] = {}


def train_dose_here(order: bytes, samples: bytes, state: bytes, board: Any, dose: str) -> bytes:
    """Train a dose; return a frame with a :class:`TrainedDose`, or with the error of the model.

    Parameters
    ----------
    order
        A frame with a :class:`DoseOrder`.
    samples
        A frame with a block that holds all samples, with their labels.
    state
        A frame with the files of the state that is continued; ``None`` in it to start from the checkpoint.
    board
        Stands for a :class:`Board`.
    dose
        The name of the dose there.
    """
    asked: DoseOrder = unpack(from_bytes(order))
    told_at = 0.0

    def tell(share: float) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= SECONDS_BETWEEN:
            told_at = time.monotonic()
            board.tell.remote(dose, share)

    try:
        trained = _train(asked, _samples_of(asked.samples, samples), unpack(from_bytes(state)), tell)
        return to_bytes(pack(FrameKind.RESULT, trained))
    except (PTMRankError, ForeignError, OSError) as error:
        return to_bytes(pack(FrameKind.ERROR, carry(error)))


def _samples_of(fingerprint: str, frame: bytes) -> Samples:
    """Read samples, unless they were those of the last dose here."""
    if fingerprint not in _samples:
        _samples.clear()
        _samples[fingerprint] = unpack(from_bytes(frame)).samples
    return _samples[fingerprint]


def _train(
    order: DoseOrder, samples: Samples, state: StateFiles | None, tell: Callable[[float], None]
) -> TrainedDose:
    settings, models, spec = fetched_here(order.asked)
    with temporary_folder(settings.home) as folder:
        before, after = folder / "before", folder / "after"
        if state is not None:
            write_files(before, state)
        task = replace(order.task, spec=spec, continues=None if state is None else before, keeps=after)
        result = models.call("train_dose", task, samples, options=order.asked.options, on_progress=tell)
        return TrainedDose(result, read_files(after))
