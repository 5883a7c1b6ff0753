"""For teachers: a plan for 45 minutes, exercises, and a sheet to print."""

from __future__ import annotations

from itertools import accumulate

import streamlit as st

from dashboard import state
from dashboard.views.learn.links import open_link, query_of
from ptmrank_core.lessons import Scene
from ptmrank_core.lessons.teaching import EXERCISES, PLAN, Step
from ptmrank_core.reports.html.sheet import teaching_sheet

__all__ = ["draw"]


def draw() -> None:
    """Draw the section."""
    minutes = sum(step.minutes for step in PLAN)
    st.markdown(
        f"A class of {minutes} minutes on why metrics disagree, and when to believe which. Everything "
        "opens from its link, in any browser, and is computed while you watch. Nothing has to be "
        "installed by the class, and nothing about anybody is kept."
    )
    st.download_button(
        "Download the sheet to print",
        _sheet,
        "learn-transferability.html",
        "text/html",
        key="sheet",
        icon=":material/print:",
        on_click="ignore",
    )
    st.header(f"The plan: {minutes} minutes")
    ends = list(accumulate(step.minutes for step in PLAN))
    for step, end in zip(PLAN, ends, strict=True):
        with st.container(border=True):
            st.markdown(f"**{end - step.minutes} to {end} min: {step.title}**\n\n{step.told}")
            open_link(_opens(step), step.opens)
    st.header(f"{len(EXERCISES)} exercises")
    st.markdown("Each starts from a scene in the playground. What will be seen is folded: look afterwards.")
    for place, exercise in enumerate(EXERCISES, start=1):
        with st.container(border=True):
            st.markdown(f"**{place}. {exercise.title}**\n\n{exercise.task}")
            open_link(f"Open the scene: {exercise.title}", exercise.scene)
            with st.expander("What will be seen"):
                st.markdown(exercise.expected)


def _opens(step: Step) -> str:
    """Say what the link of a step opens."""
    if step.opens is None:
        return "Open the quiz"
    return f"Open the {'scene' if isinstance(step.opens, Scene) else 'lesson'}: {step.title}"


def _sheet() -> str:
    """Write the sheet, with addresses that work on paper."""
    opened = [step.opens for step in PLAN] + [exercise.scene for exercise in EXERCISES]
    addresses = [state.address_of("learn", query_of(own)) for own in opened]
    return teaching_sheet(PLAN, EXERCISES, addresses[: len(PLAN)], addresses[len(PLAN) :])
