"""Lessons: predict, then see what the functions of the product give, and keep one sentence."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.views.learn.course.lesson_page import RIGHT, WRONG, draw_lesson
from dashboard.views.learn.course.quiz import draw_quiz
from dashboard.views.learn.links import QUIZ_KEY
from dashboard.wording import tell_faults
from ptmrank_core.lessons import cheap_metrics, slow_metrics
from ptmrank_core.lessons.course import COURSE
from ptmrank_core.metrics import join_titles

__all__ = ["draw"]

MARKS = {True: RIGHT, False: WRONG, None: ":material/radio_button_unchecked:"}


def draw() -> None:
    """Draw the section: the quiz, the lesson that the address names, or the list of all."""
    is_quiz = st.toggle(
        "Quiz",
        key=QUIZ_KEY,
        bind="query-params",
        help="All questions one after the other. What you predict is counted in the address of this "
        "browser, and nowhere else.",
    )
    if is_quiz:
        draw_quiz()
        return
    by_key = {lesson.key: lesson for lesson in COURSE}
    chosen = by_key.get(state.lesson())
    if chosen is None:
        _list()
    else:
        draw_lesson(chosen)


def _list() -> None:
    """Draw all lessons as links, with what was predicted so far."""
    st.markdown(
        f"{len(COURSE)} lessons. In each you look at something, predict what comes out, and see what it "
        "is: computed at that moment by the functions that rank your models. They compare the "
        f"{len(cheap_metrics())} metrics that are computed at once; {join_titles(slow_metrics())} take "
        "longer and are in the playground."
    )
    known = state.predictions()
    for place, lesson in enumerate(COURSE, start=1):
        predicted = known.get(lesson.key)
        st.button(
            f"{place}. {lesson.title}",
            key=f"open-{lesson.key}",
            type="tertiary",
            icon=MARKS[None if predicted is None else predicted == lesson.right],
            on_click=tell_faults(state.show_lesson),
            args=(lesson.key,),
        )
    if known:
        st.button(
            "Forget my predictions",
            key="forget",
            type="tertiary",
            on_click=tell_faults(state.drop_predictions),
        )
