"""What the reader is asked where an upload can be read in several ways, and what they may prefer."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.wording import plain
from ptmrank_core.data.parts import choose_parts, part_of
from ptmrank_core.errors import ReadingOption, UnclearReadingError
from ptmrank_core.records import ALL_PARTS, Samples

__all__ = ["ask", "choose_data_parts", "offer"]


def ask(draft: state.Draft, question: UnclearReadingError) -> None:
    """Draw what was seen, and each way to read it with its first lines and a button."""
    st.warning(plain(question.message), icon=":material/help:")
    st.markdown("**Which is right?**")
    for number, (option, place) in enumerate(
        zip(question.options, st.columns(min(3, len(question.options))) * len(question.options), strict=False)
    ):
        with place.container(border=True):
            st.markdown(plain(option.text))
            if option.preview:
                st.code("\n".join(option.preview), language=None, wrap_lines=True)
            if st.button("Read it this way", key=state.per_upload_key(f"answer-{number}")):
                _take(draft, option)
    if question.hint:
        st.caption(plain(question.hint))


def offer(draft: state.Draft, samples: Samples) -> None:
    """Draw a button for each other way to read the samples that the reader may prefer."""
    for number, option in enumerate(samples.offers):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(plain(option.text), width="stretch")
            label = "Use it as the group" if "group_in_names" in option.changes else "Do so"
            if st.button(label, key=state.per_upload_key(f"offer-{number}")):
                _take(draft, option)


def choose_data_parts(draft: state.Draft, whole: Samples) -> None:
    """Draw which parts of the data set are taken, where it has several."""
    if len(whole.parts) < 2:
        return
    asked = draft.reading.parts
    # Of several tables the reading names the one that is meant, beside the parts.
    tables = [name for name in asked if name != ALL_PARTS and (part_of(name) or name) not in whole.parts]
    taken = list(choose_parts(whole.parts, [name for name in asked if name not in tables]))
    chosen = st.multiselect(
        "Parts",
        list(whole.parts),
        default=taken,
        format_func=lambda part: f"{part} ({whole.parts[part]:,})" if whole.parts[part] else part,
        key=state.per_upload_key("data-parts"),
        help="Training and validation samples are taken unless you choose others.",
    )
    if chosen and chosen != taken:
        draft.reading = replace(draft.reading, parts=(*tables, *chosen))
        st.rerun()


def _take(draft: state.Draft, option: ReadingOption) -> None:
    """Read the samples in another way; the fields of the form are drawn anew with it."""
    if option.place:
        draft.use_samples(option.place)
    else:
        draft.reading = replace(draft.reading, **option.changes)
    state.reset_upload()
    st.rerun()
