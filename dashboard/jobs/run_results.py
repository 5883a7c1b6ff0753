"""Results of runs: read, decoded and ranked once for all sessions, and never older than the store.

The store counts the changes of each run, and that number is the key of what was read: an unchanged run is
read once, however many sessions show it, and a growing one is read again after each change.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from dashboard.jobs.home import store_of
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.errors import PTMRankError, RunError
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results import rank_result
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.results.verdict.winner import say_winner

__all__ = ["ranked", "read_ahead", "result", "winner"]

# Runs in memory; a large one takes a few megabytes.
MAX_KEPT = 8
MAX_WINNERS = 2000


def result(run_id: str) -> RunResult:
    """Read the results of a run so far.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    revision, seconds = store_of(run_id).revision(run_id)
    return _at(_read(run_id, revision), seconds)


def ranked(run_id: str) -> tuple[RunResult, Ranking]:
    """Read the results of a run so far, and the ranking of them.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    revision, seconds = store_of(run_id).revision(run_id)
    return _at(_read(run_id, revision), seconds), _rank(run_id, revision)


def winner(run_id: str) -> str:
    """Say which model a run ends with, and what it reached; empty where that cannot be said.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    return _winner(run_id, store_of(run_id).revision(run_id)[0])


@st.cache_data(max_entries=MAX_WINNERS, show_spinner=False)
def _winner(run_id: str, revision: int) -> str:  # noqa: ARG001 - the answer depends on it
    with suppress(RunError):
        found = store_of(run_id).result(run_id)
        return say_winner(verdict_of(found, rank_result(found)))
    return ""


def read_ahead() -> None:
    """Read the run that comes along before anybody asks for it: a first page opens it with a click."""
    with suppress(PTMRankError):  # the page of the run says what is wrong
        ranked(SHIPPED_RUN)


def _at(run_result: RunResult, seconds: float) -> RunResult:
    """Set the duration of a run, which changes with every batch."""
    return run_result if run_result.seconds == seconds else replace(run_result, seconds=seconds)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _read(run_id: str, revision: int) -> RunResult:  # noqa: ARG001 - the answer depends on it
    return store_of(run_id).result(run_id)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _rank(run_id: str, revision: int) -> Ranking:
    return rank_result(_read(run_id, revision))
