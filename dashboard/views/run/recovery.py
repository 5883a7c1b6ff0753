"""What failed in a run and why, and the buttons that recover from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import STAGES, plain, plural, show_error
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Failure, RunState

__all__ = ["offer_recovery"]

# Kind of an error -> what to do in addition to its own hint; Markdown.
ADVICE = {
    "GatedModelError": "Then **Retry what failed**.",
    "OutOfMemoryError": "The batch size was already reduced to a single sample.",
    "DownloadError": "What was downloaded is kept: **Retry what failed** continues from there.",
}


def offer_recovery(run: str, progress: RunProgress) -> None:
    """Say what failed and offer what can be done about the run.

    Parameters
    ----------
    run
        Its id.
    progress
        Its progress; no worker is running it.
    """
    failures = jobs.failures(run) if progress.has_failed else ()
    _list(failures)
    has_scores = any(model.status == "done" for model in progress.models)
    with st.container(horizontal=True):
        if jobs.is_mine(run):
            _offer_another_try(run, progress, has_scores=has_scores)
            if has_scores:
                _offer_leaving_out(run, progress, failures)
        kind: Literal["primary", "secondary"] = (
            "primary" if progress.state is RunState.FINISHED else "secondary"
        )
        if has_scores and st.button("See the ranking", key="see", type=kind):
            state.navigate("results", run=run)
        if st.button("All runs", key="all-runs", type="tertiary", icon=":material/history:"):
            state.navigate("runs")


def _offer_another_try(run: str, progress: RunProgress, *, has_scores: bool) -> None:
    is_open = progress.state is not RunState.FINISHED
    if is_open and st.button("Resume", type="primary", key="resume", icon=":material/play_arrow:"):
        _start(jobs.resume, run)
    kind: Literal["primary", "secondary"] = "secondary" if is_open or has_scores else "primary"
    if progress.has_failed and st.button(
        "Retry what failed", key="retry", type=kind, icon=":material/replay:"
    ):
        _start(jobs.retry, run)


def _offer_leaving_out(run: str, progress: RunProgress, failures: tuple[Failure, ...]) -> None:
    """Offer to go on without the models that are not done, or whose scores failed."""
    if progress.state is RunState.FINISHED:
        failed = list(dict.fromkeys(cell.model for cell in failures))
        if failed and st.button(
            "Leave out what failed",
            key="leave-out",
            icon=":material/skip_next:",
            help="Marks the failed scores as left out; they are not offered for another try.",
        ):
            _leave_out(run, failed)
        return
    lacking = [model.model for model in progress.models if model.n_cells < model.n_metrics]
    if lacking and st.button(
        f"Finish without {plural(len(lacking), 'model')}",
        key="finish-without",
        icon=":material/skip_next:",
        help=f"Ranks the models that are done. Left out: {plain(', '.join(lacking))}",
    ):
        _start(lambda run_id: jobs.finish_without(run_id, lacking), run)


def _list(failures: tuple[Failure, ...]) -> None:
    """Say what failed, models and metrics of the same cause together."""
    causes: dict[tuple[str, ...], list[Failure]] = {}
    for cell in failures:
        # Of a cause that several models share, each message names its own model.
        said = (text.replace(cell.model, "") for text in (cell.message, cell.hint))
        causes.setdefault((cell.error, cell.stage, *said), []).append(cell)
    for cells in causes.values():
        first = cells[0]
        models = list(dict.fromkeys(cell.model for cell in cells))
        named = ", ".join(f"**{plain(model)}**" for model in models)
        scores = f"{plural(len(cells), 'score')}, failed while {STAGES[first.stage]}"
        words = f"{first.message} {first.hint}".strip()
        if len(models) > 1 and first.model in words:
            words += " The others likewise."
        st.warning(
            f"{named} ({scores})  \n{plain(words)}  \n{ADVICE.get(first.error, '')}".rstrip(),
            icon=":material/error:",
        )


def _leave_out(run: str, models: list[str]) -> None:
    try:
        jobs.leave_out(run, models)
    except PTMRankError as error:
        show_error(error)
        return
    st.rerun()


def _start(action: Callable[[str], None], run: str) -> None:
    """Start a worker and watch it, or say why it cannot be started."""
    try:
        with st.spinner("Starting …"):
            action(run)
    except PTMRankError as error:
        show_error(error)
        return
    state.follow_run(run)
    st.rerun()
