"""The progress of a run, summarised from its stored events, so that any process can read it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.scheduling.queue import is_alive, runs_ahead
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.events import (
    AnalysisStep,
    BatchDone,
    CellDone,
    Downloaded,
    Event,
    RaceStep,
    Sink,
    Waiting,
)
from ptmrank_core.records import RunState, Stage

__all__ = ["ModelProgress", "RunProgress", "read_progress", "store_sink"]

# Readers poll twice a second; storing events of one kind more often would only cost disk writes.
MIN_SECONDS_BETWEEN = 0.2


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """The progress of one model.

    Parameters
    ----------
    model
        Its id.
    status
        ``"waiting"``, ``"running"``, ``"done"`` or ``"failed"``.
    stage
        Its current or most recent stage.
    n_done, n_samples
        Samples whose features are available, and samples in total, those of a reference set included.
    downloaded_bytes, total_bytes
        Bytes of its files; ``None`` if nothing is downloaded.
    n_cells, n_metrics
        Number of decided cells, and of metrics.
    n_scores
        Number of metrics under which it has a score, or which do not apply to it; 0 if it failed.
    n_run, run_seconds
        Samples that the model ran on so far, and the seconds that this took, loading included; 0 if all
        features came from the cache or none are available yet.
    problem
        Message of the first metric that failed; empty if none did.
    """

    model: str
    status: str
    stage: Stage | None
    n_done: int
    n_samples: int
    downloaded_bytes: int | None
    total_bytes: int | None
    n_cells: int
    n_metrics: int
    n_run: int = 0
    run_seconds: float = 0.0
    problem: str = ""
    n_scores: int = 0

    @property
    def samples_per_second(self) -> float | None:
        """Its speed; ``None`` before that is known."""
        return self.n_run / self.run_seconds if self.n_run and self.run_seconds > 0 else None


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The progress of a run.

    Parameters
    ----------
    state
        Its state in the store.
    alive
        Whether a worker is running it, or it waits in the queue.
    models
        One row for each model, in the plan's order.
    error
        Why the run failed as a whole; empty otherwise.
    n_ahead
        Number of runs that must end before this one starts; 0 if it is not waiting.
    analysis
        The current or most recent analysis after the first ranking; ``None`` before the first one.
    n_findings
        Number of findings of the analyses so far.
    has_failed
        Whether a cell or an analysis failed.
    race
        The dose of a race that is at work, or was the last; ``None`` before the first one.
    """

    state: RunState
    alive: bool
    models: tuple[ModelProgress, ...]
    error: str
    n_ahead: int = 0
    analysis: AnalysisStep | None = None
    n_findings: int = 0
    has_failed: bool = False
    race: RaceStep | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it waits in the queue."""
        return self.state is RunState.QUEUED and self.alive

    @property
    def is_ranked(self) -> bool:
        """Whether every cell is decided: the ranking is available, analyses may still be running."""
        return all(model.n_cells == model.n_metrics for model in self.models)

    @property
    def is_interrupted(self) -> bool:
        """Whether the run is unfinished, and neither running nor waiting."""
        return not self.state.is_finished() and not self.alive

    @property
    def seconds_left(self) -> float | None:
        """Estimated time until all models have run, if those that wait are as fast as those that ran.

        It may be less, as cached samples take no time. ``None`` if no model ran yet, or none is left to run.
        """
        ran = [model for model in self.models if model.samples_per_second and model.status != "failed"]
        n_left = sum(
            model.n_samples - model.n_done for model in self.models if model.status in {"waiting", "running"}
        )
        if not (self.alive and ran and n_left):
            return None
        n_at_work = max(1, sum(model.status == "running" for model in self.models))
        return (
            n_left * sum(model.run_seconds for model in ran) / sum(model.n_run for model in ran) / n_at_work
        )

    @property
    def n_finished(self) -> int:
        """Number of models whose cells are all decided."""
        return sum(model.status in {"done", "failed"} for model in self.models)


def store_sink(store: RunStore, run_id: str) -> Sink:
    """Make a sink that stores a run's events; of events in quick succession it drops some.

    Decided cells are not stored as events, since the store has the cells themselves; nor is waiting, since
    the number of runs ahead follows from their places and locks.
    """
    last: dict[tuple[type[Event], str], float] = {}

    def sink(event: Event) -> None:
        if isinstance(event, CellDone | Waiting):
            return
        if isinstance(event, BatchDone | Downloaded | RaceStep):
            instant = time.monotonic()
            key = (type(event), event.model)  # the next model's files are downloaded while this one runs
            if not _is_complete(event) and instant - last.get(key, -math.inf) < MIN_SECONDS_BETWEEN:
                return
            last[key] = instant
        store.add_event(run_id, event)

    return sink


def _is_complete(event: BatchDone | Downloaded | RaceStep) -> bool:
    """Whether it reports the end of what it counts."""
    match event:
        case BatchDone(_, done, total) | Downloaded(_, done, total):
            return done == total
        case RaceStep(share=share):
            return share >= 1


def read_progress(store: RunStore, settings: Settings, run_id: str) -> RunProgress:
    """Read the progress of a run from counts and last events, without reading its cells and findings.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    with store.shared_connection():
        return _read_progress(store, settings, run_id)


def _read_progress(store: RunStore, settings: Settings, run_id: str) -> RunProgress:
    # The id may be arbitrary text from a URL: it must be known before it names a lock file.
    place = store.position(run_id)
    alive = is_alive(settings, place)  # before the state: a worker stores its last state, then unlocks
    outline = store.outline(run_id)
    events = {key: json.loads(text) for key, text in store.last_events(run_id).items()}
    counts, times = store.cell_counts(run_id), store.event_times(run_id)
    failures = store.failures(run_id) if outline.n_failed else ()
    problems = {cell.model: cell.message for cell in reversed(failures)}
    is_waiting = outline.state is RunState.QUEUED and alive
    step = events.get(("", AnalysisStep.__name__))
    return RunProgress(
        state=outline.state,
        alive=alive,
        models=tuple(
            replace(
                _model_progress(model, counts, events, outline.n_metrics, outline.n_samples),
                run_seconds=_run_seconds(model, times),
                problem=problems.get(model, ""),
            )
            for model in outline.models
        ),
        error=outline.error,
        n_ahead=len(runs_ahead(store, settings, place)) if is_waiting else 0,
        analysis=AnalysisStep(**step) if step else None,
        n_findings=outline.n_findings,
        has_failed=outline.n_failed + outline.n_problems > 0,
        race=_race_step(events, times),
    )


def _race_step(
    events: Mapping[tuple[str, str], Any], times: Mapping[tuple[str, str], float]
) -> RaceStep | None:
    """Return the newest step of a race, whichever model it is about."""
    keys = [key for key in events if key[1] == RaceStep.__name__]
    return RaceStep(**events[max(keys, key=lambda key: times.get(key, 0.0))]) if keys else None


def _model_progress(
    model: str,
    counts: Mapping[tuple[str, str], int],
    events: Mapping[tuple[str, str], Any],
    n_metrics: int,
    n_samples: int,
) -> ModelProgress:
    """Summarise the events of one model."""
    started = (model, "ModelStarted") in events
    stage = events.get((model, "StageStarted"), {}).get("stage")
    batch = events.get((model, "BatchDone"), {})
    download = events.get((model, "Downloaded"), {})
    scores, failures, skips = (counts.get((model, kind), 0) for kind in ("Score", "Failure", "Skipped"))
    n_cells = scores + failures + skips
    if n_cells == n_metrics:
        status = "failed" if failures and not scores else "done"
    else:
        status = "running" if started else "waiting"
    return ModelProgress(
        model=model,
        status=status,
        stage=Stage(stage) if stage else None,
        n_done=batch.get("done", 0),
        n_samples=batch.get("total", n_samples),
        downloaded_bytes=download.get("done_bytes"),
        total_bytes=download.get("total_bytes"),
        n_cells=n_cells,
        n_metrics=n_metrics,
        n_run=batch.get("n_run", 0),
        n_scores=0 if status == "failed" else scores + skips,
    )


def _run_seconds(model: str, times: Mapping[tuple[str, str], float]) -> float:
    """Return the seconds from the start of a model to its last batch; 0 if another worker ran that batch."""
    begun, last = times.get((model, "ModelStarted")), times.get((model, "BatchDone"))
    return max(0.0, last - begun) if begun and last else 0.0
