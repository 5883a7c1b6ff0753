"""Results of one run: the answer in a sentence, then the section that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.components.run_page import open_run
from dashboard.views.results.footnotes import show_footnotes
from dashboard.views.results.pending import show_unfinished
from dashboard.views.results.presentation import present, show_switch
from dashboard.views.results.sections import SECTIONS
from dashboard.views.results.summary import show_summary
from ptmrank_core.records import RunState

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    opened = open_run("Results", jobs.ranked)
    if opened is None:
        return
    run, (result, ranking) = opened
    if result.state is not RunState.FINISHED:
        show_unfinished(run)
    if not ranking.order:
        show_summary(result, ranking)
        show_footnotes(result, ranking)
        return
    answer, switch = st.columns([6, 1])
    with switch:
        is_presenting = show_switch()
    with answer:
        show_summary(result, ranking)
    if is_presenting:
        present(result, ranking)
        return
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
    SECTIONS[title](result, ranking)
