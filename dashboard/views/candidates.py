"""Candidates: a task category, models, metrics, options; then the run starts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.components.basket import choose_in_basket, say_basket
from dashboard.components.metric_choice import choose_label_encoder, choose_metrics
from dashboard.components.model_lists import choose_from_lists
from dashboard.components.own_models import choose_own_models
from dashboard.components.task_choice import choose_task
from dashboard.wording import compact, plain, plural, show_error
from ptmrank_core import catalogue
from ptmrank_core.errors import PTMRankError
from ptmrank_core.features import DTYPES
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples

__all__ = ["page"]

PRECISIONS = {
    "auto": "half precision where the hardware has it",
    "float32": "float32, single precision",
    "bfloat16": "bfloat16, half precision with the range of float32",
    "float16": "float16, half precision",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What would be ranked, on what and how."""

    task: str
    samples: Samples
    models: tuple[ModelSpec, ...]
    metrics: tuple[str, ...]
    options: ExtractionOptions = field(default_factory=ExtractionOptions)
    label_encoder: ModelSpec | None = None


def page() -> None:
    """Draw the page."""
    st.title("Candidates")
    draft = state.draft()
    try:
        if draft.ready_made is not None:
            _rank_ready_made(draft, draft.ready_made)
        elif draft.samples_source is not None:
            _rank(draft, jobs.samples(draft.samples_source, draft.reading))
        else:
            st.info("Choose samples first: candidates are ranked on them.")
            if st.button("Choose samples", type="primary"):
                state.go("samples")
    except PTMRankError as error:
        show_error(error)


def _rank(draft: state.Draft, samples: Samples) -> None:
    """Choose models for samples, metrics and options."""
    task = choose_task(draft, samples)
    if task is None:
        return
    models = _choose_models(draft, task)
    metrics = choose_metrics(draft, models, samples)
    encoder = choose_label_encoder(draft, samples, metrics)
    options = ExtractionOptions() if task.modality == "tabular" else _choose_options(draft)
    _offer_start(draft, Chosen(task.name, samples, tuple(models), metrics, options, encoder))


def _rank_ready_made(draft: state.Draft, folder: str) -> None:
    """Choose metrics for features that are there already."""
    models, samples = jobs.ready_made(folder, draft.reading)
    names = ", ".join(spec.id for spec in models)
    st.markdown(f"The candidates are the models whose features were uploaded: {plain(names)}.")
    metrics = choose_metrics(draft, models, samples)
    _offer_start(draft, Chosen(catalogue.FEATURES_TASK, samples, models, metrics))


def _offer_start(draft: state.Draft, chosen: Chosen) -> None:
    """Say what would be done, and do it on a click."""
    models, metrics = chosen.models, chosen.metrics
    st.markdown(
        f"{plural(len(models), 'model')} × {plural(len(metrics), 'metric')} on "
        f"{plural(chosen.samples.n_samples, 'sample')}"
    )
    ready = bool(models and metrics)
    if st.button("Rank them", type="primary", key="rank", disabled=not ready, icon=":material/play_arrow:"):
        with st.spinner("Starting …"):
            run = jobs.start(
                chosen.samples,
                reading=draft.reading,
                task=chosen.task,
                models=models,
                metrics=metrics,
                options=chosen.options,
                label_encoder=chosen.label_encoder,
            )
        state.expect_end(run)
        state.go("run", run=run)


def _choose_models(draft: state.Draft, task: catalogue.TaskCategory) -> list[ModelSpec]:
    """Let the reader tick what is here, choose out of lists and name Hub models; say what it costs."""
    if task.modality == "tabular":
        st.caption("The candidate is the columns as they are: no pre-trained model reads rows of numbers.")
        return catalogue.resolve_models(catalogue.COLUMNS, task)
    st.header("On this machine")
    chosen = _tick_models(draft, task)
    st.header("From a list")
    choose_from_lists(draft, task)
    st.header("By name")
    own = choose_own_models(draft, task)
    st.header("Chosen")
    chosen += choose_in_basket(draft, task) + own
    unique = list({spec.id: spec for spec in chosen}.values())
    say_basket(draft, task, unique)
    return unique


def _tick_models(draft: state.Draft, task: catalogue.TaskCategory) -> list[ModelSpec]:
    """Draw the models of a category that are on this machine; return those that are ticked."""
    has_demo = any(task.name in spec.tasks for spec in catalogue.demo_models())
    offered = catalogue.resolve_models("demo", task) if has_demo else []
    offered += jobs.local_models(task.name)
    if not offered:
        st.caption("The demo zoo has no model of this category: choose out of a list below.")
        return []
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
    return [spec for spec in offered if spec.id in ticked]


def _choose_options(draft: state.Draft) -> ExtractionOptions:
    """Draw how features are extracted."""
    with st.expander("Options"):
        draft.dtype = st.selectbox(
            "Precision",
            DTYPES,
            index=DTYPES.index(draft.dtype),
            format_func=lambda name: PRECISIONS[name],
            key="dtype",
            help="What the models compute in. Features are kept in float32 either way.",
        )
        draft.layers = st.checkbox(
            "All hidden layers",
            value=draft.layers,
            key="layers",
            help="Their features are taken in the same pass, and scored too.",
        )
    return ExtractionOptions(dtype=draft.dtype, layers=draft.layers)
