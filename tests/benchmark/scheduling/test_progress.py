"""What a reader is told of a run, and how little is read for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, analyses, cancel_run, read_progress, run_here
from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, BatchDone, Event, ModelStarted, raise_if_cancelled
from ptmrank_core.records import Failure, RunState, Score, Skipped, Stage, Truth
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan

# Module of the run store -> the functions by which it makes records of JSON.
DECODERS = {
    "store": ("cell_from_json", "finding_from_json", "outcome_from_json"),
    "runs": ("plan_from_json",),
}


def slow_analysis(context: AnalysisContext) -> None:
    """An analysis of three steps that can be cancelled in between."""
    for step in range(3):
        context.run_context.sink(AnalysisStep("truth", step, 3))
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(Truth, str(step)):
            context.keep(Truth, str(step), lambda step=step: Truth("step", {"step": step}))


def test_the_ranking_stands_while_the_analyses_go_on(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step of an analysis the run is ranked, and the reader knows which step it is."""
    monkeypatch.setattr(analyses, "ANALYSES", (slow_analysis,))
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    seen: list[tuple[bool, bool, AnalysisStep | None, int]] = []

    def look(event: Event) -> None:
        if isinstance(event, AnalysisStep | ModelStarted):
            now = read_progress(store, settings, run_id)
            seen.append((now.alive, now.is_ranked, now.analysis, now.n_findings))

    run_here(run_id, settings, sources=SOURCES, sink=look)
    assert seen == [
        *[(True, False, None, 0)] * 3,
        *[(True, True, AnalysisStep("truth", step, 3), step) for step in range(3)],
    ]
    assert read_progress(store, settings, run_id).n_findings == 3


def test_cancelled_among_the_analyses_a_run_goes_on_with_the_next(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found stays; the ranking stands; resuming makes what is missing and no cell."""
    monkeypatch.setattr(analyses, "ANALYSES", (slow_analysis,))
    monkeypatch.setattr("ptmrank_core.benchmark.engines.local.POLL_SECONDS", 0.0)
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id

    def ask(event: Event) -> None:
        if event == AnalysisStep("truth", 1, 3):
            cancel_run(run_id, settings)

    assert run_here(run_id, settings, sources=SOURCES, sink=ask) is RunState.CANCELLED
    assert [found.subject for found in store.findings(run_id)] == ["0"]
    assert read_progress(store, settings, run_id).is_ranked
    events: list[Event] = []
    assert run_here(run_id, settings, sources=SOURCES, sink=events.append) is RunState.FINISHED
    assert not any(isinstance(event, ModelStarted) for event in events)
    assert [found.subject for found in store.findings(run_id)] == ["0", "1", "2"]


def test_reading_progress_reads_no_cell_and_no_finding(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page looks several times a second: counts and last events have to be enough."""
    store = RunStore(settings)
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run_id, settings, sources=SOURCES)
    for module, names in DECODERS.items():
        for name in names:
            monkeypatch.setattr(f"ptmrank_core.benchmark.store.{module}.{name}", None)
    progress = read_progress(store, settings, run_id)
    assert [model.n_cells for model in progress.models] == [3, 3, 3]
    assert {model.status for model in progress.models} == {"done"}
    with pytest.raises(TypeError):
        store.cells(run_id)


def test_a_model_without_a_score_has_failed(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """One score among failures is done; skips alone are done; failures without a score are not."""
    store = RunStore(settings)
    plan = stored_plan(settings, picture_zip, zoo)
    first, second, third = (spec.id for spec in plan.models)
    for model, kinds in ((first, "SFF"), (second, "KKK"), (third, "FFK")):
        for metric, kind in zip(plan.metrics, kinds, strict=True):
            cell = {
                "S": Score(model, metric, 1.0, 0.0),
                "F": Failure(model, metric, Stage.SCORE, "E", "m", "h"),
                "K": Skipped(model, metric, "r"),
            }[kind]
            store.add_cell(plan.run_id, cell)
    progress = read_progress(store, settings, plan.run_id)
    assert [model.status for model in progress.models] == ["done", "done", "failed"]
    assert [model.n_scores for model in progress.models] == [1, 3, 0]
    assert progress.has_failed
    assert progress.is_ranked


def test_a_resumed_run_shows_its_own_worker(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """What an earlier worker was at is forgotten when the run is queued; what has features is not."""
    store = RunStore(settings)
    plan = stored_plan(settings, picture_zip, zoo)
    model = plan.models[0].id
    store.add_event(plan.run_id, ModelStarted(model, 1, 3))
    store.add_event(plan.run_id, BatchDone(model, 8, 18))
    store.add_event(plan.run_id, AnalysisStep("truth", 1, 3))
    assert read_progress(store, settings, plan.run_id).models[0].status == "running"
    store.queue(plan.run_id, "cpu")
    with hold_run(settings, plan.run_id):
        progress = read_progress(store, settings, plan.run_id)
    assert (progress.models[0].status, progress.models[0].n_done) == ("waiting", 8)
    assert progress.analysis is None
    assert progress.is_waiting
