"""What the reader sees of an error, a state, a sample or a number."""

from __future__ import annotations

import re

import streamlit as st

from ptmrank_core.data import DEMO_SAMPLES, FEATURES_PREFIX
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Modality, RunState, Stage, TargetKind
from ptmrank_core.reports.wording import plural, say_targets

__all__ = [
    "MODALITIES",
    "STAGES",
    "STATES",
    "TARGETS",
    "compact",
    "in_page_words",
    "plain",
    "plural",
    "say_targets",
    "show_error",
    "source_name",
]

STAGES = {
    Stage.RESOLVE: "looking it up",
    Stage.DOWNLOAD: "downloading",
    Stage.LOAD: "loading",
    Stage.EXTRACT: "extracting features",
    Stage.SCORE: "scoring",
}
STATES = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.FINISHED: "finished",
    RunState.CANCELLED: "cancelled",
    RunState.FAILED: "failed",
}
MODALITIES: dict[Modality, str] = {
    "image": "pictures",
    "text": "texts",
    "audio": "recordings",
    "video": "videos",
    "tabular": "rows of numbers",
}
TARGETS: dict[TargetKind, str] = {
    "classification": "classes",
    "regression": "numbers to predict",
    "multilabel": "several labels at once",
}
# An option of the command line -> where the page has it.
FIELDS = {
    "--text-column": "**Text**",
    "--label-column": "**Label**",
    "--group-column": "**Group**",
    "--modality": "**The samples are**",
    "--target": "**The labels are**",
}
OPTION = re.compile(rf"({'|'.join(FIELDS)})( NAME\b| {'| '.join(TARGETS)})?")
MARKS = re.compile(r"([\\`*_{}\[\]<>#$~|:])")
DIGEST = re.compile(r"[0-9a-f]{64}")


def plain(text: str) -> str:
    """Keep a text that somebody else wrote from being read as Markdown."""
    return MARKS.sub(r"\\\1", text)


def in_page_words(text: str) -> str:
    """Say where the page has what the core names as an option of its command line; Markdown."""
    return OPTION.sub(_name_field, plain(text))


def _name_field(match: re.Match[str]) -> str:
    value = (match[2] or "").strip()
    kinds = {str(kind): words for kind, words in TARGETS.items()}
    return f"{FIELDS[match[1]]} = *{kinds[value]}*" if value in kinds else FIELDS[match[1]]


def show_error(error: PTMRankError) -> None:
    """Show what is wrong and what to do."""
    st.error(f"**{plain(error.message)}**\n\n{in_page_words(error.hint)}".strip())


def source_name(source: str) -> str:
    """Name samples as the reader knows them."""
    if source in DEMO_SAMPLES:
        return DEMO_SAMPLES[source].title
    if source.startswith(FEATURES_PREFIX):
        return "ready-made features"
    last = source.rsplit("/", 1)[-1]
    return "uploaded files" if DIGEST.fullmatch(last) else last


def compact(count: int | None) -> str:
    """Write a large number shortly: ``230 k``; what is not known says so."""
    if count is None:
        return "unknown"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)
