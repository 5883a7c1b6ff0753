"""How an upload is read: what was recognised, and the fields that correct it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.wording import MODALITIES, TARGETS
from ptmrank_core.data import SourceOverview, TableDescription
from ptmrank_core.records import Modality, Reading, TargetKind

__all__ = ["choose_columns", "choose_reading"]

TABLE_MODALITIES: tuple[Modality, ...] = ("text", "tabular")
FILE_MODALITIES: tuple[Modality, ...] = ("image", "audio", "video", "text")
EMPTY = "as recognised"


def choose_reading(source: str, former: Reading) -> Reading:
    """Draw the fields; what was recognised is filled in.

    Parameters
    ----------
    source
        An upload.
    former
        How it was read before, in this session.

    Returns
    -------
    Reading
        Empty where nothing was corrected. Where it is not clear what a column is, the samples cannot be
        loaded: that error says what to choose.

    Raises
    ------
    PTMRankError
        If the upload cannot be looked at.
    """
    recognised = jobs.look_at(source)
    with st.container(border=True):
        st.markdown("**How it is read**")
        left, right = st.columns(2)
        with left:
            modality = _choose_modality(recognised, former)
        if recognised.table is None:
            right.caption("The labels are the names of the folders that the files lie in.")
            return Reading(modality=modality)
        with right:
            target = _choose_target(former)
        overview = jobs.look_at(source, Reading(modality=modality)) if modality else recognised
        if overview.table is None:
            return Reading(modality=modality, target_kind=target)
        has_text = overview.layout == "table" and (modality or overview.modality) != "tabular"
        return _choose_roles(overview.table, Reading(modality, target), former, has_text=has_text)


def choose_columns(table: str, former: Reading) -> Reading:
    """Draw the fields for a table of numbers: which column is the label, and what labels are.

    Parameters
    ----------
    table
        Path of the table.
    former
        How it was read before, in this session.

    Raises
    ------
    PTMRankError
        If the table cannot be read.
    """
    overview = jobs.look_at(table, Reading(modality="tabular"))
    with st.container(border=True):
        st.markdown("**How it is read**")
        reading = Reading("tabular", _choose_target(former))
        if overview.table is None:
            return reading
        return _choose_roles(overview.table, reading, former, has_text=False)


def _choose_modality(recognised: SourceOverview, former: Reading) -> Modality | None:
    options: list[Modality | None] = [
        None,
        *(TABLE_MODALITIES if recognised.layout == "table" else FILE_MODALITIES),
    ]
    known = f": {MODALITIES[recognised.modality]}" if recognised.modality else ""
    return st.selectbox(
        "The samples are",
        options,
        index=options.index(former.modality) if former.modality in options else 0,
        format_func=lambda one: MODALITIES[one] if one else f"as recognised{known}",
        key=state.fresh_key("modality"),
    )


def _choose_target(former: Reading) -> TargetKind | None:
    options: list[TargetKind | None] = [None, *TARGETS]
    return st.selectbox(
        "The labels are",
        options,
        index=options.index(former.target_kind),
        format_func=lambda one: TARGETS[one] if one else EMPTY,
        key=state.fresh_key("target"),
    )


def _choose_roles(table: TableDescription, reading: Reading, former: Reading, *, has_text: bool) -> Reading:
    """Draw the table and a field for each role of a column."""
    guessed = {
        role: tuple(c for c, guess in zip(table.columns, table.guesses, strict=True) if guess == role)
        for role in ("text", "label", "group")
    }
    rows = st.container()
    is_former = former.modality == reading.modality
    before = former if is_former else Reading()
    fields = st.columns(3 if has_text else 2)
    text: tuple[str, ...] = ()
    if has_text:
        with fields[0]:
            text = _choose_some("Text", table, before.text_columns or guessed["text"], reading, most=2)
    with fields[-2]:
        label = _choose_some("Label", table, before.label_columns or guessed["label"], reading)
    with fields[-1]:
        group = _choose_group(table, before, guessed["group"], reading)
    chosen = {"text": text, "label": label, "group": (group,) if group else ()}
    with rows:
        _draw_first_rows(table, chosen)
    if chosen == {**guessed, "text": guessed["text"] if has_text else ()}:
        return reading
    no_group = "" if guessed["group"] else None  # one that was recognised is taken away
    return Reading(reading.modality, reading.target_kind, text, label, group or no_group)


def _draw_first_rows(table: TableDescription, chosen: dict[str, tuple[str, ...]]) -> None:
    roles = dict(zip(table.columns, table.guesses, strict=True))
    said = {column: role for column, role in roles.items() if role not in chosen}
    said |= {column: role for role, columns in chosen.items() for column in columns}
    st.dataframe(
        pd.DataFrame(
            table.first_rows,
            columns=[f"{name} · {said[name]}" if said.get(name) else name for name in table.columns],
        ),
        hide_index=True,
        height="content",
        alt=f"The first rows of {table.n_rows:,}, with what each column is taken for",
    )
    st.caption(f"The first rows of {table.n_rows:,}; beside a column's name stands what it is taken for.")


def _choose_some(
    title: str,
    table: TableDescription,
    default: tuple[str, ...],
    reading: Reading,
    *,
    most: int | None = None,
) -> tuple[str, ...]:
    helps = {
        "Text": "One column, or the two of a pair.",
        "Label": "One column; several of zeros and ones for labels that come together, or of numbers.",
    }
    return tuple(
        st.multiselect(
            title,
            table.columns,
            default=[column for column in default if column in table.columns],
            key=state.fresh_key(f"{title.lower()}-columns-{reading.modality or 'recognised'}"),
            max_selections=most,
            placeholder="choose" if table.problem else EMPTY,
            help=helps[title],
        )
    )


def _choose_group(
    table: TableDescription, before: Reading, guessed: tuple[str, ...], reading: Reading
) -> str | None:
    named = before.group_column if before.group_column is not None else next(iter(guessed), "")
    options = [None, *table.columns]
    return st.selectbox(
        "Group",
        options,
        index=options.index(named) if named in table.columns else 0,
        format_func=lambda column: "none" if column is None else column,
        key=state.fresh_key(f"group-column-{reading.modality or 'recognised'}"),
        help="Whose a sample is: speaker, patient, document. Samples of one group resemble each other.",
    )
