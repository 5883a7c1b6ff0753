"""What narrows the list of runs: words, stars and states, all in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.wording import source_name
from ptmrank_core.benchmark import Outline, RunEntry

__all__ = ["choose_runs"]

FEW = 2
UNFINISHED = ("waiting", "running", "interrupted")
KINDS = {
    "unfinished": UNFINISHED,
    "finished": ("finished",),
    "stopped": ("cancelled", "failed", "unreadable"),
}


def choose_runs(entries: Sequence[RunEntry]) -> list[RunEntry]:
    """Draw what narrows the list, where it has more than a few runs; return what is left of it."""
    if len(entries) < FEW:
        return list(entries)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find",
            key="find",
            bind="query-params",
            placeholder="a name, a note, samples or a model",
            width=320,
        )
        kinds = st.pills("State", list(KINDS), selection_mode="multi", key="states", bind="query-params")
        is_starred = st.toggle("With a star", key="starred", bind="query-params")
    wanted = {status for kind in kinds for status in KINDS[kind]}
    return [
        entry
        for entry in entries
        if _has(entry.outline, words.casefold().split())
        and (entry.outline.is_starred or not is_starred)
        and (entry.status in wanted or not wanted)
    ]


def _has(outline: Outline, words: Sequence[str]) -> bool:
    """Whether each of some words occurs in what is known of a run."""
    texts = (
        outline.name,
        outline.note,
        source_name(outline.samples_source),
        outline.task,
        outline.run_id,
        *outline.models,
    )
    known = "\n".join(texts).casefold()
    return all(word in known for word in words)
