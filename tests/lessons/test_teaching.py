"""What teachers are given: a plan that fills its time, and exercises that come out as they say."""

from __future__ import annotations

import pytest

from ptmrank_core.lessons.course import COURSE, DRAWS, Lesson
from ptmrank_core.lessons.teaching import EXERCISES, PLAN, Exercise


@pytest.mark.parametrize("seed", DRAWS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.title)
def test_an_exercise_comes_out_as_it_says(exercise: Exercise, seed: int) -> None:
    """What is expected to be seen is what the functions of the product give."""
    assert exercise.holds(seed)


def test_the_plan_takes_45_minutes() -> None:
    """Its steps fill the time; each lesson in it is one of the course, and no step comes twice."""
    assert sum(step.minutes for step in PLAN) == 45
    lessons = [step.opens for step in PLAN if isinstance(step.opens, Lesson)]
    assert set(lessons) <= set(COURSE)
    assert len({step.title for step in PLAN}) == len(PLAN)


def test_there_are_six_exercises() -> None:
    """Each has a title, a scene, a task and an expectation of its own."""
    assert len(EXERCISES) == 6
    for field in ("title", "scene", "task", "expected"):
        assert len({getattr(exercise, field) for exercise in EXERCISES}) == 6, field
