"""Candidates: a task category, models, metrics, options; then the run starts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.components.metric_choice import choose_metrics
from dashboard.wording import MODALITIES, compact, plural, show_error
from ptmrank_core import catalogue
from ptmrank_core.errors import PTMRankError
from ptmrank_core.features import DTYPES
from ptmrank_core.records import ExtractionOptions, Modality, ModelSpec, Samples, WordInContext

__all__ = ["page"]

HUB_EXAMPLES: dict[Modality, str] = {
    "image": "google/vit-base-patch16-224, facebook/dinov2-small",
    "text": "google-bert/bert-base-uncased, sentence-transformers/all-MiniLM-L6-v2",
    "audio": "facebook/wav2vec2-base, openai/whisper-tiny",
    "video": "MCG-NJU/videomae-base, facebook/timesformer-base-finetuned-k400",
}
PRECISIONS = {
    "auto": "half precision where the hardware has it",
    "float32": "float32, single precision",
    "bfloat16": "bfloat16, half precision with the range of float32",
    "float16": "float16, half precision",
}
NAMES_CLASSES = "emms"


def page() -> None:
    """Draw the page."""
    st.title("Candidates")
    draft = state.draft()
    if draft.samples_source is None:
        st.info("Choose samples first: candidates are ranked on them.")
        if st.button("Choose samples", type="primary"):
            state.go("samples")
        return
    try:
        samples = jobs.samples(draft.samples_source, draft.reading)
    except PTMRankError as error:
        show_error(error)
        return
    task = _choose_task(draft, samples)
    if task is None:
        return
    models = _choose_models(draft, task)
    metrics = choose_metrics(draft, models, samples)
    encoder = _choose_options(draft, samples, metrics)
    st.markdown(
        f"{plural(len(models), 'model')} × {plural(len(metrics), 'metric')} on "
        f"{plural(samples.n_samples, 'sample')}"
    )
    ready = bool(models and metrics)
    if st.button("Rank them", type="primary", key="rank", disabled=not ready, icon=":material/play_arrow:"):
        _start(draft, samples, task.name, models, encoder)


def _choose_task(draft: state.Draft, samples: Samples) -> catalogue.TaskCategory | None:
    """Offer the categories whose models read these samples."""
    names = [name for name, task in catalogue.TASKS.items() if task.modality == samples.modality]
    if not names:
        st.info(
            f"There is no pre-trained model of any task category that reads {MODALITIES[samples.modality]}."
        )
        return None
    usual = names[0]
    if samples.modality == "text" and isinstance(samples.items[0].decode(), WordInContext):
        usual = "token-classification"
    name = st.selectbox(
        "Task category (PeaTMOSS)",
        names,
        index=names.index(draft.task if draft.task in names else usual),
        key=f"task-{samples.modality}",
        help=f"What the candidates were made for. Listed are the categories that read "
        f"{MODALITIES[samples.modality]}.",
    )
    draft.task = name
    task = catalogue.task_category(name)
    st.caption(task.idea)
    return task


def _choose_models(draft: state.Draft, task: catalogue.TaskCategory) -> list[ModelSpec]:
    """Let the reader tick demo models and name Hub models."""
    chosen = _tick_models(draft, task)
    draft.own_models = st.text_input(
        "Models from the Hub, comma-separated",
        value=draft.own_models,
        key="own-models",
        placeholder=HUB_EXAMPLES.get(task.modality),
        help="Downloaded when the run needs them. Only safetensors weights are read.",
    )
    try:
        own = catalogue.hub_models(draft.own_models, task)
    except PTMRankError as error:
        show_error(error)
        own = []
    return chosen + own


def _tick_models(draft: state.Draft, task: catalogue.TaskCategory) -> list[ModelSpec]:
    """Draw the demo models of a category; return those that are ticked."""
    if not any(task.name in spec.tasks for spec in catalogue.demo_models()):
        st.caption("The demo zoo has no model of this category: name models of the Hub.")
        return []
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
    return [spec for spec in offered if spec.id in ticked]


def _choose_options(draft: state.Draft, samples: Samples, metrics: tuple[str, ...]) -> ModelSpec | None:
    """Draw the options of the run; return the text model that reads the class names, if one shall."""
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
            "All hidden layers", value=draft.layers, key="layers", help="Taken in the same pass."
        )
        if NAMES_CLASSES in metrics and samples.target_kind == "classification":
            return _choose_label_encoder(draft)
    return None


def _choose_label_encoder(draft: state.Draft) -> ModelSpec | None:
    """Offer the demo's text models for the class names."""
    known = [spec.id for spec in catalogue.demo_models() if spec.modality == "text"]
    if not known:
        return None
    options = [None, *known]
    draft.label_encoder = st.selectbox(
        "Class names for EMMS",
        options,
        index=options.index(draft.label_encoder) if draft.label_encoder in known else 0,
        format_func=lambda name: name or "one-hot: the names do not count",
        key="label-encoder",
        help="EMMS can compare features with what a text model makes of the names of the classes.",
    )
    if draft.label_encoder is None:
        return None
    return catalogue.resolve_models([draft.label_encoder], catalogue.task_category("feature-extraction"))[0]


def _start(
    draft: state.Draft, samples: Samples, task: str, models: list[ModelSpec], encoder: ModelSpec | None
) -> None:
    try:
        with st.spinner("Starting …"):
            run = jobs.start(
                samples,
                reading=draft.reading,
                task=task,
                models=models,
                metrics=draft.metrics or (),
                options=ExtractionOptions(dtype=draft.dtype, layers=draft.layers),
                label_encoder=encoder,
            )
    except PTMRankError as error:
        show_error(error)
        return
    state.expect_end(run)
    state.go("run", run=run)
