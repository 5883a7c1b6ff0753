"""What is still computed of a run whose ranking is shown already."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_page import watch_run
from dashboard.views.results.training.place import go_to_training
from dashboard.wording import STATES, say_analysis, tell_faults
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.records import FineTuning, RunResult
from ptmrank_core.results.fine_tuning import n_to_train

__all__ = ["show_unfinished"]

POLL_SECONDS = 1.0
RACING = "A race is on: the answer below stays until it is decided."
TRAINING = "Models are being trained: the answer below follows what they reach."


def show_unfinished(result: RunResult) -> None:
    """Say how an unfinished run stands; what comes later is shown as soon as it is there."""
    run = result.plan.run_id
    progress = jobs.progress(run)
    if progress.is_ranked and progress.alive:
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(run, _kind(progress))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(_say_state(result, progress))
        if progress.is_ranked and result.plan.analyses.decide_seconds > 0:
            go_to_training("Go to the race")
        elif progress.is_ranked and n_to_train(result):
            go_to_training("Go to the training")
        if st.button("See the run", key="see-run"):
            state.navigate("run", run=run)


def _say_state(result: RunResult, progress: RunProgress) -> str:
    """Say what an unfinished run that is not at work on analyses has come to."""
    if progress.is_ranked and result.plan.analyses.decide_seconds > 0:
        return "The race has not come to its end. What was trained is kept."
    if progress.is_ranked and n_to_train(result):
        return "The training has not come to its end. What was trained is kept."
    if progress.is_ranked:
        return "Every score is there; the analyses after the ranking are not done. Resume does them."
    if progress.is_interrupted:
        return "The worker process of this run has stopped: the ranking covers what it finished."
    return f"This run is {STATES[progress.state]}: the ranking is of what is known so far."


def _watch(run: str, kind: str) -> None:
    """Follow the analyses; when one is done or the worker has stopped, the whole page is drawn anew."""
    progress = watch_run(run)
    if not progress.alive or _kind(progress) != kind:
        st.rerun()
    result = jobs.result(run)
    is_racing, is_training = jobs.is_racing(result, progress), jobs.is_training(result, progress)
    with st.container(horizontal=True, vertical_alignment="center"):
        at_work = f"Still computing: {say_analysis(progress)}."
        if is_training or is_racing:
            at_work = TRAINING if is_training else RACING
        st.caption(f":material/hourglass_top: {at_work}", width="content")
        if is_training or is_racing:
            go_to_training("Watch the training" if is_training else "Watch the race")
        if st.button("See the run", key="see-run", type="tertiary"):
            state.navigate("run", run=run)


def _kind(progress: RunProgress) -> str:
    """Tell which analysis is being done, and of training which model; empty before the first."""
    if progress.analysis is None:
        return ""
    kind = progress.analysis.kind
    # What a model reached, once it is trained, changes the answer.
    return f"{kind} {progress.n_findings}" if kind == FineTuning.KIND else kind
