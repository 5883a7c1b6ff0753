"""What a dose of training is asked to do, what it gave, and what is said of a winner. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import DoseStage, FloatArray, ModelSpec

__all__ = ["TaskResult", "TrainingTask", "WinnerCard"]


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
    lora
        Whether low-rank adapters and the head are trained instead of all weights.
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
    lora: bool = False


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
        Number of weights of the network, without adapters.
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


@dataclass(frozen=True, slots=True)
class WinnerCard:
    """What the model card of a winner says besides what the model says of itself.

    Parameters
    ----------
    data
        What the samples are, in words.
    recipe
        How the model was trained, in one or more sentences.
    measure, value
        ``"accuracy"``, ``"r2"`` or ``"average_precision"`` on samples that were held out.
    low, high
        Ends of its 90 % interval.
    n_train, n_test
        Numbers of training and held-out samples.
    n_compared
        Number of models that were compared.
    run_id
        The run in which it won.
    seed
        Seed of the run.
    created_at
        Date and time of the training, ISO 8601.
    lora
        Whether low-rank adapters were trained, which are merged into the weights.
    """

    data: str
    recipe: str
    measure: str
    value: float
    low: float
    high: float
    n_train: int
    n_test: int
    n_compared: int
    run_id: str
    seed: int
    created_at: str
    lora: bool = False
