"""One lesson: what to look at, the question, and once it is answered the numbers and the sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import state
from dashboard.components.chart import show_chart
from dashboard.views.learn.course.reveals import reveal_of
from dashboard.views.learn.links import open_link
from dashboard.views.learn.scenes.work import world_of
from dashboard.wording import show_error, tell_faults
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.errors import PTMRankError
from ptmrank_core.lessons.course import COURSE, DRAWS, Lesson, Reveal
from ptmrank_core.reports.figures.lessons.exhibits import exhibit_alt, exhibit_figure, exhibit_table
from ptmrank_core.reports.figures.lessons.scene import reach_of, scene_figure, scene_table

__all__ = ["RIGHT", "WRONG", "ask", "draw_lesson", "show_reveal"]

PICTURES = ("First model", "Second model", "Third model")
RIGHT, WRONG = ":material/check_circle:", ":material/cancel:"


def draw_lesson(lesson: Lesson) -> None:
    """Draw the page of a lesson."""
    place = COURSE.index(lesson)
    st.button(
        "All lessons",
        key="all-lessons",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=tell_faults(state.show_lesson),
        args=("",),
    )
    st.header(f"{place + 1}. {lesson.title}")
    st.markdown(lesson.look)
    predicted = state.predictions().get(lesson.key)
    is_drawn = predicted is not None and not lesson.needs_recorded
    seed = _seed() if is_drawn else DRAWS[0]
    _pictures(lesson, seed)
    if predicted is None:
        ask(lesson)
        return
    show_reveal(lesson, predicted, seed)
    _onward(lesson, place)


def ask(lesson: Lesson) -> None:
    """Draw the question and a button for each answer."""
    st.subheader(lesson.question)
    st.caption("What do you expect? Choose before you look: a guess that was wrong is remembered best.")
    for place, answer in enumerate(lesson.answers):
        st.button(
            answer,
            key=f"answer-{lesson.key}-{place + 1}",
            on_click=tell_faults(state.predict),
            args=(lesson.key, place),
        )


def show_reveal(lesson: Lesson, predicted: int, seed: int) -> None:
    """Draw what was predicted, what is right, the numbers, and the sentence."""
    try:
        reveal = reveal_of(lesson.key, seed)
    except PTMRankError as error:
        show_error(error)
        return
    _answers(lesson, predicted, reveal)
    show_chart(
        exhibit_figure(reveal.exhibit),
        key=f"lesson-{lesson.key}",
        title="What comes out",
        alt=exhibit_alt(reveal.exhibit),
        table=partial(exhibit_table, reveal.exhibit),
    )
    st.markdown(reveal.said)
    if reveal.holds:
        st.info(f"**{lesson.sentence}**", icon=":material/lightbulb:")
    else:
        st.warning("With these samples it does not come out as the lesson says: that is chance at work.")


def _answers(lesson: Lesson, predicted: int, reveal: Reveal) -> None:
    """Draw the answers: which one is right, which one was predicted."""
    st.subheader(lesson.question)
    lines = []
    for place, answer in enumerate(lesson.answers):
        if place == reveal.right:
            said = ", as you predicted" if place == predicted else ""
            lines.append(f"{RIGHT} **{answer}**: right{said}")
        elif place == predicted:
            lines.append(f"{WRONG} {answer}: your prediction")
        else:
            lines.append(f":material/radio_button_unchecked: {answer}")
    st.markdown("\n\n".join(lines))


def _seed() -> int:
    """Draw the choice of another draw of the samples."""
    chosen = st.segmented_control(
        "Draw of the samples",
        [seed + 1 for seed in DRAWS],
        default=DRAWS[0] + 1,
        key="lesson-draw",
        bind="query-params",
        required=True,
        help="The same settings with other random samples: does it come out again?",
    )
    return int(chosen) - 1


def _pictures(lesson: Lesson, seed: int) -> None:
    """Draw the samples as each model of the lesson sees them."""
    if lesson.needs_recorded:
        return
    task = replace(lesson.scene.task, seed=seed)
    candidates = lesson.scene.candidates[: len(PICTURES)]
    worlds = [world_of(task, candidate) for candidate in candidates]
    reach = reach_of(worlds)
    columns = st.columns(max(2, len(candidates)), gap="medium")
    for place, (world, column) in enumerate(zip(worlds, columns, strict=False)):
        with column:
            show_chart(
                scene_figure(world, reach),
                key=f"seen-{place + 1}",
                title=PICTURES[place] if len(candidates) > 1 else "The samples",
                alt=f"The samples as model {place + 1} sees them: {task.n_classes} classes at separation "
                f"{candidates[place].separation:g}",
                table=partial(scene_table, world),
            )


def _onward(lesson: Lesson, place: int) -> None:
    """Draw the ways on: the next lesson, the scene, the same question again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if place + 1 < len(COURSE):
            following = COURSE[place + 1]
            st.button(
                f"Next: {following.title}",
                key="next-lesson",
                type="primary",
                icon=":material/arrow_forward:",
                on_click=tell_faults(state.show_lesson),
                args=(following.key,),
            )
        if lesson.needs_recorded:
            state.link("results", "Open the finished run", icon=":material/leaderboard:", run=SHIPPED_RUN)
        else:
            open_link("Open this scene in the playground", lesson.scene)
        st.button(
            "Predict again",
            key="again",
            type="tertiary",
            on_click=tell_faults(state.drop_predictions),
            args=(lesson.key,),
        )
