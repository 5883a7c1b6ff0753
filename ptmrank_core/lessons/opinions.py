"""What the metrics and a linear probe say of one candidate on the samples of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.errors import MetricError, MetricInputError
from ptmrank_core.lessons.scene import Candidate, Task
from ptmrank_core.lessons.world import World, make_world
from ptmrank_core.metrics import METRICS, compute, default_metrics, prepare_inputs
from ptmrank_core.probing import fit_probe
from ptmrank_core.records import MetricOutput

__all__ = ["Opinion", "cheap_metrics", "probe", "score_candidate", "score_world", "slow_metrics"]


@dataclass(frozen=True, eq=False, slots=True)
class Opinion:
    """Scores of one candidate.

    Parameters
    ----------
    outputs
        Default form of a metric -> what it returned.
    problems
        Metric -> why it has no value here.
    accuracy
        Out-of-fold accuracy of a linear probe on the features against the labels, in [0, 1]; copies of one
        sample are kept in one fold. ``None`` where it was not probed.
    leaky_accuracy
        The same where each copy is put into a fold of its own, so that copies of what is tested are learned
        from; equal to ``accuracy`` where nothing is a copy.
    """

    outputs: Mapping[str, MetricOutput]
    problems: Mapping[str, str]
    accuracy: float | None = None
    leaky_accuracy: float | None = None


def cheap_metrics() -> tuple[str, ...]:
    """Name the metrics whose scores need no iteration over samples: they follow a slider at once."""
    return tuple(name for name in default_metrics() if METRICS[name].cost != "iterative")


def slow_metrics() -> tuple[str, ...]:
    """Name the other metrics."""
    return tuple(name for name in default_metrics() if METRICS[name].cost == "iterative")


def score_candidate(task: Task, candidate: Candidate, metrics: Sequence[str] | None = None) -> Opinion:
    """Score one candidate under metrics in their default form, and probe it.

    Parameters
    ----------
    task, candidate
        The samples, and how they are seen.
    metrics
        Names; all by default.

    Raises
    ------
    InputError
        A number is outside its range.
    """
    world = make_world(task, candidate)
    outputs, problems = score_world(world, default_metrics() if metrics is None else metrics)
    return Opinion(outputs, problems, *probe(world, task.seed))


def score_world(world: World, metrics: Sequence[str]) -> tuple[dict[str, MetricOutput], dict[str, str]]:
    """Score samples under some metrics: what each returned, or why it has no value."""
    inputs = prepare_inputs(**world.arrays)
    outputs: dict[str, MetricOutput] = {}
    problems: dict[str, str] = {}
    for metric in metrics:
        try:
            outputs[metric] = compute(metric, inputs)
        except (MetricError, MetricInputError) as error:
            problems[metric] = str(error)
    return outputs, problems


def probe(world: World, seed: int) -> tuple[float, float]:
    """Return the accuracy of a linear probe with copies kept together, and with copies torn apart."""
    features, labels = world.arrays["embeddings"], world.arrays["labels"]
    accuracy = fit_probe(features, labels=labels, groups=world.groups, seed=seed).value
    leaky = fit_probe(features, labels=labels, seed=seed).value if world.groups else accuracy
    return accuracy, leaky
