"""Events that long-running work reports: to the run store, to the command line's progress bar, to a test.

A sink takes one event and returns nothing. A cancel token returns whether cancellation was requested; it is
called after each batch and each cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ptmrank_core.errors import CancelledError
from ptmrank_core.records import Cell, DoseStage, RunState, Stage

__all__ = [
    "AnalysisStep",
    "BatchDone",
    "CancelToken",
    "CellDone",
    "Downloaded",
    "Event",
    "ModelStarted",
    "RaceStep",
    "RunFinished",
    "RunStarted",
    "Sink",
    "StageStarted",
    "Waiting",
    "discard_event",
    "never_cancels",
    "raise_if_cancelled",
]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run waits for its device behind ``n_ahead`` other runs; sent whenever that number changes."""

    run_id: str
    n_ahead: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A worker has started the run."""

    run_id: str
    n_models: int
    n_samples: int


@dataclass(frozen=True, slots=True)
class ModelStarted:
    """Work on one model begins; ``index`` counts from 1, and so many are at work at a time at most."""

    model: str
    index: int
    total: int
    n_at_once: int = 1


@dataclass(frozen=True, slots=True)
class StageStarted:
    """One stage of one model begins."""

    model: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Downloaded:
    """Bytes of a model downloaded so far; the total is ``None`` if the Hub does not state it."""

    model: str
    done_bytes: int
    total_bytes: int | None


@dataclass(frozen=True, slots=True)
class BatchDone:
    """Samples whose features are available, cached ones included; ``n_run`` counts those the model ran on."""

    model: str
    done: int
    total: int
    n_run: int = 0


@dataclass(frozen=True, slots=True)
class CellDone:
    """A cell (one model under one metric) is decided."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class AnalysisStep:
    """One of the analyses after the first ranking has completed a step."""

    kind: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RaceStep:
    """A dose of a race is at work.

    Parameters
    ----------
    model, stage
        The model that is trained, and what of it.
    share
        Share of the dose that is done, in [0, 1].
    seconds_left
        Time that is left for the race.
    """

    model: str
    stage: DoseStage
    share: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The worker has finished its work on the run."""

    run_id: str
    state: RunState


Event: TypeAlias = (
    Waiting
    | RunStarted
    | ModelStarted
    | StageStarted
    | Downloaded
    | BatchDone
    | CellDone
    | AnalysisStep
    | RaceStep
    | RunFinished
)
Sink: TypeAlias = Callable[[Event], None]
CancelToken: TypeAlias = Callable[[], bool]


def discard_event(_event: Event) -> None:
    """Discard the event: a sink for callers that need no progress."""


def never_cancels() -> bool:
    """Return ``False``: a cancel token that never requests cancellation."""
    return False


def raise_if_cancelled(token: CancelToken) -> None:
    """Raise :class:`CancelledError` if cancellation was requested."""
    if token():
        raise CancelledError("The run was cancelled.")
