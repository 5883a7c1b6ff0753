"""Records of a race: real training of the plausible models in growing doses, until one is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from ptmrank_core.records.verdict import Expectation

__all__ = ["DoseStage", "Race", "RaceDose", "RaceFinal", "RaceOrder", "RaceParts", "RaceStanding", "RaceTurn"]

DoseStage: TypeAlias = Literal["head", "part", "full", "final"]
"""What a dose trains: a head on frozen features, all weights (or adapters) on half or on all of the training
samples, or the winner on all samples that do not judge."""


@dataclass(frozen=True, slots=True)
class RaceParts:
    """Numbers of samples that are trained on, chosen by, and judged by.

    Parameters
    ----------
    training, choosing, judging
        Numbers of samples. A dose is tested on the choosing samples, the winner at last on the judging ones.
    seed
        Seed by which they were drawn.
    """

    training: int
    choosing: int
    judging: int
    seed: int


@dataclass(frozen=True, slots=True)
class RaceDose:
    """One dose of training of one model.

    Parameters
    ----------
    model
        Its id.
    number
        Place among all doses of the race, from 0.
    stage
        What was trained.
    measure, value
        ``"accuracy"``, ``"r2"`` or ``"average_precision"``, on the choosing samples after the dose; ``None``
        if training failed.
    standard_error
        Standard error of the value, from the number of samples alone; ``None`` where it is not known.
    losses
        Loss of each choosing sample after the dose: 0 or 1 for classes, the squared error of standardised
        numbers, the share of wrong labels. They pair the models.
    curve
        Passes over the training samples of this stage so far -> value after them, for those of this dose.
    n_train
        Number of samples that it was trained on.
    epochs
        Passes over them so far, in all doses of this stage.
    learning_rate
        Peak learning rate of the pre-trained weights, or of their adapters; 0 for a head alone.
    seconds
        Duration of the dose, loading included.
    reason
        Why this dose was chosen, in one sentence.
    problem
        Why training failed, in one sentence; empty if it did not.
    loading_seconds
        Seconds before the first step: loading the model, and starting the process that trains it.
    rate
        Factor on the usual peak learning rate of the model.
    """

    KIND: ClassVar[str] = "race dose"
    model: str
    number: int
    stage: DoseStage
    measure: str
    value: float | None
    standard_error: float | None
    losses: tuple[float, ...]
    curve: tuple[tuple[float, float], ...]
    n_train: int
    epochs: float
    learning_rate: float
    seconds: float
    reason: str = ""
    problem: str = ""
    loading_seconds: float = 0.0
    rate: float = 1.0

    @property
    def is_trial(self) -> bool:
        """Whether it only tries another learning rate for the final training: it compares no models."""
        return self.rate != 1.0 and self.stage != "final"


@dataclass(frozen=True, slots=True)
class RaceTurn:
    """What a race did at one place: a model, the stage of its dose, the passes to reach, and its rate."""

    model: str
    stage: DoseStage
    epochs: float
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class RaceOrder:
    """The doses of a race that is to be repeated, in their order; the final training is the last."""

    KIND: ClassVar[str] = "race order"
    turns: tuple[RaceTurn, ...]


@dataclass(frozen=True, slots=True)
class RaceStanding:
    """What a race knows of one model.

    Parameters
    ----------
    model
        Its id.
    expected
        Value after the final training, with a 90 % interval; ``None`` where nothing is known.
    chance_best
        Probability that its value after the final training is the greatest, in [0, 1].
    is_out
        Whether it takes no further part.
    reason
        Why it is out, in one sentence; empty if it is not.
    """

    model: str
    expected: Expectation | None
    chance_best: float
    is_out: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RaceFinal:
    """The final training of the winner, judged on samples that were neither trained on nor chosen by.

    Parameters
    ----------
    measure, value
        As in :class:`RaceDose`, on the judging samples.
    low, high
        Ends of its 90 % interval.
    n_train, n_test
        Numbers of training and judging samples.
    epochs
        Passes over the training samples.
    learning_rate
        Peak learning rate of the pre-trained weights.
    seconds
        Duration.
    dtype
        Number format of the training, such as ``"float32"`` or ``"bfloat16"``.
    """

    measure: str
    value: float
    low: float
    high: float
    n_train: int
    n_test: int
    epochs: float
    learning_rate: float
    seconds: float
    dtype: str


@dataclass(frozen=True, slots=True)
class Race:
    """The state of a race: stored when it begins, and again after each dose.

    Parameters
    ----------
    parts
        How the samples were parted.
    standings
        Every candidate, the leader first, those that are out last.
    seconds_limit, seconds_used
        Time for the race, the final training included; and how much of it the doses so far took.
    chance_other
        Probability that some other model is better than the leader by more than a point; ``None`` before the
        first standings.
    leader
        The model that is ahead; empty before the first standings.
    stopped
        Why no more doses are taken, in one sentence; empty while it is at work.
    winner
        The model that was trained to the end; empty if there is none (yet).
    final
        Its result; ``None`` if there is none (yet).
    notes
        Remarks for the reader, one sentence each.
    """

    KIND: ClassVar[str] = "race"
    parts: RaceParts
    standings: tuple[RaceStanding, ...]
    seconds_limit: float
    seconds_used: float
    chance_other: float | None = None
    leader: str = ""
    stopped: str = ""
    winner: str = ""
    final: RaceFinal | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the race has come to its end, with a winner or with the reason why there is none."""
        return self.final is not None or (bool(self.stopped) and not self.winner)
