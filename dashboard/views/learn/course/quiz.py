"""The quiz: every question once, and a score that the address of this browser keeps."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.views.learn.course.lesson_page import RIGHT, WRONG, ask, show_reveal
from dashboard.views.learn.links import open_link
from dashboard.wording import tell_faults
from ptmrank_core.lessons.course import COURSE, DRAWS, Lesson

__all__ = ["draw_quiz"]


def draw_quiz() -> None:
    """Draw the question that is open, what was answered just now, or the result."""
    known = state.predictions()
    by_key = {lesson.key: lesson for lesson in COURSE}
    answered = [lesson for lesson in COURSE if lesson.key in known]
    left = [lesson for lesson in COURSE if lesson.key not in known]
    n_right = sum(known[lesson.key] == lesson.right for lesson in answered)
    if answered:
        st.markdown(f"**{n_right} of {len(answered)}** predicted rightly so far; {len(left)} to go.")
    shown = by_key.get(state.lesson())
    if shown is not None and shown.key in known:
        _draw_question(shown)
        show_reveal(shown, known[shown.key], DRAWS[0])
        _button("Next question" if left else "See the result", "")
    elif left:
        question = shown or left[0]
        _draw_question(question)
        ask(question)
    else:
        _result(n_right, known)


def _draw_question(lesson: Lesson) -> None:
    """Draw which question it is, and what there is to see."""
    st.header(f"Question {COURSE.index(lesson) + 1} of {len(COURSE)}: {lesson.title}")
    st.markdown(lesson.look)


def _result(n_right: int, known: dict[str, int]) -> None:
    """Draw the score, and a link to each lesson."""
    st.header(f"You predicted {n_right} of {len(COURSE)} rightly")
    st.markdown("What was not as you expected is worth another look:")
    for lesson in COURSE:
        is_right = known[lesson.key] == lesson.right
        open_link(lesson.title, lesson, icon=RIGHT if is_right else WRONG)
    st.button("Start again", key="start-again", type="primary", on_click=tell_faults(state.drop_predictions))


def _button(label: str, lesson: str) -> None:
    st.button(
        label,
        key="next-question",
        type="primary",
        on_click=tell_faults(state.show_lesson),
        args=(lesson,),
    )
