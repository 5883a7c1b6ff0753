"""Learn: two models to choose between, what each metric sees, lessons, and what a teacher needs."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.sharing import copy_link
from dashboard.components.titles import title_tab
from dashboard.views.learn import lessons, metrics, playground, teaching
from dashboard.views.learn.scenes.settings import KEYS
from dashboard.views.learn.sections import LESSONS, METRICS, PLAYGROUND, TEACHING

__all__ = ["page"]

SECTIONS = {
    PLAYGROUND: playground.draw,
    METRICS: metrics.draw,
    LESSONS: lessons.draw,
    TEACHING: teaching.draw,
}
# Widgets whose changes Back takes back.
STEPPED = ("section", "metric", "model", "sweep-of", "sweep-candidate", *KEYS)


def page() -> None:
    """Draw the page."""
    state.take_step_back(STEPPED)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("How do the metrics see a model?", width="stretch")
        copy_link("It opens what you see here, with every setting.")
    # Links of other pages name a metric or a run, and no section.
    is_linked = any(state.address_value(name) is not None for name in ("metric", "run"))
    section = st.segmented_control(
        "Section",
        list(SECTIONS),
        default=METRICS if is_linked else PLAYGROUND,
        key="section",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    title_tab("" if section == PLAYGROUND else section, "Learn")
    SECTIONS[section]()
    state.note_step(STEPPED)
