"""Candidates: a task category, models, metrics; then the run starts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.wording import compact, plural, show_error
from ptmrank_core import catalogue
from ptmrank_core.benchmark import quick_metrics
from ptmrank_core.errors import PTMRankError
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ModelSpec

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    st.title("Candidates")
    draft = state.draft()
    if draft.samples_source is None:
        st.info("Choose samples first: candidates are ranked on them.")
        if st.button("Choose samples", type="primary"):
            state.go("samples")
        return
    task = _choose_task(draft)
    models = _choose_models(draft, task)
    metrics = _choose_metrics(draft)
    n_samples = jobs.samples(draft.samples_source).n_samples
    st.markdown(
        f"{plural(len(models), 'model')} × {plural(len(metrics), 'metric')} on {plural(n_samples, 'sample')}"
    )
    ready = bool(models and metrics)
    if st.button("Rank them", type="primary", key="rank", disabled=not ready, icon=":material/play_arrow:"):
        _start(draft.samples_source, task, models, metrics)


def _choose_task(draft: state.Draft) -> catalogue.TaskCategory:
    tasks = catalogue.loadable_tasks(catalogue.demo_models())
    names = [task.name for task in tasks]
    name = st.selectbox(
        "Task category (PeaTMOSS)",
        names,
        index=names.index(draft.task),
        key="task",
        help="What the candidates were made for. Listed are the categories with a model that loads here.",
    )
    draft.task = name
    task = catalogue.task_category(name)
    st.caption(task.idea)
    return task


def _choose_models(draft: state.Draft, task: catalogue.TaskCategory) -> list[ModelSpec]:
    """Let the reader tick demo models and name Hub models."""
    offered = catalogue.resolve_models("demo", task)
    table = pd.DataFrame(
        [
            {
                "use": spec.id not in draft.deselected,
                "model": spec.id,
                "family": spec.model_type,
                "parameters": compact(spec.n_parameters),
                "width": spec.width,
                "source classes": "no head" if spec.n_source_classes is None else str(spec.n_source_classes),
            }
            for spec in offered
        ]
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        height="content",
        disabled=[column for column in table.columns if column != "use"],
        key=f"models-{task.name}",
        alt="Candidate models with their family, size and source head",
    )
    ticked = set(edited.loc[edited["use"], "model"])
    draft.deselected = {spec.id for spec in offered} - ticked
    draft.own_models = st.text_input(
        "Models from the Hub, comma-separated",
        value=draft.own_models,
        key="own-models",
        placeholder="google/vit-base-patch16-224, facebook/dinov2-small",
        help="Downloaded when the run needs them. Only safetensors weights are read.",
    )
    chosen = [spec for spec in offered if spec.id in ticked]
    try:
        own = catalogue.hub_models(draft.own_models, task)
    except PTMRankError as error:
        show_error(error)
        own = []
    return chosen + own


def _choose_metrics(draft: state.Draft) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Metrics",
        list(METRICS),
        default=list(draft.metrics or quick_metrics()),
        format_func=lambda name: METRICS[name].title,
        key="metrics",
    )
    draft.metrics = tuple(chosen) or None
    with st.expander("What do they measure, and when not to trust them?"):
        for name in chosen:
            spec = METRICS[name]
            st.markdown(f"**{spec.title}.** {spec.idea} *{spec.fails_when}*  \n{spec.reference}")
    return tuple(chosen)


def _start(
    source: str, task: catalogue.TaskCategory, models: list[ModelSpec], metrics: tuple[str, ...]
) -> None:
    try:
        with st.spinner("Starting …"):
            run = jobs.start(source, task=task.name, models=models, metrics=metrics)
    except PTMRankError as error:
        show_error(error)
        return
    state.expect_end(run)
    state.go("run", run=run)
