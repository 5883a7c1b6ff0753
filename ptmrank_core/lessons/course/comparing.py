"""Scores of two candidates side by side, and which metrics put which of them first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ptmrank_core.lessons.comparison import leaders
from ptmrank_core.lessons.course.exhibits import Grid
from ptmrank_core.lessons.opinions import cheap_metrics, probe, score_world
from ptmrank_core.lessons.scene import Candidate, Task
from ptmrank_core.lessons.world import make_world
from ptmrank_core.metrics import METRICS, join_titles

__all__ = ["Values", "duel", "ends", "probed", "put_first", "say_metrics", "values_of", "winners"]

Values: TypeAlias = Mapping[str, float]


def values_of(task: Task, candidate: Candidate, metrics: Sequence[str] = ()) -> dict[str, float]:
    """Score a candidate: metric -> value, of those that are computed at once where none are named."""
    outputs, _ = score_world(make_world(task, candidate), metrics or cheap_metrics())
    return {metric: output.value for metric, output in outputs.items()}


def probed(task: Task, candidate: Candidate) -> tuple[float, float]:
    """Probe a candidate: its accuracy with copies of a sample kept together, and with copies torn apart."""
    return probe(make_world(task, candidate), task.seed)


def put_first(metric: str, first: float, second: float) -> int:
    """Say which of two scores is better: 0 the first, 1 the second, -1 neither."""
    sign = 1 if METRICS[metric].higher_is_better else -1
    found = leaders({0: sign * first, 1: sign * second})
    return found[0] if len(found) == 1 else -1


def winners(first: Values, second: Values) -> dict[str, int]:
    """Say for each metric with both scores which is better, as :func:`put_first`."""
    return {name: put_first(name, value, second[name]) for name, value in first.items() if name in second}


def ends(values: Mapping[str, int], place: int) -> list[str]:
    """Name the metrics that put this one first."""
    return [metric for metric, winner in values.items() if winner == place]


def duel(columns: tuple[str, str], first: Values, second: Values) -> Grid:
    """Put the scores of two candidates side by side; the better one is marked."""
    found = winners(first, second)
    return Grid(
        rows=tuple(METRICS[metric].title for metric in found),
        columns=columns,
        values=tuple((first[metric], second[metric]) for metric in found),
        marked=tuple((winner == 0, winner == 1) for winner in found.values()),
        mark="the better score",
    )


def say_metrics(metrics: Sequence[str]) -> str:
    """Name metrics in a sentence; ``None of them`` where there are none."""
    return join_titles(metrics) if metrics else "None of them"
