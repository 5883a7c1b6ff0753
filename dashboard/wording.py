"""What the reader sees of an error, a state or a number."""

from __future__ import annotations

import streamlit as st

from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import RunState, Stage

__all__ = ["STAGES", "STATES", "compact", "plural", "show_error"]

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


def show_error(error: PTMRankError) -> None:
    """Show what is wrong and what to do."""
    st.error(f"**{error.message}**\n\n{error.hint}" if error.hint else error.message)


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: ``1 model``, ``2 models``, ``3 classes``."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun if count == 1 else noun + ending}"


def compact(count: int | None) -> str:
    """Write a large number shortly: ``230 k``; what is not known says so."""
    if count is None:
        return "unknown"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)
