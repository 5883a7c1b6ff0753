"""Results of one run: the answer in a sentence, then the section that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.components.run_page import open_run, title_section, watch_run
from dashboard.views.results.footnotes import show_footnotes
from dashboard.views.results.pending import show_unfinished
from dashboard.views.results.presentation import present, show_switch
from dashboard.views.results.sections import SECTIONS
from dashboard.views.results.summary import show_summary
from dashboard.views.results.training.offer import point_to_race
from dashboard.wording import tell_faults
from ptmrank_core.records import RunState

__all__ = ["page"]

POLL_SECONDS = 1.0


def page() -> None:
    """Draw the page."""
    opened = open_run("Results", jobs.ranked)
    if opened is None:
        return
    run, (result, ranking) = opened
    if result.state is not RunState.FINISHED:
        show_unfinished(result)
    if not ranking.order:
        show_summary(result, ranking)
        show_footnotes(result, ranking)
        return
    is_racing = jobs.is_racing(result, jobs.progress(run))
    answer, switch = st.columns([6, 1])
    with switch:
        is_presenting = show_switch()
    with answer:
        if is_racing:
            st.fragment(tell_faults(_follow_answer), run_every=POLL_SECONDS)(run)
        else:
            show_summary(result, ranking)
    if is_presenting:
        present(result, ranking)
        return
    if not is_racing:
        point_to_race(result, ranking)
    titles = list(SECTIONS)
    title = st.segmented_control(
        "Section",
        titles,
        default=titles[0],
        key="section",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    title_section(run, title)
    SECTIONS[title](result, ranking)


def _follow_answer(run: str) -> None:
    """Draw the answer while a race is at work: what the race says so far changes with each of its steps."""
    watch_run(run)
    show_summary(*jobs.ranked(run))
