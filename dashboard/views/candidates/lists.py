"""Choosing candidates out of lists: which list, what narrows it, the table, and into the selected models."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.jobs import model_lists
from dashboard.state import Draft
from dashboard.views.candidates.table import candidate_table
from dashboard.wording import plain, plural, show_error
from ptmrank_core import catalogue
from ptmrank_core.catalogue import Candidate, Narrowing, TaskCategory
from ptmrank_core.errors import PTMRankError
from ptmrank_core.metrics import SOURCE_LOGITS, titles_reading

__all__ = ["choose_from_lists"]

TABLE, PEATMOSS, MAPPING, HUB = "Shipped catalogue", "PeaTMOSS", "mapping.json", "The Hub, live"
YEARS = {"any year": None} | {str(year): year for year in range(2025, 2017, -1)}
DOWNLOADS = {"any number": None, "1,000": 1_000, "10,000": 10_000, "100,000": 100_000, "1 million": 1_000_000}
SIZES = {"any size": None, "30 M": 30_000_000, "100 M": 100_000_000, "300 M": 300_000_000}


def choose_from_lists(draft: Draft, task: TaskCategory) -> None:
    """Draw the lists; what is chosen goes into the draft's selected models."""
    offered = [TABLE, *([PEATMOSS] if model_lists.peatmoss_name() else []), MAPPING, HUB]
    source = st.segmented_control(
        "From which list?", offered, default=TABLE, key=f"list-{task.name}", required=True
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _narrowing(task, source)
    try:
        models = _models(draft, task, source, wanted)
    except PTMRankError as error:
        show_error(error)
        return
    if models is None:
        return
    shown = catalogue.narrow(models, wanted)
    if source == TABLE:
        shown = _preset(task, shown)
    if not shown:
        st.caption(f"None of {plural(len(models), 'model')} fits." if models else "The list has no model.")
        return
    _table(draft, task, shown)


def _narrowing(task: TaskCategory, source: str) -> Narrowing:
    """Draw what narrows a list."""
    key = f"{task.name}-{source}"
    search = st.text_input("Search", key=f"search-{key}", placeholder="id, family or pre-training", width=260)
    licences = st.multiselect(
        "Licence",
        catalogue.LICENCE_CLASSES,
        key=f"licence-{key}",
        placeholder="any",
        width=260,
        help="What the licence asks for, as a class. Unknown is a class of its own.",
    )
    size = st.selectbox(
        "Parameters up to",
        list(SIZES),
        key=f"size-{key}",
        width=150,
        help="With a limit, models of unknown size are not shown.",
    )
    loadable = st.toggle(
        "Loads here", value=True, key=f"loads-{key}", help="Hides what cannot be loaded here."
    )
    return replace(
        _narrowing_of(key),
        search=search,
        licences=frozenset(licences),
        max_parameters=SIZES[size],
        loadable=loadable,
    )


def _narrowing_of(key: str) -> Narrowing:
    """Draw what narrows a list less often."""
    with st.popover("More filters", icon=":material/filter_list:"):
        since = st.selectbox("Published in or after", list(YEARS), key=f"since-{key}")
        used = st.selectbox("Downloads in a month, at least", list(DOWNLOADS), key=f"used-{key}")
        with_head = st.toggle(
            "With a source head",
            key=f"head-{key}",
            help=f"Its classes are known: {titles_reading(SOURCE_LOGITS)} need them.",
        )
        is_here = st.toggle("On this machine already", key=f"here-{key}")
    return Narrowing(
        since=YEARS[since],
        min_downloads=DOWNLOADS[used],
        with_head=with_head,
        ids=model_lists.on_disk().keys() if is_here else None,
    )


def _models(draft: Draft, task: TaskCategory, source: str, wanted: Narrowing) -> list[Candidate] | None:
    """Read a list; ``None`` where the reader has to do something first."""
    if source == TABLE:
        return model_lists.from_table(task)
    if source == PEATMOSS:
        name = plain(model_lists.peatmoss_name() or "")
        st.caption(
            f"The {model_lists.N_FROM_PEATMOSS} most downloaded models of {name} whose id holds the search, "
            "as the Hub was in 2023."
        )
        return model_lists.from_peatmoss(task, wanted.search)
    if source == MAPPING:
        file = st.file_uploader("A mapping.json, of the original tool or of ours", type="json", key="mapping")
        return None if file is None else model_lists.from_mapping(file.getvalue(), file.name, task)
    if st.button("Search the Hub", key="search-hub", icon=":material/travel_explore:"):
        with st.spinner("Asking the Hub …"):
            draft.hub_results[task.name] = model_lists.from_hub(task, wanted.search)
    st.caption("Asked for models of the category whose id holds the search; this leaves your machine.")
    return draft.hub_results.get(task.name)


def _preset(task: TaskCategory, models: Sequence[Candidate]) -> list[Candidate]:
    """Draw the ready-made choices; return what is left of a list."""
    sets = model_lists.presets(task)
    name = st.pills(
        "Narrow the list to",
        list(sets),
        format_func=lambda name: f"{catalogue.PRESETS[name].title} ({len(sets[name])})",
        key=f"preset-{task.name}",
    )
    if name is None:
        return list(models)
    st.caption(catalogue.PRESETS[name].idea)
    inside = {model.id for model in models}
    return [model for model in sets[name] if model.id in inside]


def _table(draft: Draft, task: TaskCategory, shown: Sequence[Candidate]) -> None:
    """Draw the table and the buttons that put its models into the selected models."""
    digest = zlib.crc32("\n".join(model.id for model in shown).encode())
    key = state.per_upload_key(f"rows-{task.name}-{digest}-{len(draft.selected_models.get(task.name, {}))}")
    rows = candidate_table(shown, model_lists.on_disk(), key=key)
    selected_models = draft.selected_models.setdefault(task.name, {})
    with st.container(horizontal=True, vertical_alignment="center"):
        add_rows = st.button(
            f"Add {plural(len(rows), 'chosen model')}" if rows else "Add the chosen models",
            key="add-chosen",
            disabled=not rows,
            icon=":material/add:",
        )
        add_all = st.button(f"Add all {len(shown)} shown", key="add-all", icon=":material/playlist_add:")
        st.caption("Tick rows at the left; a click on a head sorts.")
    if add_rows or add_all:
        selected_models.update({model.id: model for model in (shown if add_all else rows)})
        st.rerun()
