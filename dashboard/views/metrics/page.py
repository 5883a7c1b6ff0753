"""Metrics: which ones score the candidates; a click starts the run."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.choice import Choice, choice_of
from dashboard.components.drafting import drafting
from dashboard.views.metrics.label_encoder import choose_label_encoder
from dashboard.views.metrics.metric_cards import choose_metrics
from dashboard.wording import plain, plural, say_models, show_error, source_name
from ptmrank_core import catalogue
from ptmrank_core.benchmark import coverage_of_metrics
from ptmrank_core.config import LOCAL_ENGINE
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Analyses, ExtractionOptions, RunOptions

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    with drafting("metrics", "Metrics") as draft:
        _draw(draft)


def _draw(draft: state.Draft) -> None:
    """Draw the choice, or what has to be chosen first."""
    st.markdown(
        "Each metric measures in its own way how well a model's features fit your labels. The metrics then "
        "vote on the ranking; the results show the weight of each vote."
    )
    try:
        choice = choice_of(draft)
        if choice is None:
            _send_back(draft)
            return
        _choose(draft, choice)
    except PTMRankError as error:
        show_error(error)
        if st.button("Back to the candidates", key="back", type="primary"):
            state.navigate("candidates", draft=draft.draft_id)


def _send_back(draft: state.Draft) -> None:
    """Say what has to be chosen first."""
    if draft.samples_source is None:
        st.info("Choose samples first: which metrics apply depends on their labels.")
        if st.button("Choose samples", type="primary", key="to-samples"):
            state.navigate("samples", draft=draft.draft_id)
        return
    st.info("First choose a task category whose models can be ranked on your samples.")
    if st.button("Choose candidates", type="primary", key="to-candidates"):
        state.navigate("candidates", draft=draft.draft_id)


def _choose(draft: state.Draft, choice: Choice) -> None:
    """Draw the cards, then what the run will do, and start it on a click."""
    samples = choice.samples
    coverage = coverage_of_metrics(choice.models, samples.modality, samples.target_kind)
    st.caption(
        f"For {say_models(choice.models)} on {plural(samples.n_samples, 'sample')} of "
        f"{plain(source_name(samples.source))}."
    )
    metrics = choose_metrics(draft, coverage)
    is_ready_made = choice.task == catalogue.FEATURES_TASK
    encoder = None if is_ready_made else choose_label_encoder(draft, samples, metrics)
    st.markdown(
        f"**{say_models(choice.models)} × {plural(len(metrics), 'metric')} on "
        f"{plural(samples.n_samples, 'sample')}**"
    )
    if all(spec.control for spec in choice.models):
        st.info("No candidate is chosen yet.")
        if st.button("Choose candidates", type="primary", key="to-candidates"):
            state.navigate("candidates", draft=draft.draft_id)
        return
    if not is_ready_made and samples.modality != "tabular" and jobs.settings().engine != LOCAL_ENGINE:
        st.caption(f"The models run on the cluster `{jobs.settings().engine}`; the ranking is made here.")
    if st.button("Rank them", type="primary", key="rank", disabled=not metrics, icon=":material/play_arrow:"):
        with st.spinner("Starting …"):
            options = RunOptions(
                metrics=tuple(metrics),
                options=_extraction(draft, choice),
                seed=0,
                reading=draft.reading,
                label_encoder=encoder,
                analyses=Analyses(references=draft.references, controls=draft.controls),
            )
            run = jobs.start(samples, task=choice.task, models=choice.models, options=options)
        state.follow_run(run)
        state.navigate("run", run=run)


def _extraction(draft: state.Draft, choice: Choice) -> ExtractionOptions:
    """Say how features are extracted; where no model runs there is nothing to say."""
    if choice.task == catalogue.FEATURES_TASK or choice.samples.modality == "tabular":
        return ExtractionOptions()
    return ExtractionOptions(dtype=draft.dtype, layers=draft.layers, device=draft.device)
