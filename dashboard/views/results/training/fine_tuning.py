"""Short real fine-tuning of the most promising models: a run of its own, and its results."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.views.results.training.offer import trainable
from dashboard.wording import plural
from ptmrank_core.records import Ranking, RunResult, RunState
from ptmrank_core.results.fine_tuning import tuned_rows

__all__ = ["show_fine_tuning"]


def show_fine_tuning(result: RunResult, ranking: Ranking) -> None:
    """Show what training gave, and offer to do it; nothing where no model can be trained."""
    rows = tuned_rows(result, ranking)
    if rows:
        st.header("What did each reach, trained on its own?")
        st.caption(
            "All weights of each model were trained on about three quarters of the samples for a short time, "
            "and tested on the others, the same ones for all. One training each: small differences mean "
            "nothing. Where time ran out, the result depends on the machine too."
        )
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            placeholder="–",
            column_config={"seconds": st.column_config.NumberColumn("seconds", format="%.0f")},
            alt="What fine-tuning gave",
        )
    can_train = trainable(result, ranking)
    is_mine = result.state is RunState.FINISHED and jobs.is_mine(result.plan.run_id)
    if can_train and is_mine and result.samples.target_kind != "multilabel":
        with st.expander("Or train a number of models, each for the same time"):
            _offer(result, len(can_train))


def _offer(result: RunResult, n_models: int) -> None:
    """Let the reader start a run that trains the most promising models."""
    st.caption(
        "In a run of its own. No model is dropped on the way, so it takes longer than a race. It trains the "
        "first of the order and those that may be better than their place: one on which the votes disagree "
        "is chosen before another of the same place."
    )
    count, minutes, start = st.columns([1, 1, 1], vertical_alignment="bottom")
    chosen = count.number_input("Models to train", 1, n_models, min(3, n_models), key="tune-models")
    limit = minutes.number_input("minutes, all together", 1, 600, 10, key="tune-minutes")
    if start.button(f"Train {plural(int(chosen), 'model')}", key="tune"):
        run = jobs.start_fine_tuning(result, int(chosen), 60.0 * float(limit))
        state.remember_run(run)
        state.follow_run(run)
        state.navigate("run", run=run)
