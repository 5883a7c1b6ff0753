"""What runs have given, read, decoded and ranked once for all sessions, and never older than the store.

The store counts the changes of each run. What was read is kept under that number: a run that stands still is
read once, however many look at it, and one that grows is read anew with each change.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.jobs.home import store
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results import rank_result

__all__ = ["ranked", "result"]

# Runs that are kept in memory; a large one is a few megabytes.
MAX_KEPT = 8


def result(run_id: str) -> RunResult:
    """Read what a run has given so far.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    revision, seconds = store().revision(run_id)
    return _at(_read(run_id, revision), seconds)


def ranked(run_id: str) -> tuple[RunResult, Ranking]:
    """Read what a run has given so far, and the ranking of just that.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    revision, seconds = store().revision(run_id)
    return _at(_read(run_id, revision), seconds), _rank(run_id, revision)


def _at(run_result: RunResult, seconds: float) -> RunResult:
    """Say how long the run takes by now: a batch adds to it and to nothing else."""
    return run_result if run_result.seconds == seconds else replace(run_result, seconds=seconds)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _read(run_id: str, revision: int) -> RunResult:  # noqa: ARG001 - the answer depends on it
    return store().result(run_id)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _rank(run_id: str, revision: int) -> Ranking:
    return rank_result(_read(run_id, revision))
