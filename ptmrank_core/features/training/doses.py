"""Doses of training, each of which continues the last. Imports torch only when it trains."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import DoseStage, ModelSpec

__all__ = ["TaskResult", "TrainingTask"]


@dataclass(frozen=True, eq=False, slots=True)
class TrainingTask:
    """One dose of training of one model."""

    spec: ModelSpec
    stage: DoseStage
    rows: NDArray[np.int64]
    tested: NDArray[np.int64]
    epochs: float
    continues: Path | None
    keeps: Path
    seed: int
    rate: float = 1.0
    seconds: float = inf


@dataclass(frozen=True, eq=False, slots=True)
class TaskResult:
    """The result of a dose."""

    outputs: NDArray[np.float32]
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
    accumulated: int = 1
    notes: tuple[str, ...] = ()


def train_dose(task: TrainingTask, samples: Any, **more: Any) -> TaskResult:
    raise NotImplementedError


def save_winner(*args: Any, **more: Any) -> None:
    raise NotImplementedError
