"""Races of ``tests/results/race/races.py`` as runs of a store, for the pages to show."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.records import LOCAL_OWNER, RunResult, RunState
from tests.results.race.races import RACES

__all__ = ["store_race", "store_result"]

SECONDS = 600.0


def store_race(settings: Settings, name: str, run: str) -> RunStore:
    """Keep the race of a name as the run of an id; one that is at work needs somebody to hold its lock."""
    raced = RACES[name]
    analyses = replace(raced.plan.analyses, decide_seconds=SECONDS)
    return store_result(settings, replace(raced, plan=replace(raced.plan, analyses=analyses)), run)


def store_result(settings: Settings, result: RunResult, run: str, *, owner: str = LOCAL_OWNER) -> RunStore:
    """Keep a run that was made up in the store of a home."""
    store = RunStore(settings)
    store.create(replace(result.plan, run_id=run), result.samples, owner=owner)
    for outcome in result.outcomes.values():
        store.add_outcome(run, outcome)
    for cell in result.cells:
        store.add_cell(run, cell)
    for finding in result.findings:
        store.add_finding(run, finding)
    if result.state is RunState.RUNNING:
        store.start(run, "{}")
    else:
        store.finish(run, result.state, seconds=result.seconds)
    return store
