"""The task category: a domain, then one of its categories, with the reason where it cannot be ranked."""

from __future__ import annotations

import streamlit as st

from dashboard.choice import usual_task, why_not_rankable
from dashboard.state import Draft, per_draft_key
from dashboard.wording import MODALITIES, plain
from ptmrank_core import catalogue
from ptmrank_core.catalogue import AnyCategory, TaskCategory
from ptmrank_core.records import Samples

__all__ = ["choose_task"]

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
    chosen = catalogue.any_category(draft.task) if draft.task else usual_task(samples)
    about = f"{samples.modality}-{samples.target_kind}"
    domain = st.segmented_control(
        "Domain (PeaTMOSS)",
        catalogue.DOMAINS,
        default=chosen.domain,
        format_func=lambda name: DOMAIN_NAMES[name],
        key=per_draft_key(f"domain-{about}"),
        required=True,
    )
    tasks = [task for task in catalogue.ALL_TASKS.values() if task.domain == domain]
    tasks.sort(key=lambda task: why_not_rankable(task, samples) is not None)  # those that fit stand first
    names = [task.name for task in tasks]
    usual = usual_task(samples).name
    start = next(name for name in (chosen.name, usual, names[0]) if name in names)
    name = st.selectbox(
        "Task category",
        names,
        index=names.index(start),
        key=per_draft_key(f"task-{about}-{domain}"),
        format_func=lambda name: _labelled(catalogue.ALL_TASKS[name], samples),
        help="What the candidates were made for. Categories whose models cannot be ranked on your samples "
        "are listed too, and say why.",
    )
    draft.task = name
    task = catalogue.ALL_TASKS[name]
    reason = why_not_rankable(task, samples)
    if reason is not None or not isinstance(task, TaskCategory):
        st.info(plain(reason or ""), icon=":material/info:")
        return None
    st.caption(plain(task.idea))
    return task


def _labelled(task: AnyCategory, samples: Samples) -> str:
    """Name a category, and say briefly why it cannot be ranked."""
    if why_not_rankable(task, samples) is None:
        return task.name
    if not isinstance(task, TaskCategory):
        return f"{task.name} (cannot be ranked)"
    if task.modality != samples.modality:
        return f"{task.name} (reads {MODALITIES[task.modality]})"
    return f"{task.name} (for other labels)"
