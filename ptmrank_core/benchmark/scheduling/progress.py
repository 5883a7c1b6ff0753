"""Events of a run -> what a reader wants to know at a glance. Read from the store, so any process can."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.scheduling.locks import is_alive
from ptmrank_core.benchmark.scheduling.queue import runs_ahead
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, BatchDone, CellDone, Downloaded, Event, Sink, Waiting
from ptmrank_core.records import RunState, Stage

__all__ = ["ModelProgress", "RunProgress", "read_progress", "store_sink"]

# A reader looks twice a second; more events of one kind in a row would only cost disk writes.
MIN_SECONDS_BETWEEN = 0.2


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """How far one model is.

    Parameters
    ----------
    model
        Its id.
    status
        ``"waiting"``, ``"running"``, ``"done"`` or ``"failed"``.
    stage
        The stage it is in, or was last seen in.
    n_done, n_samples
        Samples whose features are known, of all that are needed: those of a reference set among them.
    downloaded_bytes, total_bytes
        Of its files; ``None`` where nothing is downloaded.
    n_cells, n_metrics
        Decided cells.
    n_run, run_seconds
        Samples that the model itself ran on so far, and how long that took with loading it; 0 where all came
        from the cache or none is known yet.
    problem
        Why it has no score under a metric, the first that failed; empty where none did.
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

    @property
    def samples_per_second(self) -> float | None:
        """How fast it runs; ``None`` before that is known."""
        return self.n_run / self.run_seconds if self.n_run and self.run_seconds > 0 else None


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is.

    Parameters
    ----------
    state
        What the store says.
    alive
        Whether a worker holds the run's lock.
    models
        One row for each model, in the plan's order.
    error
        Why the run failed as a whole; empty otherwise.
    n_ahead
        Runs that have to end before this one begins; 0 where it does not wait.
    analysis
        The analysis after the first ranking that is being done, or was last seen; ``None`` before the first.
    n_findings
        What the analyses have found so far.
    has_failed
        Whether a cell or an analysis failed.
    """

    state: RunState
    alive: bool
    models: tuple[ModelProgress, ...]
    error: str
    n_ahead: int = 0
    analysis: AnalysisStep | None = None
    n_findings: int = 0
    has_failed: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether a worker waits for the run's turn."""
        return self.state is RunState.QUEUED and self.alive

    @property
    def is_ranked(self) -> bool:
        """Whether every cell is decided: the ranking stands, analyses may still go on."""
        return all(model.n_cells == model.n_metrics for model in self.models)

    @property
    def is_interrupted(self) -> bool:
        """Whether the run is unfinished and no worker is running it."""
        return not self.state.is_finished() and not self.alive

    @property
    def seconds_left(self) -> float | None:
        """How long the models still run, if those that wait are as fast as those that ran.

        Samples that are cached already take none of it, so it may be less. ``None`` where nothing ran yet, or
        nothing is left to run.
        """
        ran = [model for model in self.models if model.samples_per_second and model.status != "failed"]
        n_left = sum(
            model.n_samples - model.n_done for model in self.models if model.status in {"waiting", "running"}
        )
        if not (self.alive and ran and n_left):
            return None
        return n_left * sum(model.run_seconds for model in ran) / sum(model.n_run for model in ran)

    @property
    def n_finished(self) -> int:
        """Number of models whose cells are all decided."""
        return sum(model.status in {"done", "failed"} for model in self.models)


def store_sink(store: RunStore, run_id: str) -> Sink:
    """Make a sink that keeps a run's events, those that repeat quickly thinned out.

    A decided cell is not kept as an event: it stands in the store as a cell. Nor is waiting: how many are
    ahead is asked of their locks.
    """
    last: dict[tuple[type[Event], str], float] = {}

    def sink(event: Event) -> None:
        if isinstance(event, CellDone | Waiting):
            return
        if isinstance(event, BatchDone | Downloaded):
            instant = time.monotonic()
            done, total = (
                (event.done, event.total)
                if isinstance(event, BatchDone)
                else (event.done_bytes, event.total_bytes)
            )
            key = (type(event), event.model)  # the next model's files come while this one runs
            if done != total and instant - last.get(key, 0.0) < MIN_SECONDS_BETWEEN:
                return
            last[key] = instant
        store.add_event(run_id, event)

    return sink


def read_progress(store: RunStore, settings: Settings, run_id: str) -> RunProgress:
    """Read how far a run is: counts and last events, none of its cells and findings.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    with store.shared_connection():
        return _read_progress(store, settings, run_id)


def _read_progress(store: RunStore, settings: Settings, run_id: str) -> RunProgress:
    # The id may be anything from an address: only a known one names a lock file.
    place = store.position(run_id)
    alive = is_alive(settings, run_id)  # before the state: a worker writes its last state, then lets go
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
    )


def _model_progress(
    model: str,
    counts: Mapping[tuple[str, str], int],
    events: Mapping[tuple[str, str], Any],
    n_metrics: int,
    n_samples: int,
) -> ModelProgress:
    """Put one model's row together."""
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
    )


def _run_seconds(model: str, times: Mapping[tuple[str, str], float]) -> float:
    """Seconds from the start of a model to its last batch; 0 where that was another worker's."""
    begun, last = times.get((model, "ModelStarted")), times.get((model, "BatchDone"))
    return max(0.0, last - begun) if begun and last else 0.0
