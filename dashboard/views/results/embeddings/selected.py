"""What one does with the selected samples: see them, take them away, give them a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from dashboard import jobs, state
from dashboard.components.gallery import MAX_SHOWN, show_samples
from dashboard.views.results.embeddings.selection import select_rows
from dashboard.wording import plural, tell_faults
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.figures.embeddings import Panel
from ptmrank_core.reports.tables.selection import selection_table
from ptmrank_core.reports.tables.writers import csv_text

__all__ = ["offer_tags", "show_selected"]

TAG, CHOSEN_TAG = "new-tag", "chosen-tag"


def show_selected(
    result: RunResult, samples: Samples, panels: Sequence[Panel], selected: Sequence[int]
) -> list[int]:
    """Draw the selected samples and what can be done with them; return those that are shown."""
    st.markdown(f"#### {plural(len(selected), 'sample')} selected")
    drawn = {row for panel in panels for row in panel.rows.tolist()}
    n_hidden = sum(row not in drawn for row in selected) if panels else 0
    if n_hidden:
        st.caption(f"{plural(n_hidden, 'sample')} of them are not among those that are drawn.")
    tags = jobs.tags_of(result)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Take them as CSV",
            data=partial(_csv, samples, selected, tags),
            file_name=f"ptmrank-{result.plan.run_id[:8]}-selection.csv",
            mime="text/csv",
            key="selection-csv",
            icon=":material/download:",
            on_click="ignore",
        )
        if jobs.is_mine(result.plan.run_id):
            st.text_input("Tag", key=TAG, max_chars=jobs.MAX_TAG_CHARS, placeholder="blurred", width=220)
            st.button(
                "Tag them",
                key="keep-tag",
                icon=":material/sell:",
                on_click=tell_faults(partial(_keep_tag, result, list(selected))),
            )
    if not jobs.is_mine(result.plan.run_id):
        st.caption(
            "Only the owner of this run can keep tags with it; the link and the CSV have your selection."
        )
    places = np.linspace(0, len(selected) - 1, min(MAX_SHOWN, len(selected))).round().astype(int)
    shown = [selected[place] for place in places]
    if len(shown) < len(selected):
        st.caption(f"{len(shown)} of them, evenly taken from the first to the last.")
    show_samples(samples, shown, notes=[_tags_on(tags, row) for row in shown] if tags else ())
    return shown


def offer_tags(result: RunResult, samples: Samples) -> None:
    """Offer the tags of the run: to select their samples, or to delete them."""
    tags = jobs.tags_of(result)
    if not tags:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tag = st.selectbox(
            "Tags of this run",
            list(tags),
            format_func=lambda name: f"{name} ({len(tags.get(name, ())):,})",
            key=CHOSEN_TAG,
            width=280,
        )
        if tag not in tags:
            return
        st.button(
            "Select its samples",
            key="select-tag",
            on_click=tell_faults(partial(select_rows, samples, tags[tag])),
        )
        if jobs.is_mine(result.plan.run_id):
            st.button(
                "Delete the tag",
                key="drop-tag",
                on_click=tell_faults(partial(jobs.drop_tag, result, tag)),
            )


def _keep_tag(result: RunResult, selected: list[int]) -> None:
    """Tag the selected samples, from a callback; the field is then empty for the next tag."""
    jobs.keep_tag(result, str(state.widget(TAG) or ""), selected)
    state.set_widget(TAG, "")


def _csv(samples: Samples, selected: Sequence[int], tags: Mapping[str, Sequence[int]]) -> bytes:
    return csv_text(
        selection_table(samples, selected, {tag: set(rows) for tag, rows in tags.items()})
    ).encode()


def _tags_on(tags: Mapping[str, Sequence[int]], row: int) -> str:
    return ", ".join(tag for tag, rows in tags.items() if row in rows)
