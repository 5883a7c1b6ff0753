"""Start: what this does, the demo, one's own samples, recent runs."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import STATES, plural, show_error
from ptmrank_core.catalogue import demo_models
from ptmrank_core.errors import PTMRankError

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    st.title("Which pre-trained model should I fine-tune?")
    st.markdown(
        "PTMRank runs each candidate **once** over your labelled samples and scores how well its features "
        "fit your labels. You get a ranking of models to try first, without fine-tuning any of them."
    )
    demo, own = st.columns(2, gap="medium")
    with demo.container(border=True):
        st.subheader("Try the demo")
        st.markdown(
            f"{plural(len(demo_models()), 'small image model')} are ranked on 600 handwritten digits. "
            "Real checkpoints, no network, no GPU, under a minute."
        )
        if st.button("Try the demo", type="primary", key="demo", icon=":material/play_arrow:"):
            _start_demo()
    with own.container(border=True):
        st.subheader("Use my own samples")
        st.markdown(
            "A zip with one folder of pictures for each class, or pictures with a table that says which "
            "is what. Nothing leaves this machine."
        )
        if st.button("Use my own samples", key="own", icon=":material/upload:"):
            state.go("samples")
    _recent_runs()


def _start_demo() -> None:
    try:
        with st.spinner("Starting …"):
            run = jobs.start_demo()
    except PTMRankError as error:
        show_error(error)
        return
    state.expect_end(run)
    state.go("run", run=run)


def _recent_runs() -> None:
    recent = jobs.recent()
    if not recent:
        return
    st.subheader("Recent runs")
    for plan, run_state in recent:
        text, button = st.columns([5, 1], vertical_alignment="center")
        text.markdown(
            f"**{plan.samples_source.rsplit('/', 1)[-1]}** · {plural(len(plan.models), 'model')} · "
            f"{plural(len(plan.metrics), 'metric')} · {STATES[run_state]} · "
            f"{plan.created_at[:16].replace('T', ' ')} UTC"
        )
        if button.button("Open", key=f"open-{plan.run_id}"):
            state.go("results" if run_state.is_finished() else "run", run=plan.run_id)
