"""A plan for 45 minutes: what is opened when, and what is asked there."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.lessons.course import COURSE, Lesson
from ptmrank_core.lessons.scene import Candidate, Scene, Task

__all__ = ["PLAN", "Step"]

QUESTION = Scene(Task(), (Candidate("A", 2.0), Candidate("B", separation=1.5, n_noise_features=60)))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a class.

    Parameters
    ----------
    minutes
        How long it takes.
    title
        What it is about.
    told
        What the teacher does and asks.
    opens
        What its link opens: a lesson, a scene in the playground, or the quiz (``None``).
    """

    minutes: int
    title: str
    told: str
    opens: Lesson | Scene | None


def _lesson(key: str) -> Lesson:
    return next(lesson for lesson in COURSE if lesson.key == key)


def _step(minutes: int, key: str, told: str) -> Step:
    lesson = _lesson(key)
    return Step(minutes, lesson.title, told, lesson)


PLAN = (
    Step(
        5,
        "Which of two models would you fine-tune?",
        "Show the two candidates and let the class vote before anybody scrolls. Read out who agrees with "
        "real training and who does not: that metrics disagree is the topic of the hour.",
        QUESTION,
    ),
    _step(
        4,
        "classes-apart",
        "What do scores see? Everybody predicts by a show of hands, then answer. It is the easy case, in "
        "which all agree.",
    ),
    _step(
        7,
        "wide-noise",
        "The first surprise. Ask why a fit to the samples themselves says nothing, and what the probe does "
        "differently. Let somebody look up how wide the models are that they use.",
    ),
    _step(
        5,
        "as-published",
        "One missing term. Ask how anybody could have found it, and who checks published code.",
    ),
    _step(
        5,
        "source-head",
        "What can a metric know that never looks at the features? Let the class name tasks whose classes "
        "follow theirs.",
    ),
    _step(
        5,
        "copies",
        "Ask who has frames, speakers or patients in their data, and how they made their folds.",
    ),
    _step(
        5,
        "ten-samples",
        "Predict, answer, and then take another draw of the samples. Let the class say how many samples "
        "they would label.",
    ),
    _step(
        4,
        "probe-or-training",
        "Two different questions. Close with what this means for a ranking: evidence, not truth.",
    ),
    Step(
        5,
        "Quiz",
        "Everybody opens the quiz on their own device; it takes the other lessons along. The score stays "
        "in the address of each browser. The exercises below are for home.",
        None,
    ),
)
"""The steps; they take 45 minutes together."""
