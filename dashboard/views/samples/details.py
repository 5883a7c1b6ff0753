"""Rarer ways to read an upload: encoding, numbers, header, levels of folders, columns that are not used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.wording import plural
from ptmrank_core.data import SourceOverview, read_decisions
from ptmrank_core.records import Correction, Decisions, Reading

__all__ = ["choose_details"]

AS_RECOGNISED = "as recognised"
DETAILS = (
    "class_folders",
    "file_column",
    "sheet",
    "encoding",
    "decimal_mark",
    "has_header",
    "ignored_columns",
    "group_in_names",
    "columns_as_is",
    "join_classes",
    "unlabelled",
    "corrections",
)
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8-r",
    "cp866",
    "cp932",
    "euc-jp",
    "gb18030",
    "big5",
    "euc-kr",
    "iso8859-2",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)
FOLDERS: dict[str | None, str] = {
    None: AS_RECOGNISED,
    "outer": "the outer folders",
    "inner": "the inner folders",
}
MARKS: dict[str | None, str] = {None: AS_RECOGNISED, "point": "a point", "comma": "a comma"}
HEADERS: dict[bool | None, str] = {None: AS_RECOGNISED, True: "names the columns", False: "is a sample"}
NO_LABELS: dict[str | None, str] = {None: AS_RECOGNISED, "left out": "left out", "class": "a class"}
PLACES: dict[int | None, str] = {None: "none", **{place: f"part {place}" for place in range(1, 7)}}
NAMES_HELP = (
    "If the file names hold each sample's group (anna_03.wav): which part of the name it is, counted from "
    "one. Parts are separated by underscores, hyphens, points and blanks."
)
FILL_HELP = (
    "Columns of a few words become a column for each word, and gaps the middle value with a column that "
    "marks them. Without this, columns of words are not used, and rows with gaps are left out."
)
NONE_HELP = "What -1, None, N/A and unlabelled are: no label, or a class like any other."
DECISIONS_HELP = (
    "A table of decisions that a run on the same samples exported: some samples get another label, or are "
    "left out."
)
JOIN_HELP = "Pos and pos are then one class."


def choose_details(overview: SourceOverview, former: Reading) -> Reading:
    """Draw the fields that this kind of upload has; return the former reading with what they say.

    Parameters
    ----------
    overview
        What was recognised.
    former
        How the upload was read before, in this session.
    """
    is_table = overview.layout == "table"
    columns = overview.table.columns if overview.table is not None else ()
    changes: dict[str, Any] = {}
    changed = _n_changed(former)
    label = f"More ways to read it · {changed} in use" if changed else "More ways to read it"
    with st.expander(label, key=state.per_upload_key("details")), st.container(horizontal=True):
        if overview.layout == "folders":
            changes["class_folders"] = _choose("Classes are named by", FOLDERS, former.class_folders)
        if overview.layout == "manifest":
            changes["file_column"] = _choose("File", _named(columns), former.file_column)
        if overview.table is not None or overview.modality == "text":
            known = dict.fromkeys([*ENCODINGS, former.encoding or ENCODINGS[0]])
            changes["encoding"] = _choose("Encoding", _named(known), former.encoding)
        if overview.table is not None and overview.table.sheets:
            changes["sheet"] = _choose("Sheet", _named(overview.table.sheets), former.sheet)
        if overview.table is not None:
            changes["decimal_mark"] = _choose("Decimals are separated by", MARKS, former.decimal_mark)
            changes["has_header"] = _choose("The first row", HEADERS, former.has_header)
            changes["ignored_columns"] = _ignored(columns, former)
        if not is_table:
            changes["group_in_names"] = _choose(
                "Group in file names", PLACES, former.group_in_names, help=NAMES_HELP
            )
        if is_table and overview.modality != "text":
            filled = _switch("Fill gaps and encode categories", not former.columns_as_is, help=FILL_HELP)
            changes["columns_as_is"] = not filled
        changes["unlabelled"] = _choose(
            "Labels that say there is none", NO_LABELS, former.unlabelled, help=NONE_HELP
        )
        changes["join_classes"] = _switch(
            "Join classes that differ in case or blanks", former.join_classes, help=JOIN_HELP
        )
        changes["corrections"] = _corrections(former)
    return replace(former, **changes)


def _corrections(former: Reading) -> tuple[Correction, ...]:
    """Take the decisions of a table; those that were taken before stay until they are switched off.

    Raises
    ------
    InputError
        If it is no table of decisions.
    """
    uploaded = st.file_uploader(
        "Decisions on single samples",
        type=["csv"],
        key=_key("Decisions"),
        help=DECISIONS_HELP,
        max_upload_size=16,
    )
    if uploaded is not None:
        return Decisions(read_decisions(uploaded.name, uploaded.getvalue())).corrections()
    if not former.corrections:
        return ()
    label = f"Use {plural(len(former.corrections), 'decision')} on single samples"
    return former.corrections if _switch(label, value=True, help=DECISIONS_HELP) else ()


def _n_changed(reading: Reading) -> int:
    """Count the details that are not as recognised."""
    unchanged = Reading()
    return sum(getattr(reading, name) != getattr(unchanged, name) for name in DETAILS)


def _named(names: Iterable[str]) -> dict[str | None, str]:
    """Options that are called by their names, after the one that leaves the choice to the reader of files."""
    return {None: AS_RECOGNISED, **{name: name for name in names}}


def _key(label: str) -> str:
    return state.per_upload_key(label.lower().replace(" ", "-"))


def _choose(label: str, options: Mapping[Any, str], value: Any, **more: Any) -> Any:
    known = list(options)
    say: Callable[[Any], str] = options.__getitem__
    place = known.index(value) if value in known else 0
    return st.selectbox(label, known, index=place, format_func=say, key=_key(label), width=220, **more)


def _switch(label: str, value: bool, *, help: str) -> bool:  # noqa: A002, FBT001 - as Streamlit calls it
    return st.toggle(label, value=value, key=_key(label), help=help)


def _ignored(columns: tuple[str, ...], former: Reading) -> tuple[str, ...]:
    there = [column for column in former.ignored_columns if column in columns]
    return tuple(
        st.multiselect("Not used", columns, default=there, key=_key("Not used"), placeholder=AS_RECOGNISED)
    )
