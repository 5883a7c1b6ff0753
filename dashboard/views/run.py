"""Run: progress for each model and stage, cancel, and resume after a stop."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_page import open_run
from dashboard.wording import STAGES, plural, show_error
from ptmrank_core.benchmark import ModelProgress, RunProgress
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import RunState

__all__ = ["page"]

POLL_SECONDS = 0.3


def page() -> None:
    """Draw the page."""
    opened = open_run("Run", jobs.progress)
    if opened is None:
        return
    run, progress = opened
    # What comes after the last score is waited for on the results page.
    is_scored = progress.alive and progress.n_finished == len(progress.models)
    if (is_scored or progress.state is RunState.FINISHED) and state.is_end_expected(run):
        state.expect_end(None)
        state.go("results", run=run)
    if progress.alive:
        if not is_scored:
            state.expect_end(run)
        st.fragment(_watch, run_every=POLL_SECONDS)(run)
    else:
        _draw(progress)
        _offer_next(run, progress)


def _watch(run: str) -> None:
    """Draw the progress of a living worker; when it ends, the whole page is drawn anew."""
    progress = jobs.progress(run)
    is_scored = progress.n_finished == len(progress.models)
    if not progress.alive or (is_scored and state.is_end_expected(run)):
        st.rerun()
    _draw(progress)
    if is_scored:
        st.caption("Every score is there; what the results page says of their certainty is being computed.")
    if st.button("Cancel", key="cancel", icon=":material/stop:"):
        jobs.cancel(run)
        st.toast("The run stops after the batch it is at.")


def _draw(progress: RunProgress) -> None:
    total = len(progress.models)
    share = sum(_share(model) for model in progress.models) / max(total, 1)
    st.progress(share, text=f"{progress.n_finished} of {plural(total, 'model')} done")
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
    else:
        st.success("This run is finished.")
    columns = st.columns([1, 1, 4])
    if progress.state is not RunState.FINISHED and columns[0].button("Resume", type="primary", key="resume"):
        _resume(run)
    if progress.n_finished and columns[1].button("See the ranking", key="see"):
        state.go("results", run=run)


def _resume(run: str) -> None:
    try:
        with st.spinner("Starting …"):
            jobs.resume(run)
    except PTMRankError as error:
        show_error(error)
        return
    state.expect_end(run)
    st.rerun()
