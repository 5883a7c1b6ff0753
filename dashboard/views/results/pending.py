"""What is still computed of a run whose ranking is shown already."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_page import watch_run
from dashboard.wording import STATES, say_analysis
from ptmrank_core.benchmark import RunProgress

__all__ = ["show_unfinished"]

POLL_SECONDS = 1.0


def show_unfinished(run: str) -> None:
    """Say how an unfinished run stands; what comes later is shown as soon as it is there."""
    progress = jobs.progress(run)
    if progress.is_ranked and progress.alive:
        st.fragment(_watch, run_every=POLL_SECONDS)(run, _kind(progress))
        return
    if progress.is_ranked:
        st.warning("Every score is there; the analyses after the ranking are not done. Resume does them.")
    elif progress.is_interrupted:
        st.warning("The worker process of this run has stopped: the ranking covers what it finished.")
    else:
        st.warning(f"This run is {STATES[progress.state]}: the ranking is of what is known so far.")
    if st.button("See the run", key="see-run"):
        state.navigate("run", run=run)


def _watch(run: str, kind: str) -> None:
    """Follow the analyses; when one is done or the worker has stopped, the whole page is drawn anew."""
    progress = watch_run(run)
    if not progress.alive or _kind(progress) != kind:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/hourglass_top: Still computing: {say_analysis(progress)}.", width="content")
        if st.button("See the run", key="see-run", type="tertiary"):
            state.navigate("run", run=run)


def _kind(progress: RunProgress) -> str:
    """Tell which analysis is being done; empty before the first."""
    return "" if progress.analysis is None else progress.analysis.kind
