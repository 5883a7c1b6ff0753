"""What stands in the address of a lesson, of a scene, of the quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from dashboard.views.learn.scenes.settings import scene_query
from dashboard.views.learn.sections import LESSONS
from ptmrank_core.lessons import Scene
from ptmrank_core.lessons.course import Lesson

__all__ = ["QUIZ_KEY", "Query", "query_of"]

Query: TypeAlias = Mapping[str, str | Sequence[str]]
QUIZ_KEY = "quiz"


def query_of(opened: Lesson | Scene | None) -> Query:
    """Return the query of a lesson, of a scene in the playground, or of the quiz (``None``)."""
    if isinstance(opened, Lesson):
        return {"section": LESSONS, "lesson": opened.key}
    return {"section": LESSONS, QUIZ_KEY: "true"} if opened is None else scene_query(opened)
