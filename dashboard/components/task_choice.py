"""The task category: a domain, then one of its categories, which says why where it cannot be ranked."""

from __future__ import annotations

import streamlit as st

from dashboard.state import Draft
from dashboard.wording import MODALITIES, TARGETS, plain
from ptmrank_core import catalogue
from ptmrank_core.catalogue import AnyCategory, TaskCategory
from ptmrank_core.records import Samples, WordInContext

__all__ = ["choose_task", "fitting_task"]

WORDS = "token-classification"
DOMAIN_NAMES = {
    "computer-vision": "Computer vision",
    "natural-language-processing": "Language",
    "audio": "Audio",
    "tabular": "Tabular",
    "multimodal": "Multimodal",
    "reinforcement-learning": "Reinforcement learning",
}


def choose_task(draft: Draft, samples: Samples) -> TaskCategory | None:
    """Draw the choice and keep it in the draft.

    Returns
    -------
    TaskCategory or None
        ``None`` where the category that was chosen cannot be ranked on these samples; the page says why.
    """
    chosen = catalogue.any_category(draft.task) if draft.task else _usual(samples)
    about = f"{samples.modality}-{samples.target_kind}"
    domain = st.segmented_control(
        "Domain (PeaTMOSS)",
        catalogue.DOMAINS,
        default=chosen.domain,
        format_func=lambda name: DOMAIN_NAMES[name],
        key=f"domain-{about}",
        required=True,
    )
    tasks = [task for task in catalogue.ALL_TASKS.values() if task.domain == domain]
    tasks.sort(key=lambda task: _hindrance(task, samples) is not None)  # those that fit stand first
    names = [task.name for task in tasks]
    usual = _usual(samples).name
    start = next(name for name in (chosen.name, usual, names[0]) if name in names)
    name = st.selectbox(
        "Task category",
        names,
        index=names.index(start),
        key=f"task-{about}-{domain}",
        format_func=lambda name: _labelled(catalogue.ALL_TASKS[name], samples),
        help="What the candidates were made for. Categories whose models cannot be ranked on your samples "
        "are listed too, and say why.",
    )
    draft.task = name
    task = catalogue.ALL_TASKS[name]
    hindrance = _hindrance(task, samples)
    if hindrance is not None or not isinstance(task, TaskCategory):
        st.info(plain(hindrance or ""), icon=":material/info:")
        return None
    st.caption(plain(task.idea))
    return task


def fitting_task(draft: Draft, samples: Samples) -> TaskCategory | None:
    """Return the category of a draft, or the usual one; ``None`` where it cannot be ranked on the samples."""
    task = catalogue.any_category(draft.task) if draft.task else _usual(samples)
    return task if isinstance(task, TaskCategory) and _hindrance(task, samples) is None else None


def _usual(samples: Samples) -> TaskCategory:
    """Pick the category that such samples are most often for."""
    if samples.modality == "text" and isinstance(samples.items[0].decode(), WordInContext):
        return catalogue.task_category(WORDS)
    readers = [task for task in catalogue.TASKS.values() if task.modality == samples.modality]
    fitting = [task for task in readers if samples.target_kind in task.target_kinds]
    return (fitting or readers)[0]


def _hindrance(task: AnyCategory, samples: Samples) -> str | None:
    """Say why a category's models cannot be ranked on these samples; ``None`` where they can."""
    if not isinstance(task, TaskCategory):
        return f"{task.reason} {task.instead}".strip()
    if task.modality != samples.modality:
        return (
            f"Its models read {MODALITIES[task.modality]}; your samples are {MODALITIES[samples.modality]}."
        )
    if samples.target_kind not in task.target_kinds:
        wanted = " or ".join(TARGETS[kind] for kind in task.target_kinds)
        return f"Its models are ranked on {wanted}; your samples have {TARGETS[samples.target_kind]}."
    return None


def _labelled(task: AnyCategory, samples: Samples) -> str:
    """Name a category, with a word on what hinders it."""
    if _hindrance(task, samples) is None:
        return task.name
    if not isinstance(task, TaskCategory):
        return f"{task.name} (cannot be ranked)"
    if task.modality != samples.modality:
        return f"{task.name} (reads {MODALITIES[task.modality]})"
    return f"{task.name} (for other labels)"
