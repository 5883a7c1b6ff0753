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
from ptmrank_core.records import MetricOutput

__all__ = [
    "CHEAP",
    "PROBE",
    "TRAINING",
    "Found",
    "Job",
    "Point",
    "aside",
    "do_now",
    "jobs_of",
    "opinion_of",
    "quickly",
    "slow_jobs_of",
    "slowly",
    "training_of",
    "world_of",
]

Point: TypeAlias = tuple[Task, Candidate]
Job: TypeAlias = tuple[str, Task, Candidate]
Found: TypeAlias = Mapping[Job, Any]

CHEAP, PROBE, TRAINING = "cheap", "probe", "training"
N_WORLDS, N_SCORES = 64, 500
REST_SECONDS = 0.4


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


@st.cache_resource(show_spinner=False)
def quickly() -> Later[Job]:
    """Return what does the work that follows a slider: one of three, so that it waits for nothing slow."""
    return Later(_do, n_threads=2)


@st.cache_resource(show_spinner=False)
def slowly() -> Later[Job]:
    """Return what computes the slow scores of the scene."""
    return Later(_do, rest_seconds=REST_SECONDS)


@st.cache_resource(show_spinner=False)
def aside() -> Later[Job]:
    """Return what works for charts below the scene."""
    return Later(_do, rest_seconds=2 * REST_SECONDS)


@lru_cache(maxsize=N_SCORES)
def do_now(job: Job) -> Any:
    """Do a job while the page waits."""
    return _do(job)


def opinion_of(found: Found, task: Task, candidate: Candidate) -> Opinion:
    """Put together what metrics and probe have said of a candidate so far."""
    outputs: dict[str, MetricOutput] = {}
    problems: dict[str, str] = {}
    for kind in (CHEAP, *slow_metrics()):
        some, why = found.get((kind, task, candidate), ({}, {}))
        outputs |= some
        problems |= why
    return Opinion(outputs, problems, *found.get((PROBE, task, candidate), (None, None)))


def training_of(found: Found, task: Task, candidate: Candidate) -> Training | None:
    """Return what training a candidate has reached, where it is known already."""
    return found.get((TRAINING, task, candidate))


def _do(job: Job) -> Any:
    kind, task, candidate = job
    world = world_of(task, candidate)
    if kind == TRAINING:
        return train_world(world, task.seed)
    if kind == PROBE:
        return probe(world, task.seed)
    return score_world(world, cheap_metrics() if kind == CHEAP else (kind,))
