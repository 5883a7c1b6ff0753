"""What a race knows of its candidates, before it thinks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ptmrank_core.records import RaceDose, RaceParts

__all__ = ["STEPS", "RaceFacts", "Runner", "passes_to", "planned_epochs", "progress"]

# Fractions of the final training that doses come to.
STEPS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)

# Samples that the networks on record had seen when nothing more was gained.
SAMPLES_SEEN = 6000
FEWEST_EPOCHS, MOST_EPOCHS = 3, 30


@dataclass(frozen=True, slots=True)
class RaceFacts:
    """What is the same for all models of a race.

    Parameters
    ----------
    measure
        ``"accuracy"``, ``"r2"`` or ``"average_precision"``.
    chance
        What a constant guess reaches: the share of the largest class, 0 for R2, the mean share of positives.
    parts
        How the samples were parted.
    epochs
        Passes of the final training; 0 for :func:`planned_epochs`.
    steps
        Fractions of the final training that doses come to, ascending.
    """

    measure: str
    chance: float
    parts: RaceParts
    epochs: int = 0
    steps: tuple[float, ...] = STEPS

    @property
    def n_final(self) -> int:
        """Number of samples of the final training."""
        return self.parts.training + self.parts.choosing

    @property
    def final_epochs(self) -> int:
        """Passes of the final training, before a curve is known."""
        return self.epochs or planned_epochs(self.n_final)

    @property
    def doses(self) -> tuple[float, ...]:
        """Passes over the training part that doses come to, ascending."""
        return tuple(sorted({passes_to(step, self.final_epochs) for step in self.steps}))


@dataclass(frozen=True, slots=True)
class Runner:
    """A candidate of a race, and all that is known of it.

    Parameters
    ----------
    model
        Its id.
    probe
        Value of a linear probe on the samples that do not judge, out of fold; ``None`` where there is none.
    seconds_per_epoch
        Duration of a pass over the training part: measured, or guessed as three forward passes.
    doses
        Its doses so far, in their order.
    failed
        Why it cannot be trained, in one sentence; empty if it can.
    """

    model: str
    probe: float | None
    seconds_per_epoch: float
    doses: tuple[RaceDose, ...] = ()
    failed: str = ""

    @property
    def problem(self) -> str:
        """Why it takes no part, in one sentence; empty if it does."""
        return self.failed or next((dose.problem for dose in self.doses if dose.problem), "")

    @property
    def trained(self) -> RaceDose | None:
        """The last dose that trained all weights."""
        found = [dose for dose in self.doses if dose.value is not None and dose.stage in ("part", "full")]
        return found[-1] if found else None

    @property
    def headed(self) -> float | None:
        """Value of a linear head: of the probe, or of a dose of the head alone where there is none."""
        heads = [dose.value for dose in self.doses if dose.stage == "head" and dose.value is not None]
        return self.probe if self.probe is not None else next(iter(heads), None)


def planned_epochs(n_samples: int) -> int:
    """Choose passes of a training by the number of its samples, before a curve is known."""
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(SAMPLES_SEEN / n_samples)))


def passes_to(fraction: float, epochs: float) -> float:
    """Count the passes up to a fraction of a training: whole ones, or quarters of the first one."""
    passes = fraction * epochs
    return float(round(passes)) if passes > 0.875 else max(0.25, float(np.ceil(4 * passes - 1e-9)) / 4)


def progress(dose: RaceDose, facts: RaceFacts) -> float:
    """Fraction of the final training that a dose has come to, in passes over as many samples."""
    return min(1.0, dose.epochs * dose.n_train / (facts.parts.training * facts.final_epochs))
