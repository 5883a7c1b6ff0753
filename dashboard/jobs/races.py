"""Races for the pages: starting one, and whether one is at work. No work in a Streamlit thread."""

from __future__ import annotations

from dataclasses import replace

from dashboard.jobs.home import settings, store
from dashboard.jobs.runs import require_owner
from ptmrank_core.benchmark import RunProgress, new_run_id, now, start_worker
from ptmrank_core.records import IMPORTED, Race, RunResult, Truth

__all__ = ["decide", "is_racing"]


def decide(found: RunResult, seconds: float) -> str:
    """Give a finished run a race and start its worker; return the id of the run.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    RunError
        If the worker does not start.
    """
    require_owner(found.plan.run_id)
    analyses = replace(found.plan.analyses, decide_seconds=seconds)
    plan = replace(found.plan, run_id=new_run_id(), created_at=now(), analyses=analyses)
    store().create(plan, found.samples, owner=store().owner(found.plan.run_id))
    for finding in found.findings:
        if (finding.kind, finding.subject) == (Truth.KIND, IMPORTED):
            store().add_finding(plan.run_id, finding)
    start_worker(plan.run_id, settings())
    return plan.run_id


def is_racing(result: RunResult, progress: RunProgress) -> bool:
    """Whether a worker is on its way to the end of a race: in the queue, before it, or in it."""
    race = result.contents(Race).get("")
    is_open = race is None or not race.is_done
    is_asked = result.plan.analyses.decide_seconds > 0
    return is_asked and is_open and progress.alive and not result.problems(Race)
