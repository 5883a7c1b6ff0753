"""Run: progress for each model and stage, cancel, and resume after a stop."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_page import open_run, watch_run
from dashboard.wording import STAGES, plural, say_analysis, say_run, show_error
from ptmrank_core.benchmark import ModelProgress, RunProgress
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import RunState

__all__ = ["page"]

POLL_SECONDS = 0.5


def page() -> None:
    """Draw the page."""
    opened = open_run("Run", jobs.progress)
    if opened is None:
        return
    run, progress = opened
    if state.is_end_expected(run) and (progress.is_ranked or progress.state is RunState.FINISHED):
        state.expect_end(None)
        state.go("results", run=run)
    st.markdown(say_run(jobs.outline(run)))
    if progress.alive:
        if not progress.is_ranked:
            state.expect_end(run)
        st.fragment(_watch, run_every=POLL_SECONDS)(run)
    else:
        _draw(progress)
        _offer_next(run, progress)


def _watch(run: str) -> None:
    """Draw the progress of a living worker; when the ranking is there or it ends, all is drawn anew."""
    progress = watch_run(run)
    if not progress.alive or (progress.is_ranked and state.is_end_expected(run)):
        st.rerun()
    _draw(progress)
    with st.container(horizontal=True):
        if jobs.is_mine(run) and st.button("Cancel", key="cancel", icon=":material/stop:"):
            jobs.cancel(run)
            waits = "The run waits no longer." if progress.is_waiting else None
            st.toast(waits or "The run stops after the batch it is at.")
        if progress.is_ranked and st.button("See the ranking", key="see-early", type="primary"):
            state.go("results", run=run)


def _draw(progress: RunProgress) -> None:
    total = len(progress.models)
    share = sum(_share(model) for model in progress.models) / max(total, 1)
    st.progress(share, text=_headline(progress))
    table = pd.DataFrame(
        [
            {
                "model": model.model,
                "status": _status(model, alive=progress.alive),
                "samples": 100 * model.n_done / max(model.n_samples, 1),
                "scores": f"{model.n_cells} of {model.n_metrics}",
            }
            for model in progress.models
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "samples": st.column_config.ProgressColumn("samples", format="%d %%", min_value=0, max_value=100)
        },
        alt=f"{progress.n_finished} of {total} models are done",
    )


def _headline(progress: RunProgress) -> str:
    """Say in one line where the run is."""
    if progress.is_waiting and progress.n_ahead:
        return (
            f"Waiting behind {plural(progress.n_ahead, 'run')}: place {progress.n_ahead + 1} in the queue of "
            "this device. It begins by itself."
        )
    if progress.is_waiting:
        return "Starting …"
    done = f"{progress.n_finished} of {plural(len(progress.models), 'model')} done"
    if progress.is_ranked and progress.alive:
        return f"{done}. Now computing {say_analysis(progress)}"
    return done


def _share(model: ModelProgress) -> float:
    """How much of a model is done, from 0 to 1: nine tenths are its features."""
    if model.status in {"done", "failed"}:
        return 1.0
    return 0.9 * model.n_done / max(model.n_samples, 1)


def _status(model: ModelProgress, *, alive: bool) -> str:
    if model.status != "running":
        return model.status
    if not alive:
        return "stopped"
    if model.stage is None:
        return "running"
    text = STAGES[model.stage]
    if model.total_bytes and model.n_done == 0 and model.downloaded_bytes is not None:
        text += f" ({model.downloaded_bytes / 1e6:.0f} of {model.total_bytes / 1e6:.0f} MB)"
    return text


def _offer_next(run: str, progress: RunProgress) -> None:
    """Say how the run stands and offer what can be done."""
    if progress.is_interrupted:
        st.warning(
            "**The worker of this run is gone.** What it finished is kept; Resume does only the rest.",
            icon=":material/warning:",
        )
    elif progress.state is RunState.CANCELLED:
        st.info("This run was cancelled. What it finished is kept; Resume does only the rest.")
    elif progress.state is RunState.FAILED:
        st.error(f"This run could not be done. {progress.error}")
    elif progress.has_failed:
        st.info(
            "This run is finished. Something in it failed; the results say what, and it can be tried again."
        )
    else:
        st.success("This run is finished.")
    with st.container(horizontal=True):
        is_mine = jobs.is_mine(run)
        is_open = is_mine and progress.state is not RunState.FINISHED
        if is_open and st.button("Resume", type="primary", key="resume", icon=":material/play_arrow:"):
            _start(jobs.resume, run)
        if (
            is_mine
            and progress.has_failed
            and st.button("Retry what failed", key="retry", icon=":material/replay:")
        ):
            _start(jobs.retry, run)
        if progress.n_finished and st.button("See the ranking", key="see"):
            state.go("results", run=run)
        if st.button("All runs", key="all-runs", type="tertiary", icon=":material/history:"):
            state.go("runs")


def _start(action: Callable[[str], None], run: str) -> None:
    """Start a worker and watch it, or say why it cannot be started."""
    try:
        with st.spinner("Starting …"):
            action(run)
    except PTMRankError as error:
        show_error(error)
        return
    state.expect_end(run)
    st.rerun()
