"""Every metric's score in a scene, and how the scores change with the separation of the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.errors import MetricError, MetricInputError
from ptmrank_core.lessons.world import Scene, World, make_world
from ptmrank_core.metrics import compute, default_metrics, prepare_inputs
from ptmrank_core.probing import fit_probe
from ptmrank_core.records import MetricOutput

__all__ = ["SEPARATIONS", "Lesson", "Sweep", "sweep", "teach"]

# Where the curves are computed, in standard deviations of a class.
SEPARATIONS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True, eq=False, slots=True)
class Lesson:
    """Scores of one scene.

    Parameters
    ----------
    scene, world
        What was scored.
    outputs
        Default form of a metric -> what it returned.
    problems
        Metric -> why it has no value here.
    accuracy
        Out-of-fold accuracy of a linear probe on the same features, in [0, 1].
    """

    scene: Scene
    world: World
    outputs: Mapping[str, MetricOutput]
    problems: Mapping[str, str]
    accuracy: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """Scores at several separations of the classes, everything else as in one scene.

    Parameters
    ----------
    separations
        k separations, ascending.
    values
        Metric -> k values; ``None`` where there is none.
    accuracies
        k accuracies of the linear probe.
    """

    separations: tuple[float, ...]
    values: Mapping[str, tuple[float | None, ...]]
    accuracies: tuple[float, ...]


def teach(scene: Scene) -> Lesson:
    """Score one scene under every metric in its default form.

    Raises
    ------
    InputError
        A number of the scene is outside its range.
    """
    world = make_world(scene)
    inputs = prepare_inputs(**world.arrays)
    outputs: dict[str, MetricOutput] = {}
    problems: dict[str, str] = {}
    for metric in default_metrics():
        try:
            outputs[metric] = compute(metric, inputs)
        except (MetricError, MetricInputError) as error:
            problems[metric] = str(error)
    probe = fit_probe(world.arrays["embeddings"], labels=world.arrays["labels"], seed=scene.seed)
    return Lesson(scene, world, outputs, problems, probe.value)


def sweep(scene: Scene, separations: Sequence[float] = SEPARATIONS) -> Sweep:
    """Score a scene at several separations of its classes.

    Raises
    ------
    InputError
        A number is outside its range.
    """
    lessons = [teach(replace(scene, separation=separation)) for separation in separations]
    values = {
        metric: tuple(
            lesson.outputs[metric].value if metric in lesson.outputs else None for lesson in lessons
        )
        for metric in default_metrics()
    }
    return Sweep(tuple(separations), values, tuple(lesson.accuracy for lesson in lessons))
