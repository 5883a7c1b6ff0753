"""Short real fine-tuning of the most promising models: asking for it, how far it is, and what it gave."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.components.acting import carry_out
from dashboard.components.run_page import watch_run
from dashboard.views.results.training.steering import offer_cancel, offer_going_on
from dashboard.wording import plain, plural, say_analysis, tell_faults
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.records import FineTuning, Ranking, RunResult, RunState
from ptmrank_core.results.fine_tuning import n_to_train, next_to_train, tuned_rows
from ptmrank_core.results.verdict.words import name_some

__all__ = ["show_fine_tuning"]

POLL_SECONDS = 1.0
HOW = (
    "All weights of each model are trained on about three quarters of the samples for a short time, and "
    "tested on the others, the same ones for all. One training each: small differences mean nothing. Where "
    "time ran out, the result depends on the machine too."
)


def show_fine_tuning(result: RunResult, ranking: Ranking) -> None:
    """Show how far training is and what it gave, and offer it; nothing where no model can be trained."""
    run, rows = result.plan.run_id, tuned_rows(result, ranking)
    progress = jobs.progress(run)
    is_at_work = jobs.is_training(result, progress)
    if rows or is_at_work:
        st.header("What did each reach, trained on its own?")
        st.caption(HOW)
    if is_at_work:
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(run)
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            placeholder="–",
            column_config={"seconds": st.column_config.NumberColumn("seconds", format="%.0f")},
            alt="What fine-tuning gave",
        )
    if progress.alive or not jobs.is_mine(run):
        return
    if result.state is RunState.FINISHED:
        _offer(result, ranking)
    elif n_to_train(result) and progress.is_ranked:
        _offer_going_on(run, n_to_train(result))


def _watch(run: str) -> None:
    """Draw how far the training is; where it ends, the whole page is drawn anew."""
    progress, result = watch_run(run), jobs.result(run)
    if not jobs.is_training(result, progress):
        st.rerun()
    share, words = _say_progress(progress)
    st.progress(share, text=words)
    offer_cancel(run, "training", key="cancel-tune", kept="What is trained to the end")


def _say_progress(progress: RunProgress) -> tuple[float, str]:
    """Say how much of the training is done, as a share and in words; Markdown."""
    if progress.is_waiting:
        return 0.0, "Waiting for the device. The training starts by itself."
    step = progress.analysis
    if step is None:
        return 0.0, "The training begins."
    if step.kind != FineTuning.KIND:
        return 0.0, f"Before the training: {say_analysis(progress)}."
    share = min(1.0, step.done / max(step.total, 1))
    return share, f"Training: {share:.0%} done."


def _offer(result: RunResult, ranking: Ranking) -> None:
    """Let the reader train the next most promising models."""
    left = next_to_train(result, ranking)
    if not left or result.samples.target_kind == "multilabel":
        return
    former = result.contents(FineTuning)
    title = "Or train a number of models, each for the same time"
    with st.expander("Train further models" if former else title):
        st.caption(
            "No model is dropped on the way, so it takes longer than a race. It trains the first of the "
            "order and those that may be better than their place: one on which the votes disagree is chosen "
            "before another of the same place. What is trained to the end is not trained again."
        )
        count, minutes, start = st.columns([1, 1, 1], vertical_alignment="bottom")
        asked = count.number_input("Models to train", 1, len(left), min(3, len(left)), key="tune-models")
        limit = minutes.number_input("minutes, all together", 1, 600, 10, key="tune-minutes")
        chosen = left[: int(asked)]
        words = f"These would be trained: {name_some(chosen)}."
        if again := [model for model in chosen if model in former]:
            words += f" Time ran out for {name_some(again)} before: training starts anew."
        st.caption(plain(words))
        label = f"Train {plural(len(chosen), 'model')}"
        if start.button(label, key="tune", icon=":material/model_training:"):
            carry_out(partial(jobs.train, result.plan.run_id, len(chosen), 60.0 * float(limit)))


def _offer_going_on(run: str, n_left: int) -> None:
    """Offer to go on with a training that was stopped."""
    st.caption(f"The training was stopped: {plural(n_left, 'model')} {'is' if n_left == 1 else 'are'} left.")
    offer_going_on(run, "training", key="resume-tune")
