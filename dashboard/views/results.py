"""Results of one run: the answer in a sentence, then the section that the address names."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.components.footnotes import show_footnotes
from dashboard.components.run_page import open_run
from dashboard.components.still_computing import show_unfinished
from dashboard.sections import SECTIONS
from dashboard.wording import plain, plural, say_targets
from ptmrank_core.records import Ranking, RunResult, RunState
from ptmrank_core.reports import rank_result
from ptmrank_core.reports.wording import say_certainty

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    opened = open_run("Results", jobs.result)
    if opened is None:
        return
    run, result = opened
    ranking = rank_result(result)
    _summary(result, ranking, run)
    if not ranking.order:
        st.info("No model has a score.")
        show_footnotes(result, ranking)
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


def _summary(result: RunResult, ranking: Ranking, run: str) -> None:
    """Say in one sentence what came out."""
    if result.state is not RunState.FINISHED:
        show_unfinished(run)
    if ranking.order:
        n_samples = result.samples.n_samples
        second = f", then **{plain(ranking.order[1])}**" if len(ranking.order) > 1 else ""
        st.markdown(
            f"## Try **{plain(ranking.order[0])}** first{second}.\n"
            f"{plural(len(ranking.order), 'model')} ranked on {plural(n_samples, 'sample')} "
            f"{say_targets(result.samples)}, by the weighted mean rank over "
            f"{plural(len(ranking.metrics_used), 'metric')}, in {result.seconds:.0f} s."
        )
    if ranking.intervals:
        st.markdown(plain(say_certainty(ranking.order[0], ranking.intervals)))
