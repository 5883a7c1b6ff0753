"""Runs: the history, with what can be done about each."""

from __future__ import annotations

from collections.abc import Container, Mapping

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_list import draw_run
from dashboard.components.sharing import show_runs_owner
from dashboard.views.runs.narrowing import choose_runs
from dashboard.wording import plural, say_size, tell_faults, uploads_apart
from ptmrank_core.benchmark import RunEntry

__all__ = ["page"]

POLL_SECONDS = 2.0
PER_PAGE = 20


def page() -> None:
    """Draw the page."""
    st.title("Runs")
    show_runs_owner()
    entries = jobs.history()
    if not entries:
        st.info("Nothing was run here yet.")
        if st.button("Go to the start", type="primary"):
            state.navigate("start")
        return
    sizes = jobs.sizes()
    st.caption(
        f"{plural(len(entries), 'run')}, {say_size(sum(sizes.values()))} on disk beside the cached features. "
        "One run works on a device at a time; the others wait in the order in which they were started"
        f"{', and their owners take turns' if jobs.is_shared() else ''}. "
        "Finished work survives a crash of the worker, of this page and of the machine: Resume does the rest."
    )
    has_two = sum(entry.outline.n_decided > 0 for entry in entries) > 1
    if has_two and st.button("Compare runs", key="compare", icon=":material/compare_arrows:"):
        state.navigate("compare")
    shown = choose_runs(entries)
    apart = uploads_apart([entry.outline for entry in entries])
    if any(not entry.outline.state.is_finished() for entry in entries):
        chosen = frozenset(entry.run_id for entry in shown)
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(_standing(entries), chosen, apart)
    if not shown:
        st.caption(f"None of {plural(len(entries), 'run')} fits.")
    for entry in _choose([entry for entry in shown if not entry.alive]):
        draw_run(entry, sizes.get(entry.run_id, 0), apart.get(entry.outline.samples_source, ""))


def _choose(entries: list[RunEntry]) -> list[RunEntry]:
    """Let the reader turn the pages of a long history."""
    n_pages = -(-len(entries) // PER_PAGE)
    if n_pages <= 1:
        return entries
    number = st.segmented_control(
        "Page", list(range(1, n_pages + 1)), default=1, key=f"runs-page-{n_pages}", required=True
    )
    return entries[(number - 1) * PER_PAGE : number * PER_PAGE]


def _watch(seen: list[tuple[str, str]], chosen: Container[str], apart: Mapping[str, str]) -> None:
    """Draw the runs that have a worker; when one has begun, ended or lost its own, all is drawn anew.

    A dead worker is seen by its lock, so what is not finished has to be looked at again and again.
    """
    entries = jobs.history()
    if _standing(entries) != seen:
        st.rerun()
    for entry in entries:
        if entry.alive and entry.run_id in chosen:
            draw_run(entry, None, apart.get(entry.outline.samples_source, ""))


def _standing(entries: list[RunEntry]) -> list[tuple[str, str]]:
    """How every run stands."""
    return [(entry.run_id, entry.status) for entry in entries]
