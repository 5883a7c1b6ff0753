"""Asking for a race in a run that was ranked without one, or for more time."""

from __future__ import annotations

import math
from dataclasses import replace

from ptmrank_core.benchmark.cards.race import CardRace
from ptmrank_core.benchmark.race.lora import check_lora
from ptmrank_core.benchmark.race.work import race_finding
from ptmrank_core.benchmark.scheduling.asking import hold_finished
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.records import Finding, Race, RaceDose, RaceOrder, RaceParts, RaceTurn, RunPlan

__all__ = ["decide", "open_race", "repeat_race"]


def decide(store: RunStore, settings: Settings, run_id: str, seconds: float, *, lora: bool = False) -> None:
    """Give a finished run a race and queue it; all of the time is the race's.

    A race that was done before goes on from its stored doses, with so much more time.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    run_id
        A finished run.
    seconds
        Time for the race, the final training of the winner included.
    lora
        Whether it trains low-rank adapters instead of all weights; a race that goes on trains what it did.

    Raises
    ------
    InputError
        If the time is not a positive number, or the package that adapters need is not installed.
    QuotaError
        If its owner has as many unfinished runs as one owner may have; the run stays as it is.
    RunBusyError
        If a worker is running it.
    RunError
        If the run is not finished.
    RunNotFoundError
        If there is no such run.
    """
    if not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"The time for a race is {seconds:g} s; expected a positive number of seconds.")
    with hold_finished(store, settings, run_id):
        plan = store.plan(run_id)
        goes_on = bool(store.findings_of(run_id, RaceDose.KIND))
        by_lora = plan.analyses.lora if goes_on else lora
        check_lora(asked=by_lora)
        longer = replace(plan, analyses=replace(plan.analyses, decide_seconds=seconds, lora=by_lora))
        store.queue(run_id, device_of(longer))
        store.replan(longer)
        store.add_finding(run_id, _opened(store, longer, seconds))


def open_race(plan: RunPlan, seconds: float) -> Finding:
    """Make the record of a race that is about to begin, with a time of its own."""
    return race_finding(Race(RaceParts(0, 0, 0, plan.seed), (), seconds, 0.0), 0.0)


def repeat_race(race: CardRace, plan: RunPlan) -> tuple[Finding, Finding]:
    """Make what is stored with a run that is to repeat a race: its time, and its order of doses."""
    turns = tuple(RaceTurn(dose.model, dose.stage, dose.epochs, dose.rate) for dose in race.doses)
    return open_race(plan, race.seconds_limit), Finding(RaceOrder.KIND, "", RaceOrder(turns), 0.0)


def _opened(store: RunStore, plan: RunPlan, seconds: float) -> Finding:
    """Make the record of a race of a finished run, which may go on with one that it had."""
    former = next(iter(store.findings_of(plan.run_id, Race.KIND)), None)
    if former is None or not isinstance(former.content, Race):
        return open_race(plan, seconds)
    race = former.content
    more = replace(race, seconds_limit=race.seconds_used + seconds, stopped="", winner="", final=None)
    return race_finding(more, former.seconds)
