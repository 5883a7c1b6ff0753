"""The race of a run: the offer to start it, its state while it is at work, and how it ended."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.components.race import show_race, show_time
from dashboard.components.run_page import watch_run
from dashboard.views.results.training.offer import offer_more, offer_race
from dashboard.views.results.training.steering import offer_cancel, offer_going_on
from dashboard.views.results.training.winner import offer_winner
from dashboard.wording import plain, say_analysis, tell_faults
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.records import Race, Ranking, RunResult
from ptmrank_core.results.race import RacePhase, RaceSoFar, race_of, race_problem, race_sentence

__all__ = ["draw_race"]

POLL_SECONDS = 1.0
QUESTION = "Which one is best once it is trained?"


def draw_race(result: RunResult, ranking: Ranking) -> None:
    """Draw the race of a run, or offer one."""
    run = result.plan.run_id
    progress = jobs.progress(run)
    if jobs.is_racing(result, progress):
        st.header(QUESTION)
        st.fragment(tell_faults(_watch), run_every=POLL_SECONDS)(run)
        return
    so_far = race_of(result)
    if so_far is not None and so_far.phase is RacePhase.DECIDED:
        offer_winner(result, so_far)
        st.header("How it was found")
        show_race(result, so_far)
        offer_more(result, progress)
        return
    st.header(QUESTION)
    if problem := race_problem(result):
        st.warning(plain(problem), icon=":material/error:")
    if so_far is None:
        offer_race(result, ranking, progress)
    else:
        _show_undecided(result, so_far, progress)


def _show_undecided(result: RunResult, so_far: RaceSoFar, progress: RunProgress) -> None:
    """Say how a race ended that has no winner, and what it knows; one that was stopped can go on.

    Where that one stands is a sentence of the answer above.
    """
    if not so_far.race.is_done:
        _offer_going_on(result.plan.run_id, progress)
    else:
        st.info(plain(race_sentence(so_far)))
    show_race(result, so_far)
    if so_far.race.is_done and so_far.phase is not RacePhase.REFUSED:
        offer_more(result, progress)


def _watch(run: str) -> None:
    """Draw a race that is at work; when it ends, the whole page is drawn anew."""
    progress, result = watch_run(run), jobs.result(run)
    if not jobs.is_racing(result, progress):
        st.rerun()
    so_far = race_of(result)
    if so_far is None or not so_far.race.standings:
        st.caption(f":material/hourglass_top: {_say_before(progress)}")
    else:
        show_time(so_far, progress.race)
    offer_cancel(run, "race", key="cancel-race", kept="What is trained")
    if so_far is not None and so_far.race.standings:
        show_race(result, so_far)


def _say_before(progress: RunProgress) -> str:
    """Say what comes before a race has begun; Markdown."""
    if progress.is_waiting:
        return "Waiting for the device. The race starts by itself."
    if progress.analysis is None or progress.analysis.kind == Race.KIND:
        return "The race begins: the samples are parted and the models are loaded."
    return f"Before the race: {say_analysis(progress)}."


def _offer_going_on(run: str, progress: RunProgress) -> None:
    """Offer to go on with a race that was stopped."""
    if progress.alive or not jobs.is_mine(run):
        return
    offer_going_on(run, "race", key="resume-race")
