"""What stands in the address of a lesson, of a scene, of the quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import streamlit as st

from dashboard import state
from dashboard.views.learn.scenes.settings import scene_query
from dashboard.views.learn.sections import LESSONS
from ptmrank_core.lessons import Scene
from ptmrank_core.lessons.course import Lesson

__all__ = ["QUIZ_KEY", "Query", "open_link", "query_of"]

Query: TypeAlias = Mapping[str, str | Sequence[str]]
QUIZ_KEY = "quiz"


def query_of(opened: Lesson | Scene | None) -> Query:
    """Return the query of a lesson, of a scene in the playground, or of the quiz (``None``)."""
    if isinstance(opened, Lesson):
        return {"section": LESSONS, "lesson": opened.key}
    return {"section": LESSONS, QUIZ_KEY: "true"} if opened is None else scene_query(opened)


def open_link(label: str, opened: Lesson | Scene | None, *, icon: str = ":material/open_in_new:") -> None:
    """Draw a link that opens a lesson, a scene or the quiz in a tab of its own.

    A link within one page would show what it names and leave the address as it was.
    """
    st.link_button(label, state.address_of("learn", query_of(opened)), icon=icon, type="tertiary")
