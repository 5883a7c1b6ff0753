"""The models that are on this machine, to be ticked: those of the user, and the demo models apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.choice import is_ticked, models_on_machine
from dashboard.state import Draft
from dashboard.wording import compact, plural
from ptmrank_core.catalogue import TaskCategory
from ptmrank_core.records import ModelSpec

__all__ = ["choose_on_machine"]

NO_FOLDER = "Checkpoint folders of your own are listed here where PTMRANK_MODELS names their folder."
TEACHING = (
    "Small networks that were trained on toy data, and controls that know nothing. They need no download and "
    "run within seconds: they show how a ranking works on your samples, not which model to fine-tune. "
    "Controls are scored beside the candidates and never ranked."
)


def choose_on_machine(draft: Draft, task: TaskCategory) -> None:
    """Draw the models of a category that are on this machine, and keep in the draft which are ticked."""
    st.header("On this machine")
    offered = models_on_machine(task)
    demo = [spec for spec in offered if spec.source == "demo"]
    others = [spec for spec in offered if spec.source != "demo"]
    if draft.samples_source is not None and jobs.is_demo(draft.samples_source):
        if offered:
            _tick(draft, offered, f"{task.name}-all")
        else:
            elsewhere = "another category" if jobs.is_demo_only() else "out of a list below"
            st.caption(f"The demo zoo has no model of this category: choose {elsewhere}.")
        if not (others or jobs.is_demo_only()):
            st.caption(NO_FOLDER)
        return
    if others:
        _tick(draft, others, f"{task.name}-own")
    else:
        st.caption(f"No model of yours is here: choose from a list or by name below. {NO_FOLDER}")
    if demo:
        group = st.container(key="teaching-models")
        with group.expander(f"Teaching models and controls ({len(demo)})", icon=":material/school:"):
            st.caption(TEACHING)
            _tick(draft, demo, f"{task.name}-demo")


def _tick(draft: Draft, models: Sequence[ModelSpec], name: str) -> None:
    """Draw a table of models, each with a box, and buttons for all and none of them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, value in (("All", True), ("None", False)):
            if st.button(label, key=f"{label.lower()}-{name}", type="tertiary"):
                draft.ticks |= {spec.id: value for spec in models}
                draft.n_ticked_at_once += 1  # a new table: the old one would put its own ticks back
                st.rerun()
        n_ticked = sum(is_ticked(draft, spec) for spec in models)
        st.caption(f"{n_ticked} of {plural(len(models), 'model')} ticked")
    table = pd.DataFrame([_row(draft, spec) for spec in models])
    if all(spec.control is None for spec in models):
        table = table.drop(columns="role")
    edited = st.data_editor(
        table,
        hide_index=True,
        height="content",
        disabled=[column for column in table.columns if column != "use"],
        key=state.per_upload_key(f"models-{name}-{draft.n_ticked_at_once}"),
        alt="Models on this machine with their family, size and source head",
    )
    changed = {
        spec.id: bool(use)
        for spec, use in zip(models, edited["use"], strict=True)
        if bool(use) != is_ticked(draft, spec)
    }
    if changed:
        draft.ticks |= changed
        st.rerun()


def _row(draft: Draft, spec: ModelSpec) -> dict[str, object]:
    return {
        "use": is_ticked(draft, spec),
        "model": spec.id,
        "role": "candidate" if spec.control is None else f"control: {spec.control}",
        "family": spec.model_type,
        "parameters": compact(spec.n_parameters),
        "width": spec.width,
        "source classes": "no head" if spec.n_source_classes is None else str(spec.n_source_classes),
    }
