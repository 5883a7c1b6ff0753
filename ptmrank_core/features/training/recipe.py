"""Records of fine-tuning: the recipe and the result. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TrainingRecipe", "TrainingResult"]


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How a model is trained.

    Parameters
    ----------
    seconds
        Time limit for loading, training and testing; at least one step is done.
    seed
        Seed of the order of the samples and of dropout; the head starts at zero.
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
    """Result of training a model.

    Parameters
    ----------
    measure, value
        ``"accuracy"`` (a share of 1) or ``"r2"``, on the test samples.
    standard_error
        Of an accuracy, from the number of test samples; ``None`` for R2.
    n_train, n_test
        Number of samples.
    epochs, planned_epochs
        Passes done, which may be a fraction, and passes planned.
    learning_rate
        Peak learning rate of the model's weights.
    seconds
        Duration from loading to testing.
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
