"""Results of one run: the answer in a sentence, then the section that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_page import open_run, title_section, watch_run
from dashboard.views.results.footnotes import show_footnotes
from dashboard.views.results.pending import show_unfinished
from dashboard.views.results.presentation import offer_presentation, present
from dashboard.views.results.sections import SECTIONS
from dashboard.views.results.summary import show_summary
from dashboard.views.results.training.offer import point_to_race
from dashboard.wording import tell_faults
from ptmrank_core.records import Ranking, RunResult, RunState

__all__ = ["page"]

POLL_SECONDS = 1.0
SLIDE_SECONDS = 5.0  # a slide is read, not watched


def page() -> None:
    """Draw the page."""
    opened = open_run("Results", jobs.ranked, _offer)
    if opened is None:
        return
    outline, (result, ranking) = opened
    run = outline.run_id
    if (slide := state.slide()) is not None and ranking.order:
        _present(run, slide, is_racing=jobs.is_racing(result, jobs.progress(run)))
        return
    if result.state is not RunState.FINISHED:
        show_unfinished(result)
    if not ranking.order:
        show_summary(result, ranking)
        show_footnotes(result, ranking)
        return
    is_racing = jobs.is_racing(result, jobs.progress(run))
    if is_racing:
        st.fragment(tell_faults(_follow_answer), run_every=POLL_SECONDS)(run)
    else:
        show_summary(result, ranking)
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
    title_section(outline, title)
    SECTIONS[title](result, ranking)


def _offer(ranked: tuple[RunResult, Ranking]) -> None:
    """Offer the slides of a run that has an order."""
    if ranked[1].order:
        offer_presentation()


def _present(run: str, slide: int, *, is_racing: bool) -> None:
    """Draw a slide; while a race is at work, again and again."""
    if is_racing:
        st.fragment(tell_faults(_follow_slide), run_every=SLIDE_SECONDS)(run, slide)
    else:
        present(*jobs.ranked(run), slide)


def _follow_slide(run: str, slide: int) -> None:
    watch_run(run)
    present(*jobs.ranked(run), state.slide() or slide)


def _follow_answer(run: str) -> None:
    """Draw the answer while a race is at work: what the race says so far changes with each of its steps."""
    watch_run(run)
    show_summary(*jobs.ranked(run))
