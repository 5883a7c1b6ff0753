"""How a model is trained for real, and what that gives: records, without torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TrainingRecipe", "TrainingResult"]


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How a model is trained.

    Parameters
    ----------
    seconds
        Time for everything; at least one step is done.
    seed
        Seed of the order of the samples, of dropout, and of nothing else: the head starts at zero.
    epochs
        Passes over the training samples where time allows.
    batch_size
        Samples of one step.
    """

    seconds: float
    seed: int
    epochs: int = 10
    batch_size: int = 16


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What training a model gave.

    Parameters
    ----------
    measure, value
        ``"accuracy"`` (a share of 1) or ``"r2"``, on the test samples.
    standard_error
        Of an accuracy, from the number of test samples alone; ``None`` of an R2.
    n_train, n_test
        Samples.
    epochs, planned_epochs
        Passes that were done, in parts of one too, and those that were planned.
    learning_rate
        Peak rate of the model's own weights.
    seconds
        What it took, from loading to testing.
    """

    measure: str
    value: float
    standard_error: float | None
    n_train: int
    n_test: int
    epochs: float
    planned_epochs: int
    learning_rate: float
    seconds: float

    @property
    def was_cut(self) -> bool:
        """Whether the time ran out before the planned passes were done."""
        return self.epochs < self.planned_epochs - 1e-9
