"""The recipe of fine-tuning: a record. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LORA_ALPHA", "LORA_RANK", "LORA_RATE", "TrainingRecipe"]

# Low-rank adapters: their rank, their scale, and how much faster they are trained than all weights would be.
LORA_RANK, LORA_ALPHA, LORA_RATE = 8, 16, 10.0


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
