"""How a model is trained for real: a record, without torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TrainingRecipe"]


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
