"""What each model of a race reached while it was trained, as points."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.records import DoseStage, RaceDose
from ptmrank_core.results.race.rows import passes_of, race_rows, with_before
from ptmrank_core.results.race.so_far import RaceSoFar

__all__ = ["RaceCurve", "RacePoint", "final_clock", "race_curves"]


@dataclass(frozen=True, slots=True)
class RacePoint:
    """What a model reaches at one time, on the samples that choose.

    Parameters
    ----------
    clock
        Seconds of the race, over all models.
    seconds
        Seconds that this model was trained for.
    passes
        Passes of this model over the training samples, in all stages; 0 for a head on frozen features.
    value
        The measure.
    stage
        What was trained.
    """

    clock: float
    seconds: float
    passes: float
    value: float
    stage: DoseStage


@dataclass(frozen=True, slots=True)
class RaceCurve:
    """The points of one model in the order of time, at least one; its standing and reason as in its row."""

    model: str
    standing: str
    reason: str
    points: tuple[RacePoint, ...]


def race_curves(so_far: RaceSoFar) -> tuple[RaceCurve, ...]:
    """Make the curve of each model that was trained, in the order of the standings."""
    starts, curves = starts_of(so_far), []
    for row in race_rows(so_far):
        own = [dose for dose in so_far.doses if dose.model == row.model]
        points: list[RacePoint] = []
        seconds = passes = 0.0
        for dose, before in with_before(own):
            done = passes_of(dose, before, so_far)
            for share, value in _values(dose, before):
                spent = share * dose.seconds
                at = (starts[dose.number] + spent, seconds + spent, passes + share * done)
                points.append(RacePoint(*at, value, dose.stage))
            seconds, passes = seconds + dose.seconds, passes + done
        if points:
            curves.append(RaceCurve(row.model, row.standing, row.reason, tuple(points)))
    return tuple(curves)


def final_clock(so_far: RaceSoFar) -> float:
    """Compute when the final training ended, on the clock of the curves."""
    last = next((dose for dose in reversed(so_far.final_doses) if dose.value is not None), None)
    if last is not None:
        return starts_of(so_far)[last.number] + last.seconds
    final = so_far.race.final
    return sum(dose.seconds for dose in so_far.trainings) + (final.seconds if final else 0.0)


def starts_of(so_far: RaceSoFar) -> dict[int, float]:
    """Compute when each training began, by its number: in seconds of training before it."""
    starts, clock = {}, 0.0
    for dose in so_far.trainings:
        starts[dose.number] = clock
        clock += dose.seconds
    return starts


def _values(dose: RaceDose, before: float) -> list[tuple[float, float]]:
    """List the values of a dose by the share of it that was done; its own value stands at the end."""
    if dose.value is None:
        return []
    length = dose.epochs - before
    values = [((epochs - before) / length, value) for epochs, value in dose.curve] if length > 0 else []
    return [*((share, value) for share, value in values if 0 < share < 1 - 1e-9), (1.0, dose.value)]
