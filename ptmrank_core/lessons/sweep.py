"""How every score, the probe and training move with one setting, everything else as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.lessons.knobs import KNOBS, Knob
from ptmrank_core.lessons.opinions import Opinion, score_candidate
from ptmrank_core.lessons.scene import Candidate, Task
from ptmrank_core.lessons.training import Training, train
from ptmrank_core.metrics import default_metrics

__all__ = ["Sweep", "sweep", "sweep_of", "sweep_points"]

Point = tuple[Task, Candidate]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Scores at several values of one setting.

    Parameters
    ----------
    knob
        The setting.
    at
        k values of it, ascending.
    values
        Metric -> k scores; ``None`` where there is none.
    probed
        k accuracies of the linear probe.
    trained
        k accuracies of the trained network on fresh samples.
    """

    knob: Knob
    at: tuple[float, ...]
    values: Mapping[str, tuple[float | None, ...]]
    probed: tuple[float | None, ...]
    trained: tuple[float | None, ...]


def sweep_points(task: Task, candidate: Candidate, knob: str) -> tuple[Point, ...]:
    """Return the task and the candidate at each value that a sweep goes through.

    Parameters
    ----------
    task, candidate
        The settings that stay.
    knob
        Name of the one that moves; its own value does not matter.
    """
    known = KNOBS[knob]
    whole = isinstance(known.least, int)
    at: list[Any] = [int(value) if whole else value for value in known.sweep]
    if known.whose == "task":
        return tuple((replace(task, **{knob: value}), candidate) for value in at)
    return tuple((task, replace(candidate, **{knob: value})) for value in at)


def sweep(task: Task, candidate: Candidate, knob: str) -> Sweep:
    """Score, probe and train one candidate at several values of a setting.

    Raises
    ------
    InputError
        Another number is outside its range.
    """
    points = sweep_points(task, candidate, knob)
    return sweep_of(knob, [score_candidate(*point) for point in points], [train(*point) for point in points])


def sweep_of(knob: str, opinions: Sequence[Opinion], trainings: Sequence[Training | None]) -> Sweep:
    """Put together what is known at each value of a setting (:func:`sweep_points`)."""
    values = {
        metric: tuple(own.outputs[metric].value if metric in own.outputs else None for own in opinions)
        for metric in default_metrics()
    }
    return Sweep(
        KNOBS[knob],
        KNOBS[knob].sweep,
        values,
        tuple(own.accuracy for own in opinions),
        tuple(None if trained is None else trained.accuracy for trained in trainings),
    )
