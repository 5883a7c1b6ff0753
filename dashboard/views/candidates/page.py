"""Candidates: a task category and its models; what they cost to bring here, and which metrics apply."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import jobs, state
from dashboard.choice import chosen_metrics, chosen_models
from dashboard.components.drafting import drafting
from dashboard.views.candidates.begin import begin
from dashboard.views.candidates.by_name import choose_hub_models
from dashboard.views.candidates.lists import choose_from_lists
from dashboard.views.candidates.on_machine import choose_on_machine
from dashboard.views.candidates.selection import choose_selected, say_selected
from dashboard.views.candidates.task import choose_task
from dashboard.wording import plain, plural, say_models, show_error
from ptmrank_core.benchmark import coverage_of_metrics, offered_devices
from ptmrank_core.errors import PTMRankError
from ptmrank_core.features import DTYPES
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["page"]

PRECISIONS = {
    "auto": "half precision where the hardware has it",
    "float32": "float32, single precision",
    "bfloat16": "bfloat16, half precision with the range of float32",
    "float16": "float16, half precision",
}


def page() -> None:
    """Draw the page."""
    with drafting("candidates", "Candidates") as draft:
        _draw(draft)


def _draw(draft: state.Draft) -> None:
    """Draw the choice, or what has to be chosen first."""
    try:
        if draft.ready_made is not None:
            models, samples = jobs.ready_made(draft.ready_made, draft.reading)
            names = ", ".join(spec.id for spec in models)
            st.markdown(f"The candidates are the models whose features were uploaded: {plain(names)}.")
            _go_on(draft, models, samples)
        elif draft.samples_source is not None:
            _choose(draft, jobs.samples(draft.samples_source, draft.reading))
        else:
            st.info("Choose samples first: candidates are ranked on them.")
            if st.button("Choose samples", type="primary"):
                state.navigate("samples")
    except PTMRankError as error:
        show_error(error)


def _choose(draft: state.Draft, samples: Samples) -> None:
    """Let the reader tick what is here, choose out of lists and name Hub models; say what it costs."""
    task = choose_task(draft, samples)
    if task is None:
        return
    if task.modality == "tabular":
        st.caption(
            "The only candidate is the table's own columns: no pre-trained model here reads rows of numbers."
        )
    else:
        if not (draft.samples_source and jobs.is_demo(draft.samples_source)):
            begin(draft, task, samples)
        choose_on_machine(draft, task)
        if not jobs.is_demo_only():
            st.header("From a list")
            choose_from_lists(draft, task)
            st.header("By name")
            choose_hub_models(draft, task)
        _choose_references(draft)
        _choose_options(draft)
        st.header("Chosen")
        choose_selected(draft, task)
    models = chosen_models(draft, task)
    if task.modality != "tabular":
        say_selected(draft, task, models, samples.n_samples)
    _go_on(draft, models, samples)


def _go_on(draft: state.Draft, models: Sequence[ModelSpec], samples: Samples) -> None:
    """Say which metrics will apply, and lead to them."""
    coverage = coverage_of_metrics(models, samples.modality, samples.target_kind)
    offered = [name for name, metric_coverage in coverage.items() if metric_coverage.n_reached]
    metrics = chosen_metrics(draft, offered)
    applying = [name for name in default_metrics() if name in offered]
    st.markdown(
        f"{say_models(models)} × {plural(len(metrics), 'metric')} on {plural(samples.n_samples, 'sample')}"
    )
    partly = [METRICS[name].title for name in applying if coverage[name].n_reached < coverage[name].n_models]
    some = f" For some of the candidates only: {', '.join(partly)}." if partly else ""
    st.caption(
        f"{len(applying)} of {len(default_metrics())} metrics apply; chosen: "
        f"{', '.join(METRICS[name].title for name in metrics) or 'none yet'}.{some}"
    )
    if not any(spec.control is None for spec in models):
        st.info(
            "No candidate is chosen yet: add models from a list, name them, or tick some on this machine."
        )
    if st.button("Choose metrics", type="primary", key="next", disabled=all(spec.control for spec in models)):
        state.navigate("metrics", draft=draft.draft_id)


def _choose_references(draft: state.Draft) -> None:
    """Draw the switch for what the candidates have to beat."""
    st.header("What they have to beat")
    draft.references = st.toggle(
        "Reference rows",
        value=draft.references,
        key=state.per_draft_key("references"),
        help="An untrained twin of the best candidate, and features that no model made (pixels, counts of "
        "words): grey rows beside the candidates, never ranked. They take at most a fifth of the run's time.",
    )


def _choose_device(draft: state.Draft) -> None:
    """Draw where the models run, if there is a choice."""
    offered = offered_devices()
    if len(offered) > 1:
        draft.device = st.selectbox(
            "Device",
            offered,
            index=offered.index(draft.device),
            format_func=_say_device,
            key=state.per_draft_key("device"),
            help="On several GPUs a model runs on each at a time; the run waits until all of them are free.",
        )


def _say_device(name: str) -> str:
    if "," in name:
        return "all GPUs"
    return {"auto": "the first GPU", "cpu": "the processor"}.get(name, name)


def _choose_options(draft: state.Draft) -> None:
    """Draw how features are extracted."""
    with st.expander("Options"):
        draft.dtype = st.selectbox(
            "Precision",
            DTYPES,
            index=DTYPES.index(draft.dtype),
            format_func=lambda name: PRECISIONS[name],
            key=state.per_draft_key("dtype"),
            help="What the models compute in. Features are kept in float32 either way.",
        )
        _choose_device(draft)
        draft.layers = st.checkbox(
            "All hidden layers",
            value=draft.layers,
            key=state.per_draft_key("layers"),
            help="Their features are taken in the same pass, and scored too.",
        )
        draft.controls = st.checkbox(
            "Controls under every metric",
            value=draft.controls,
            key=state.per_draft_key("controls"),
            help="Permuted labels, untrained networks and plain features, scored like the candidates: what a "
            "metric says of what nobody learned from. It takes longer than the reference rows.",
        )
