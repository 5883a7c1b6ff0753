"""The runs of a list: a row for each with its state and buttons."""

from __future__ import annotations

from functools import partial
from typing import NoReturn

import streamlit as st

from dashboard import jobs, state
from dashboard.components.acting import carry_out
from dashboard.wording import (
    name_run,
    plain,
    plural,
    say_duration,
    say_moment,
    say_size,
    say_status,
    show_error,
    source_name,
    tell_faults,
)
from ptmrank_core.benchmark import MAX_NAME, MAX_NOTE, Outline, RunEntry
from ptmrank_core.errors import RunError, RunNotFoundError

__all__ = ["draw_run", "offer_damaged", "open_page"]

BRIEFLY = "A moment …"
COLOURS = {
    "waiting": "blue",
    "running": "blue",
    "interrupted": "orange",
    "finished": "green",
    "cancelled": "gray",
    "failed": "red",
    "unreadable": "red",
}


def open_page(entry: RunEntry) -> NoReturn:
    """Open a finished run on the Results page, any other one on the Run page."""
    state.navigate("results" if entry.outline.state.is_finished() else "run", run=entry.run_id)


def draw_run(entry: RunEntry, size_bytes: int | None, apart: str = "") -> None:
    """Draw one run of the history with its buttons.

    Parameters
    ----------
    entry
        The run.
    size_bytes
        What deleting it would free; ``None`` while it is running.
    apart
        What tells its samples from others of that name.
    """
    outline = entry.outline
    with st.container(border=True, key=f"run-{entry.run_id}"):
        text, buttons = st.columns([4, 3], vertical_alignment="center")
        badge = f":{COLOURS[entry.status]}-badge[{say_status(entry)}]"
        if outline.is_readable:
            star = ":orange[:material/star:] " if outline.is_starred else ""
            lines = [f"{star}**{plain(name_run(outline))}** {badge}", _planned(outline, apart)]
            if said := _winner(entry):
                lines.append(f":material/emoji_events: {plain(said)}")
            text.markdown("  \n".join(lines))
            if outline.note:
                note = "  \n".join(plain(line) for line in outline.note.split("\n") if line.strip())
                text.caption(f":material/notes: {note}")
        else:
            text.markdown(f"**A damaged run** {badge}")
        text.caption(" · ".join(_facts(entry, size_bytes)))
        if outline.error:
            text.caption(f":red[{plain(outline.error)}]")
        with buttons.container(horizontal=True, horizontal_alignment="right"):
            _buttons(entry, size_bytes)


def _planned(outline: Outline, apart: str) -> str:
    """Say what is ranked on what; Markdown."""
    source = plain(source_name(outline.samples_source)) if outline.name else ""
    counts = (
        plural(outline.n_samples, "sample"),
        plural(len(outline.models), "model"),
        plural(outline.n_metrics, "metric"),
    )
    return " · ".join(filter(None, (source, apart, *counts, plain(outline.task))))


def _winner(entry: RunEntry) -> str:
    """Say which model a finished run ends with; empty where that is not known."""
    if not (entry.outline.state.is_finished() and entry.outline.n_decided):
        return ""
    try:
        return jobs.winner(entry.run_id)
    except RunNotFoundError:  # deleted in another tab
        return ""


def _facts(entry: RunEntry, size_bytes: int | None) -> list[str]:
    """List the date, duration, size and number of scores of a run."""
    outline = entry.outline
    n_cells = len(outline.models) * outline.n_metrics
    facts = [say_moment(outline.created_at)]
    if outline.seconds:
        facts.append(say_duration(outline.seconds))
    if size_bytes is not None:
        facts.append(say_size(size_bytes))
    if not outline.is_readable:
        return facts
    facts.append(f"{outline.n_decided:,} of {plural(n_cells, 'score')} decided")
    n_failed = outline.n_failed + outline.n_problems
    return [*facts, f"{n_failed:,} failed"] if n_failed else facts


def _buttons(entry: RunEntry, size_bytes: int | None) -> None:
    run = entry.run_id
    if entry.outline.is_readable and st.button("Open", key=f"open-{run}"):
        open_page(entry)
    if entry.outline.is_readable:
        _describe_buttons(entry)
    if entry.can_resume and st.button("Resume", key=f"resume-{run}", icon=":material/play_arrow:"):
        carry_out(partial(jobs.resume, run), words=BRIEFLY)
    if entry.can_retry and st.button("Retry failed", key=f"retry-{run}", icon=":material/replay:"):
        carry_out(partial(jobs.retry, run), words=BRIEFLY)
    if entry.alive and st.button("Cancel", key=f"cancel-{run}", icon=":material/stop:"):
        carry_out(partial(jobs.cancel, run), words=BRIEFLY)
    if size_bytes is not None and st.button("Delete", key=f"delete-{run}", icon=":material/delete:"):
        _confirm(entry, size_bytes)


def _describe_buttons(entry: RunEntry) -> None:
    """Draw the star, and the way to name the run."""
    run, is_starred = entry.run_id, entry.outline.is_starred
    if st.button(
        "Unstar" if is_starred else "Star",
        key=f"star-{run}",
        icon=":material/star:" if is_starred else ":material/star_outline:",
        type="tertiary",
    ):
        carry_out(partial(jobs.describe, run, starred=not is_starred), words=BRIEFLY)
    if st.button("Name", key=f"name-{run}", icon=":material/edit:", type="tertiary"):
        _name(entry)


@st.dialog("Name this run")
@tell_faults
def _name(entry: RunEntry) -> None:
    """Ask what a run is to be called, and for a note."""
    outline = entry.outline
    with st.form("describe", border=False):
        name = st.text_input(
            "Name",
            outline.name,
            max_chars=MAX_NAME,
            placeholder=source_name(outline.samples_source),
            key=f"named-{entry.run_id}",
        )
        note = st.text_area("Note", outline.note, max_chars=MAX_NOTE, key=f"noted-{entry.run_id}")
        st.caption("You see them wherever this run is listed; nobody else does.")
        is_asked = st.form_submit_button("Keep", type="primary", key=f"describe-{entry.run_id}")
    if is_asked:
        jobs.describe(entry.run_id, name=name, note=note)
        st.rerun()


def offer_damaged(run: str, error: RunError) -> None:
    """Say on a page about a run why it cannot be shown; its owner can delete it there.

    Parameters
    ----------
    run
        Its id.
    error
        What cannot be read of it.
    """
    show_error(error)
    if jobs.is_mine(run) and st.button("Delete this run", key=f"damaged-{run}", icon=":material/delete:"):
        _confirm(jobs.entry(run), jobs.sizes().get(run, 0))


@st.dialog("Delete this run?")
@tell_faults
def _confirm(entry: RunEntry, size_bytes: int) -> None:
    """Ask before anything is deleted; then the list of runs is shown."""
    outline = entry.outline
    named = f" **{plain(name_run(outline))}**" if outline.is_readable else ""
    st.markdown(
        f"The run{named} of {say_moment(outline.created_at).removeprefix('at ')} goes with its scores, its "
        f"log and, where no other run uses it, its upload, also where a draft still names it: "
        f"{say_size(size_bytes)}. This cannot be undone. Features of the models stay in the cache."
    )
    with st.container(horizontal=True):
        if st.button("Delete it", type="primary", key="delete-yes"):
            with st.spinner(BRIEFLY):
                jobs.delete(entry.run_id)
            state.forget_run(entry.run_id)
            state.navigate("runs")
        if st.button("Keep it", key="delete-no"):
            st.rerun()
