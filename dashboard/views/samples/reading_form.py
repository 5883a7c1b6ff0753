"""How an upload is read: what was recognised, and the fields that correct it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.views.samples.details import choose_details
from dashboard.wording import MODALITIES, TARGETS
from ptmrank_core.data import SourceOverview, TableDescription
from ptmrank_core.errors import InputError, InputField, UnclearReadingError
from ptmrank_core.records import Modality, Reading, TargetKind

__all__ = ["choose_columns", "choose_reading", "mend_reading"]

TABLE_MODALITIES: tuple[Modality, ...] = ("text", "tabular")
FILE_MODALITIES: tuple[Modality, ...] = ("image", "audio", "video", "text")
EMPTY = "as recognised"
UNREADABLE = SourceOverview("table", None, TableDescription((), (), 0, ()))
HELPS = {
    "text": "One column, or two columns for pairs of texts.",
    "label": "One column. Several columns of zeros and ones if a sample can have several labels; several "
    "columns of numbers to predict several values.",
    "group": "What each sample belongs to, such as a speaker, a patient or a document. Samples of one group "
    "resemble each other, so they are never split between training and test.",
}


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
    base = _without_roles(former)
    recognised = _recognise(source, former)
    with st.container(border=True):
        st.markdown("**How your upload is read**")
        left, right = st.columns(2)
        with left:
            modality = _choose_modality(recognised, former)
        if recognised.table is None:
            right.caption("The label of each file is the name of its folder.")
            return replace(choose_details(recognised, base), modality=modality)
        with right:
            target = _choose_target(former)
        reading = replace(choose_details(recognised, base), modality=modality)
        reading = replace(reading, target_kind=target)
        overview, is_named = _describe(source, reading, former)
        if overview.table is None:
            return reading
        has_text = overview.layout == "table" and (modality or overview.modality) != "tabular"
        asked = ("text", "label", "group") if has_text else ("label", "group")
        return _choose_roles(overview.table, reading, former, asked, is_named=is_named)


def mend_reading(draft: state.Draft, source: str) -> None:
    """Draw the fields that may help where an upload cannot be looked at as it is, and go on with them.

    Raises
    ------
    PTMRankError
        What is wrong with the upload, or with the upload read as the fields say.
    """
    try:
        _recognise(source, draft.reading)
    except InputError as error:
        if isinstance(error, UnclearReadingError) or not error.fields:
            raise
        with st.container(border=True):
            st.markdown("**How your upload is read**")
            reading = choose_details(UNREADABLE, draft.reading)
        if reading == draft.reading:
            raise
        jobs.preview(source, reading)
        draft.reading = reading
        state.reset_upload()
        st.rerun()


def _without_roles(reading: Reading) -> Reading:
    """Forget what was chosen about the samples and their columns."""
    return replace(
        reading, modality=None, target_kind=None, text_columns=(), label_columns=(), group_column=None
    )


def _recognise(source: str, former: Reading) -> SourceOverview:
    """Look at an upload as if nothing was chosen, but what the samples are where that was asked."""
    base = _without_roles(former)
    try:
        return jobs.preview(source, base)
    except UnclearReadingError as error:
        if former.modality is None or InputField.MODALITY not in error.fields:
            raise
        return jobs.preview(source, replace(base, modality=former.modality))


def _describe(source: str, reading: Reading, former: Reading) -> tuple[SourceOverview, bool]:
    """Describe an upload; where its columns are not clear, with those that were named before.

    Returns
    -------
    overview, is_named
        The description, and whether columns that were named before made it clear.
    """
    overview = jobs.preview(source, reading)
    is_unclear = overview.table is not None and bool(overview.table.problem)
    if not is_unclear or not (former.text_columns or former.label_columns):
        return overview, False
    named = replace(
        reading,
        text_columns=former.text_columns,
        label_columns=former.label_columns,
        group_column=former.group_column,
    )
    return jobs.preview(source, named), True


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
    overview = jobs.preview(table, Reading(modality="tabular"))
    with st.container(border=True):
        st.markdown("**How your upload is read**")
        reading = Reading("tabular", _choose_target(former))
        if overview.table is None:
            return reading
        return _choose_roles(overview.table, reading, former, ("label",))


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
        key=state.per_upload_key("modality"),
    )


def _choose_target(former: Reading) -> TargetKind | None:
    options: list[TargetKind | None] = [None, *TARGETS]
    return st.selectbox(
        "The labels are",
        options,
        index=options.index(former.target_kind),
        format_func=lambda one: TARGETS[one] if one else EMPTY,
        key=state.per_upload_key("target"),
    )


def _choose_roles(
    table: TableDescription,
    reading: Reading,
    former: Reading,
    asked: tuple[str, ...],
    *,
    is_named: bool = False,
) -> Reading:
    """Draw the table, and a field for each role of a column that is asked for.

    Columns that are as recognised are not named in the reading, unless they were recognised only because some
    of them were named.
    """
    guessed = {
        role: tuple(c for c, guess in zip(table.columns, table.guesses, strict=True) if guess == role)
        for role in asked
    }
    before = former if former.modality == reading.modality else Reading()
    named = {"text": before.text_columns, "label": before.label_columns}
    rows = st.container()
    chosen: dict[str, tuple[str, ...]] = {}
    for role, place in zip(asked, st.columns(len(asked)), strict=True):
        with place:
            if role == "group":
                chosen[role] = _choose_group(table, before.group_column, guessed[role], reading)
            else:
                chosen[role] = _choose_some(role, table, named[role] or guessed[role], reading)
    with rows:
        _draw_first_rows(table, chosen)
    if chosen == guessed and not is_named:
        return reading
    no_group = "" if guessed.get("group") else None  # one that was recognised is taken away
    group = next(iter(chosen.get("group", ())), no_group)
    return replace(
        reading, text_columns=chosen.get("text", ()), label_columns=chosen["label"], group_column=group
    )


def _draw_first_rows(table: TableDescription, chosen: dict[str, tuple[str, ...]]) -> None:
    roles = dict(zip(table.columns, table.guesses, strict=True))
    role_of = {column: role for column, role in roles.items() if role not in chosen}
    role_of |= {column: role for role, columns in chosen.items() for column in columns}
    st.dataframe(
        pd.DataFrame(
            table.first_rows,
            columns=[f"{name} · {role_of[name]}" if role_of.get(name) else name for name in table.columns],
        ),
        hide_index=True,
        height="content",
        alt=f"The first rows of {table.n_rows:,}, and what each column is used for",
    )
    st.caption(f"The first of {table.n_rows:,} rows. After the name of a column stands what it is used for.")


def _choose_some(
    role: str, table: TableDescription, default: tuple[str, ...], reading: Reading
) -> tuple[str, ...]:
    return tuple(
        st.multiselect(
            role.capitalize(),
            table.columns,
            default=[column for column in default if column in table.columns],
            key=state.per_upload_key(f"{role}-columns-{reading.modality or 'recognised'}"),
            max_selections=2 if role == "text" else None,
            placeholder="choose" if table.problem else EMPTY,
            help=HELPS[role],
        )
    )


def _choose_group(
    table: TableDescription, named: str | None, guessed: tuple[str, ...], reading: Reading
) -> tuple[str, ...]:
    wanted = named if named is not None else next(iter(guessed), "")
    options = [None, *table.columns]
    column = st.selectbox(
        "Group",
        options,
        index=options.index(wanted) if wanted in table.columns else 0,
        format_func=lambda name: "none" if name is None else name,
        key=state.per_upload_key(f"group-column-{reading.modality or 'recognised'}"),
        help=HELPS["group"],
    )
    return () if column is None else (column,)
