"""The run page: what is known while it runs, what failed, and how one click recovers from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore, read_progress, run_here
from ptmrank_core.config import Settings
from ptmrank_core.events import BatchDone, Downloaded, ModelStarted, StageStarted
from ptmrank_core.records import Failure, RunPlan, RunState, Score, Skipped, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import buttons, open_page, primary, texts
from tests.dashboard.test_runs import open_run, worker
from tests.waiting import wait_until


@pytest.fixture
def plan(settings: Settings, picture_zip: Path, zoo: Path) -> RunPlan:
    """A stored run of three tiny models under three metrics."""
    return stored_plan(settings, picture_zip, zoo)


def decide(settings: Settings, plan: RunPlan, models: Sequence[str], *, value: float = 1.0) -> None:
    """Score some models under every metric, each better than the one before."""
    for place, model in enumerate(models):
        for metric in plan.metrics:
            RunStore(settings).add_cell(plan.run_id, Score(model, metric, value + place, 0.1))


def fail(settings: Settings, plan: RunPlan, model: str, error: str = "DownloadError") -> None:
    """Let a model fail under every metric."""
    for metric in plan.metrics:
        cell = Failure(model, metric, Stage.DOWNLOAD, error, f"{model} did not arrive.", "Try it again.")
        RunStore(settings).add_cell(plan.run_id, cell)


def headline(app: AppTest) -> str:
    """The text over the bar."""
    (bar,) = app.get("progress")
    return str(bar.proto.text)


def test_a_running_run_says_how_fast_it_is_and_ranks_what_is_through(
    app: AppTest, settings: Settings, plan: RunPlan
) -> None:
    """Speed, what is left and the ranking so far follow from what was measured; nothing is guessed before."""
    store, (first, second, third) = RunStore(settings), (spec.id for spec in plan.models)
    with worker(settings, plan.run_id):
        open_run(app, plan.run_id)
        assert "0 of 3 models done. The time left is known once a model has run." in headline(app)
        assert "So far" not in texts(app)
        for model in (first, second):
            store.add_event(plan.run_id, ModelStarted(model, 1, 3))
            store.add_event(plan.run_id, BatchDone(model, 18, 18, 18))
        with store._open() as db:
            db.execute("UPDATE events SET at = 100 WHERE kind = 'ModelStarted'")
            db.execute("UPDATE events SET at = 109 WHERE kind = 'BatchDone'")
        decide(settings, plan, (first, second))
        app.run()
        assert "About 9.0 s left, if the other models are as fast as those so far." in headline(app)
        table = app.dataframe[0].value
        assert list(table["samples a second"][:2]) == [2.0, 2.0]
        assert table["samples a second"].isna()[2]
        said = texts(app)
        assert "So far 2 of 3 models are ranked**" in said
        assert said.index(f"1. {second}") < said.index(f"2. {first}")
        store.add_event(plan.run_id, ModelStarted(third, 3, 3))
        store.add_event(plan.run_id, StageStarted(third, Stage.DOWNLOAD))
        store.add_event(plan.run_id, Downloaded(third, 3_000_000, 12_000_000))
        app.run()
        assert app.dataframe[0].value["status"][2] == "downloading (3.0 MB of 12.0 MB)"


def test_what_was_cached_is_no_speed(settings: Settings, plan: RunPlan) -> None:
    """Samples out of the cache took no time of the model: neither speed nor what is left is known."""
    store, model = RunStore(settings), plan.models[0].id
    with worker(settings, plan.run_id):
        store.add_event(plan.run_id, ModelStarted(model, 1, 3))
        store.add_event(plan.run_id, BatchDone(model, 18, 24))
        progress = read_progress(store, settings, plan.run_id)
    assert progress.models[0].samples_per_second is None
    assert progress.models[0].n_samples == 24  # the reference set is run on, too
    assert progress.seconds_left is None


def test_a_partly_failed_run_says_why_and_can_be_tried_again(
    app: AppTest, settings: Settings, plan: RunPlan
) -> None:
    """The reason and what to do stand there once; retrying does the failed model and no other."""
    first, *others = (spec.id for spec in plan.models)
    decide(settings, plan, others)
    fail(settings, plan, first)
    RunStore(settings).finish(plan.run_id, RunState.FINISHED, seconds=1.0)
    open_page(app, "run", run=plan.run_id)
    assert "Some scores failed and can be tried again; everything else is ranked." in app.info[0].value
    (warning,) = (box.value for box in app.warning)
    assert f"**{first}** (3 scores, failed while downloading)" in warning
    assert "did not arrive" in warning
    assert "continues from there" in warning
    assert {"retry", "leave-out", "see"} <= buttons(app)
    assert len(primary(app)) <= 1
    app.button(key="retry").click().run()
    assert not app.exception
    store = RunStore(settings)
    wait_until(lambda: store.state(plan.run_id) is RunState.FINISHED and not store.failures(plan.run_id))
    assert {cell.model for cell in store.cells(plan.run_id)} == {first, *others}


def test_a_failed_model_is_left_out_by_hand(app: AppTest, settings: Settings, plan: RunPlan) -> None:
    """It is skipped as the reader wished, and not offered for another try."""
    first, *others = (spec.id for spec in plan.models)
    decide(settings, plan, others)
    fail(settings, plan, first, "GatedModelError")
    RunStore(settings).finish(plan.run_id, RunState.FINISHED, seconds=1.0)
    open_page(app, "run", run=plan.run_id)
    assert "Then **Retry what failed**." in app.warning[0].value
    app.button(key="leave-out").click().run()
    assert not app.exception
    assert "This run is finished." in app.success[0].value
    cells = [cell for cell in RunStore(settings).cells(plan.run_id) if cell.model == first]
    assert all(isinstance(cell, Skipped) and "left out of this run" in cell.reason for cell in cells)
    assert not {"retry", "leave-out"} & buttons(app)


def test_a_cancelled_run_may_be_finished_without_the_rest(
    app: AppTest, settings: Settings, plan: RunPlan
) -> None:
    """What is not done is left out, and the run comes to its end with what there is."""
    store = RunStore(settings)
    first, *others = (spec.id for spec in plan.models)
    decide(settings, plan, others)
    store.finish(plan.run_id, RunState.CANCELLED, seconds=1.0)
    open_page(app, "run", run=plan.run_id)
    assert app.button(key="finish-without").label == "Finish without 1 model"
    app.button(key="finish-without").click().run()
    assert not app.exception
    wait_until(lambda: store.state(plan.run_id) is RunState.FINISHED)
    assert all(isinstance(cell, Skipped) for cell in store.cells(plan.run_id) if cell.model == first)


def test_a_run_in_which_all_failed_offers_no_ranking_as_done(
    app: AppTest, settings: Settings, plan: RunPlan
) -> None:
    """The page says so first; what failed for the same reason stands once."""
    for spec in plan.models:
        for metric in plan.metrics:
            cell = Failure(spec.id, metric, Stage.LOAD, "OutOfMemoryError", "It does not fit.", "")
            RunStore(settings).add_cell(plan.run_id, cell)
    RunStore(settings).finish(plan.run_id, RunState.FINISHED, seconds=1.0)
    open_page(app, "run", run=plan.run_id)
    assert "No model has a score." in app.error[0].value
    (warning,) = (box.value for box in app.warning)
    assert "9 scores, failed while loading" in warning
    assert "already reduced to a single sample" in warning
    assert "3 of 3 models done, 3 failed" in headline(app)
    assert primary(app) == ["Retry what failed"]
    assert not {"see", "leave-out"} & buttons(app)


def test_one_model_alone_is_a_run_too(app: AppTest, settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Nothing is compared, and nothing on the page pretends so."""
    models = stored_plan(settings, picture_zip, zoo).models[:1]
    plan = stored_plan(settings, picture_zip, models)
    run_here(plan.run_id, settings, sources=SOURCES)
    open_page(app, "run", run=plan.run_id)
    assert not app.exception
    assert "1 of 1 model done" in headline(app)
    assert "So far" not in texts(app)
    assert "This run is finished." in app.success[0].value
