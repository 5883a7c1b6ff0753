"""Run: progress of each model, cancelling, what failed and how to recover."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.race import show_race, show_time
from dashboard.components.run_page import open_run, watch_run
from dashboard.views.run.progress import show_partial_ranking, show_progress
from dashboard.views.run.recovery import offer_recovery
from dashboard.wording import plain, say_run, tell_faults
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.records import RunState
from ptmrank_core.results.race import race_of

__all__ = ["page"]

POLL_SECONDS = 0.5


def page() -> None:
    """Draw the page."""
    opened = open_run("Run", jobs.progress)
    if opened is None:
        return
    outline, progress = opened
    run = outline.run_id
    if state.is_followed(run) and (progress.is_ranked or progress.state is RunState.FINISHED):
        state.follow_run(None)
        state.navigate("results", run=run)
    st.markdown(say_run(outline))
    if progress.alive:
        if not progress.is_ranked:
            state.follow_run(run)
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(run)
    else:
        show_progress(progress)
        _say_end(progress)
        offer_recovery(run, progress)


def _watch(run: str) -> None:
    """Draw the progress of a living worker; when the ranking is there or it ends, all is drawn anew."""
    progress = watch_run(run)
    if not progress.alive or (progress.is_ranked and state.is_followed(run)):
        st.rerun()
    show_progress(progress)
    show_partial_ranking(run, progress)
    _show_race(run, progress)
    with st.container(horizontal=True):
        if jobs.is_mine(run) and st.button("Cancel", key="cancel", icon=":material/stop:"):
            jobs.cancel(run)
            waits = "The run was taken out of the queue." if progress.is_waiting else None
            st.toast(waits or "The run stops after the current batch.")
        if progress.is_ranked and st.button("See the ranking", key="see-early", type="primary"):
            state.navigate("results", run=run)


def _show_race(run: str, progress: RunProgress) -> None:
    """Draw the race of the run while it is at work."""
    if progress.race is None:
        return
    result = jobs.result(run)
    so_far = race_of(result)
    if so_far is not None and jobs.is_racing(result, progress):
        st.header("The race")
        show_time(so_far, progress.race)
        show_race(result, so_far)


def _say_end(progress: RunProgress) -> None:
    """Say how a run ended, or that its worker stopped."""
    has_scores = any(model.status == "done" for model in progress.models)
    if progress.is_interrupted:
        st.warning(
            "**The worker process of this run has stopped.** Finished work is kept; Resume does the rest.",
            icon=":material/warning:",
        )
    elif progress.state is RunState.CANCELLED:
        st.info("This run was cancelled. Finished work is kept; Resume does the rest.")
    elif progress.state is RunState.FAILED:
        st.error(f"This run failed. {plain(progress.error)}")
    elif not has_scores:
        st.error("**No model has a score.** The reasons are below; once a cause is fixed, try again.")
    elif progress.has_failed:
        st.info("This run is finished. Some scores failed and can be tried again; everything else is ranked.")
    else:
        st.success("This run is finished.")
