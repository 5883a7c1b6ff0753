"""Exercises: a scene to start from, what to do there, and what will be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from ptmrank_core.lessons.course.comparing import ends, probed, put_first, values_of, winners
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.lessons.training import train
from ptmrank_core.metrics import METRICS, SOURCE_LOGITS

__all__ = ["EXERCISES", "Exercise"]


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise for the playground.

    Parameters
    ----------
    title
        What it is about.
    scene
        Where it starts.
    task
        What to do, and what to ask oneself.
    expected
        What will be seen.
    holds
        Seed of the samples -> whether that is what the functions of the product give.
    """

    title: str
    scene: Scene
    task: str
    expected: str
    holds: Callable[[int], bool]


def _seen(scene: Scene, seed: int) -> tuple[Task, tuple[Candidate, ...]]:
    """Take a scene apart, with other samples."""
    return replace(scene.task, seed=seed), scene.candidates


WIDTH = Scene(Task(), (Candidate("A", separation=1.0), Candidate("B", separation=0.0, n_noise_features=6)))


def _width(seed: int) -> bool:
    task, (good, noise) = _seen(WIDTH, seed)
    fooled = [
        len(ends(winners(values_of(task, good), values_of(task, replace(noise, n_noise_features=width))), 1))
        for width in (6, 60, 150)
    ]
    probes = [probed(task, candidate)[0] for candidate in (good, noise, replace(noise, n_noise_features=150))]
    return fooled[0] <= 1 and fooled[2] >= 4 and probes[0] > max(probes[1:])


IMBALANCE = Scene(Task(), (Candidate("A", separation=0.0),))


def _imbalance(seed: int) -> bool:
    task, (guessing,) = _seen(IMBALANCE, seed)
    uneven = replace(task, imbalance=10.0)
    return probed(task, guessing)[0] < 0.45 and probed(uneven, guessing)[0] > 0.6


LABELS = Scene(Task(n_per_class=20, wrong_labels=0.4), (Candidate("A", separation=4.0),))


def _labels(seed: int) -> bool:
    task, (model,) = _seen(LABELS, seed)
    many = replace(task, n_per_class=200)
    return (
        train(many, model).accuracy > train(task, model).accuracy + 0.05
        and probed(many, model)[0] < train(many, model).accuracy - 0.1
    )


HEAD = Scene(Task(), (Candidate("A", head=1.0), Candidate("B", head=1.0)))


def _head(seed: int) -> bool:
    task, (_, model) = _seen(HEAD, seed)
    heads = [values_of(task, replace(model, head=head)) for head in (1.0, 0.5, 0.0)]
    reading = {metric for metric in heads[0] if SOURCE_LOGITS in METRICS[metric].needs}
    moving = {metric for metric in heads[0] if len({round(values[metric], 9) for values in heads}) > 1}
    falling = all(
        put_first(metric, before[metric], after[metric]) == 0
        for metric in reading
        for before, after in pairwise(heads)
    )
    return moving == reading and falling


HIDDEN = Scene(Task(), (Candidate("A", separation=2.5), Candidate("B", separation=1.5)))


def _hidden(seed: int) -> bool:
    task, (ready, model) = _seen(HIDDEN, seed)
    deep = replace(model, hidden=4.0)
    rival = train(task, ready).accuracy
    return train(task, model).accuracy < rival < train(task, deep).accuracy and values_of(
        task, model
    ) == values_of(task, deep)


UNITS = Scene(Task(), (Candidate("A", n_noise_features=30), Candidate("B", n_noise_features=30)))


def _units(seed: int) -> bool:
    task, (model, _) = _seen(UNITS, seed)
    small, large = (replace(model, scale=scale) for scale in (0.01, 100.0))
    first, second = values_of(task, small), values_of(task, large)
    probes = [probed(task, own)[0] for own in (small, large)]
    moving = [name for name in first if abs(second[name] - first[name]) > 0.01 * abs(first[name])]
    return probes[0] == probes[1] and 1 < len(moving) < len(first)


EXERCISES = (
    Exercise(
        "How wide is too wide?",
        WIDTH,
        "B knows nothing of the classes. Move its features that know nothing from 6 to 150, step by step. "
        "From where on do metrics put B first, and which ones never do?",
        "With 6 features of noise at most two metrics are taken in, with 150, as many as there are samples, "
        "at least four are; the probe never is.",
        _width,
    ),
    Exercise(
        "An accuracy without knowledge",
        IMBALANCE,
        "The model knows nothing, and the probe guesses. Under More, raise the largest class to ten times "
        "the smallest. What does the probe's accuracy become, and what should it be compared with?",
        "It rises from about a third to over 60 %, the share of the largest class: accuracy has to be "
        "compared with the constant guess.",
        _imbalance,
    ),
    Exercise(
        "Do more samples help against wrong labels?",
        LABELS,
        "Two labels in five were drawn anew. Raise the samples of each class from 20 to 200 and watch "
        "training and the probe.",
        "Training becomes right on more of the fresh samples, whose labels are true; the probe stays low, "
        "because it is tested on the wrong labels too.",
        _labels,
    ),
    Exercise(
        "Who reads the source head?",
        HEAD,
        "Under More, lower how far B's source head follows your classes from 1 to 0. Which scores move, "
        "and does training?",
        "Only the metrics that read the source head move, and they fall; all other scores and the probe "
        "stay where they are.",
        _head,
    ),
    Exercise(
        "What no metric sees",
        HIDDEN,
        "Under More, raise B's hidden separation from 0 to 4. When does training put B first, and which "
        "scores have moved by then?",
        "At 0 training puts A first, at 4 it puts B first; no score has moved at all.",
        _hidden,
    ),
    Exercise(
        "Units that are built in",
        UNITS,
        "Two equal models. Under More, set the scale of A to 0.01 and that of B to 100. Which metrics now "
        "prefer one of them?",
        "The probe is as right with both, as nothing that can be learned has changed; some metrics give "
        "them different scores, others do not.",
        _units,
    ),
)
"""Six exercises, the easier ones first."""
