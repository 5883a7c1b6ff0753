"""Runs for the pages: plan, start, watch, cancel, resume. No work in a Streamlit thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from dashboard.jobs.demo_only import require_demo_plan, require_open
from dashboard.jobs.home import settings, store, store_of
from dashboard.jobs.sources import Demo, forget_samples, samples
from dashboard.server import owner
from dashboard.server.owner import current_owner
from ptmrank_core import catalogue
from ptmrank_core.benchmark import (
    ExpectedTime,
    Outline,
    RunEntry,
    RunProgress,
    cancel_run,
    clear_failed,
    delete_run,
    is_shipped,
    keep_queues_going,
    list_runs,
    make_plan,
    new_run_id,
    now,
    quick_metrics,
    read_entry,
    read_progress,
    run_sizes,
    start_worker,
)
from ptmrank_core.benchmark import expected_time as time_of_models
from ptmrank_core.benchmark import leave_out as leave_out_of_run
from ptmrank_core.errors import NotOwnerError
from ptmrank_core.records import (
    IMPORTED,
    ExtractionOptions,
    Failure,
    Finding,
    ModelSpec,
    Ranking,
    RunOptions,
    RunResult,
    Samples,
    Truth,
)
from ptmrank_core.results.partial import partial_ranking as rank_partially
from ptmrank_core.results.trust import adopt

__all__ = [
    "cancel",
    "delete",
    "describe",
    "entry",
    "expected_time",
    "failures",
    "finish_without",
    "history",
    "is_mine",
    "is_shared",
    "keep_truth",
    "leave_out",
    "match_truth",
    "outline",
    "partial_ranking",
    "progress",
    "require_owner",
    "require_start",
    "resume",
    "retry",
    "sizes",
    "start",
    "start_demo",
]


def start(chosen: Samples, *, task: str, models: Sequence[ModelSpec], options: RunOptions) -> str:
    """Plan a run and start its worker; return its id."""
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task,
        samples=chosen,
        models=models,
        options=options,
    )
    require_demo_plan(plan)
    store().create(plan, chosen.summary(), owner=current_owner())
    start_worker(plan.run_id, settings())
    return plan.run_id


def start_demo(demo: Demo) -> str:
    """Start a demo: its models on its samples, with the quick metrics."""
    options = RunOptions(
        metrics=quick_metrics(),
        options=ExtractionOptions(),
        seed=0,
        label_encoder=catalogue.default_label_encoder(),
    )
    return start(samples(demo.source), task=demo.task, models=demo.models, options=options)


def is_shared() -> bool:
    """Whether others may use this server too: then runs have owners."""
    return owner.is_shared(st.context.headers)


def is_mine(run_id: str) -> bool:
    """Whether a run belongs to the current owner: others, and one that is shipped, can only be looked at.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    return store_of(run_id).owner(run_id) == current_owner()


def require_owner(run_id: str) -> None:
    """Refuse to change a run for anybody but its owner."""
    if is_shipped(run_id):
        raise NotOwnerError(
            "This run comes with PTMRank and is read-only.", hint="Run the demo yourself: that one is yours."
        )
    if not is_mine(run_id):
        raise NotOwnerError(
            "This run belongs to somebody else: you can look at it, but not change it.",
            hint="Ask its owner, or start a run of your own.",
        )


def require_start(run_id: str) -> None:
    """Refuse to start a worker for a run of somebody else's, or that this dashboard does not do."""
    require_owner(run_id)
    require_demo_plan(store().plan(run_id))


def resume(run_id: str) -> None:
    """Start a worker for the unfinished part of a run."""
    require_start(run_id)
    start_worker(run_id, settings())


def cancel(run_id: str) -> None:
    """Ask a run's worker to stop after the current batch; a waiting run leaves the queue."""
    require_owner(run_id)
    cancel_run(run_id, settings())


def retry(run_id: str) -> None:
    """Start a worker that repeats only what failed in a run."""
    require_start(run_id)
    clear_failed(store(), settings(), run_id)
    start_worker(run_id, settings())


def failures(run_id: str) -> tuple[Failure, ...]:
    """Read what failed in a run."""
    return store_of(run_id).failures(run_id)


def leave_out(run_id: str, models: Sequence[str]) -> None:
    """Mark the missing scores of some models as left out."""
    require_owner(run_id)
    leave_out_of_run(store(), settings(), run_id, models)


def finish_without(run_id: str, models: Sequence[str]) -> None:
    """Leave models out of a run and start a worker for the rest of it."""
    require_start(run_id)
    store().require_room(run_id)
    leave_out(run_id, models)
    start_worker(run_id, settings())


@st.cache_resource(max_entries=20, show_spinner=False)
def partial_ranking(run_id: str, finished: tuple[str, ...], *, has_failed: bool) -> tuple[Ranking, int]:  # noqa: ARG001
    """Rank the finished models of a run, again whenever another one has finished; count all candidates."""
    found = store_of(run_id).result(run_id)
    return rank_partially(found), len(found.plan.candidates)


def delete(run_id: str) -> None:
    """Delete a run with what no other run needs."""
    require_owner(run_id)
    delete_run(store(), settings(), run_id)
    forget_samples()


def describe(
    run_id: str, *, name: str | None = None, note: str | None = None, starred: bool | None = None
) -> None:
    """Store what the owner of a run calls it, notes of it, and whether it has a star.

    Raises
    ------
    InputError
        If a text is too long.
    NotOwnerError
        If the run is somebody else's.
    """
    require_owner(run_id)
    store().describe(run_id, name=name, note=note, starred=starred)


def expected_time(models: Sequence[ModelSpec], n_samples: int, parameters: Mapping[str, int]) -> ExpectedTime:
    """Estimate how long models would run here, from what earlier runs measured."""
    return time_of_models(store(), models, n_samples, parameters)


def history(limit: int = -1) -> list[RunEntry]:
    """Read the runs of the current owner and their states, newest first; a negative limit is none.

    Whoever looks keeps the queues going.
    """
    keep_queues_going(settings(), store())
    return list_runs(store(), settings(), limit, owner=current_owner())


def entry(run_id: str) -> RunEntry:
    """Read one run and its state, whoever owns it."""
    found = read_entry(store_of(run_id), settings(), run_id)
    return replace(found, outline=_as_seen(found.outline))


def sizes() -> dict[str, int]:
    """Measure what deleting each run of the current owner would free, in bytes."""
    return run_sizes(store(), settings(), owner=current_owner())


def progress(run_id: str) -> RunProgress:
    """Read the progress of a run; whoever looks keeps the queues going."""
    keep_queues_going(settings(), store())
    return read_progress(store_of(run_id), settings(), run_id)


def outline(run_id: str) -> Outline:
    """Read the outline of a run, without its results."""
    return _as_seen(store_of(run_id).outline(run_id))


def _as_seen(found: Outline) -> Outline:
    """Leave out what the owner of a run calls it and notes of it, where somebody else looks at it."""
    is_open = is_shipped(found.run_id) or is_mine(found.run_id)
    return found if is_open else replace(found, name="", note="", is_starred=False)


def keep_truth(found: RunResult, truth: Truth) -> None:
    """Store the owner's own fine-tuning results with a run.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    """
    require_owner(found.plan.run_id)
    require_open("fine-tuning results")
    store().add_finding(found.plan.run_id, Finding(Truth.KIND, IMPORTED, truth, 0.0))


def match_truth(found: RunResult, name: str, model: str) -> None:
    """Take a name of the imported fine-tuning results, which no model has, for a model of the run.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    """
    keep_truth(found, adopt(found.contents(Truth)[IMPORTED], name, model))
