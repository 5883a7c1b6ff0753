"""What is worked out about a scene: cheap scores at once, training and slow scores beside the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import streamlit as st

from dashboard.views.learn.scenes.later import Later
from ptmrank_core.lessons import (
    Candidate,
    Opinion,
    Task,
    Training,
    World,
    cheap_metrics,
    make_world,
    probe,
    score_world,
    slow_metrics,
    train_world,
)

__all__ = [
    "CHEAP",
    "PROBE",
    "TRAINING",
    "Job",
    "Point",
    "are_done",
    "ask",
    "do_now",
    "jobs_of",
    "opinion_of",
    "slow_jobs_of",
    "training_of",
    "world_of",
]

Point: TypeAlias = tuple[Task, Candidate]
Job: TypeAlias = tuple[str, Task, Candidate]
Found: TypeAlias = Mapping[Job, Any]

CHEAP, PROBE, TRAINING = "cheap", "probe", "training"
N_WORLDS, N_SCORES = 64, 500


@lru_cache(maxsize=N_WORLDS)
def world_of(task: Task, candidate: Candidate) -> World:
    """Draw the samples of a task as a candidate sees them, once for all sessions."""
    return make_world(task, candidate)


def jobs_of(points: Sequence[Point], *kinds: str) -> list[Job]:
    """Name some work on each of some candidates, the most urgent last."""
    return [(kind, *point) for kind in kinds for point in points]


def slow_jobs_of(points: Sequence[Point]) -> list[Job]:
    """Name the scores that do not follow a slider at once."""
    return jobs_of(points, *slow_metrics())


def ask(jobs: Sequence[Job], *, patience_seconds: float = 0.0) -> dict[Job, Any]:
    """Return what was found of some jobs, and see to the rest, the last one first (:class:`Later`)."""
    slow = [job for job in jobs if job[0] in slow_metrics()]
    found = _slowly().ask(slow)
    quick = [job for job in jobs if job[0] not in slow_metrics()]
    return found | _quickly().ask(quick, patience_seconds=patience_seconds)


def are_done(jobs: Sequence[Job]) -> bool:
    """Whether all of some jobs are done."""
    slow = [job for job in jobs if job[0] in slow_metrics()]
    return _slowly().has_all(slow) and _quickly().has_all([job for job in jobs if job not in slow])


@lru_cache(maxsize=N_SCORES)
def do_now(job: Job) -> Any:
    """Do a job while the page waits."""
    return _do(job)


def opinion_of(found: Found, task: Task, candidate: Candidate) -> Opinion:
    """Put together what metrics and probe have said of a candidate so far."""
    outputs, problems = {}, {}
    for kind in (CHEAP, *slow_metrics()):
        some, why = found.get((kind, task, candidate), ({}, {}))
        outputs |= some
        problems |= why
    return Opinion(outputs, problems, *found.get((PROBE, task, candidate), (None, None)))


def training_of(found: Found, task: Task, candidate: Candidate) -> Training | None:
    """Return what training a candidate has reached, where it is known already."""
    return found.get((TRAINING, task, candidate))


# Two, so that what is quick never waits for what is slow.
@st.cache_resource(show_spinner=False)
def _quickly() -> Later[Job]:
    return Later(_do)


@st.cache_resource(show_spinner=False)
def _slowly() -> Later[Job]:
    return Later(_do, n_threads=1)


def _do(job: Job) -> Any:
    kind, task, candidate = job
    world = world_of(task, candidate)
    if kind == TRAINING:
        return train_world(world, task.seed)
    if kind == PROBE:
        return probe(world, task.seed)
    return score_world(world, cheap_metrics() if kind == CHEAP else (kind,))
