"""What own samples begin with: a ready-made choice of real models, and what it takes to bring them here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import state
from dashboard.choice import models_on_machine
from dashboard.jobs import model_lists
from dashboard.state import Draft
from dashboard.views.candidates.selection import say_cost, size_to_download
from dashboard.wording import plain
from ptmrank_core import catalogue
from ptmrank_core.catalogue import PRESETS, Candidate, TaskCategory
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["begin"]

FIRST, NOTHING = "five-small", ""
TEACHING = (
    "Of the models on this machine only the teaching models read such samples. Ranked on them they show how "
    "a ranking comes about and how far the metrics agree, not which model to fine-tune."
)
ELSEWHERE = (
    "For an answer about fine-tuning, put checkpoints into the folder that the variable PTMRANK_MODELS "
    "names, or rank where the Hub can be reached."
)


def begin(draft: Draft, task: TaskCategory, samples: Samples) -> None:
    """Draw the ready-made choices; one of them is made until the reader makes another.

    Where the Hub is known not to answer, they hold only what is on this machine. Nobody asks the Hub here.
    """
    st.header("To begin with")
    problem, here = model_lists.hub_problem(), model_lists.on_disk()
    sets = model_lists.presets(task)
    if problem:
        sets = _on_machine(sets, here)
    on_machine = models_on_machine(task)
    has_own = any(spec.source != "demo" for spec in on_machine)
    if problem and (sets or has_own):
        st.info(f"{problem} Offered is what is on this machine.", icon=":material/cloud_off:")
    elif problem:
        _offer_teaching(draft, problem, on_machine)
    if not sets:
        return
    if task.name not in draft.preselected:
        _take(draft, task, NOTHING if has_own or FIRST not in sets else FIRST, sets)
    name = draft.preselected[task.name][0]
    chosen = st.pills(
        "Models of the catalogue",
        list(sets),
        default=name if name in sets else None,
        format_func=lambda one: _title(one, sets[one], here),
        key=state.per_draft_key(state.per_upload_key(f"begin-{task.name}")),
        help="A second click on a choice takes its models out again.",
    )
    if (chosen or NOTHING) != name:
        _take(draft, task, chosen or NOTHING, sets)
        st.rerun()
    if chosen:
        models = catalogue.hub_models(",".join(model.id for model in sets[chosen]), task)
        st.markdown(", ".join(plain(model.id) for model in sets[chosen]))
        say_cost(models, {model.id: model for model in sets[chosen]}, samples.n_samples)
        if st.button("Choose metrics", key="next-begin", icon=":material/arrow_forward:"):
            state.navigate("metrics", draft=draft.draft_id)


def _on_machine(
    sets: Mapping[str, Sequence[Candidate]], here: Mapping[str, int]
) -> dict[str, list[Candidate]]:
    """Leave what is not on this machine out of presets, and those of which nothing is left."""
    left = {name: [model for model in models if model.id in here] for name, models in sets.items()}
    return {name: models for name, models in left.items() if models}


def _title(name: str, models: Sequence[Candidate], here: Mapping[str, int]) -> str:
    """Name a preset, with what has to be downloaded for it."""
    size = size_to_download(models, here)
    return f"{PRESETS[name].title} ({len(models)}{f', {size}' if size else ''})"


def _take(draft: Draft, task: TaskCategory, name: str, sets: Mapping[str, Sequence[Candidate]]) -> None:
    """Put the models of a preset into the selected ones, in the place of those of the preset before."""
    draft.drop_preselected(task.name)
    models = {model.id: model for model in sets.get(name, ())}
    selected = draft.selected_models.setdefault(task.name, {})
    draft.preselected[task.name] = (name, *(one for one in models if one not in selected))
    selected.update(models)


def _offer_teaching(draft: Draft, problem: str, on_machine: Sequence[ModelSpec]) -> None:
    """Say that nothing can be downloaded, and what ranking the teaching models shows in spite of that."""
    st.info(
        f"{problem} {TEACHING if on_machine else 'No model on this machine reads such samples.'} {ELSEWHERE}",
        icon=":material/cloud_off:",
    )
    if on_machine and st.button("Rank the teaching models", key="use-teaching", icon=":material/school:"):
        draft.ticks |= {spec.id: True for spec in on_machine}
        draft.n_ticked_at_once += 1
        st.rerun()
