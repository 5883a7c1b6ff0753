"""Models trained one by one on the pages: asked for in the run itself, at work, at their end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep
from ptmrank_core.records import FineTuning, RunResult, RunState
from ptmrank_core.results import rank_result
from ptmrank_core.results.fine_tuning import models_to_train
from ptmrank_core.results.phrases import strip_bidi
from tests.dashboard.raced import store_result
from tests.dashboard.reading import answer, buttons, open_page, open_section, primary, texts
from tests.results.race.races import RUN
from tests.results.verdict.runs import trained

NAME = "ranked"
CHOSEN = models_to_train(rank_result(RUN), 3)
REACHED = dict(zip(CHOSEN, (0.95, 0.87, 0.99), strict=True))


def opened(app: AppTest) -> AppTest:
    """The training of the run."""
    open_page(app, "results", run=NAME, section="Training")
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All words of the page, without the marks around names."""
    return strip_bidi(texts(app)).replace("\\", "")


def asked(n_trained: int) -> RunResult:
    """The run, asked for three models, of which some are trained."""
    plan = replace(RUN.plan, analyses=replace(RUN.plan.analyses, fine_tune=3))
    found = trained(replace(RUN, plan=plan), dict(list(REACHED.items())[:n_trained]))
    return replace(found, state=RunState.FINISHED if n_trained == 3 else RunState.RUNNING)


def test_training_goes_on_in_the_run_itself(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The models are named beforehand; a click makes the plan longer and queues the run, the only one."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.races.start_worker", lambda run, _settings: started.append(run))
    store = store_result(settings, RUN, NAME)
    opened(app)
    app.number_input(key="tune-models").set_value(2).run()
    app.number_input(key="tune-minutes").set_value(5).run()
    assert f"These would be trained: {CHOSEN[0]} and {CHOSEN[1]}." in said(app)
    app.button(key="tune").click().run()
    assert not app.exception
    assert started == [NAME]
    analyses = store.plan(NAME).analyses
    assert (analyses.fine_tune, analyses.fine_tune_seconds) == (2, 300.0)
    assert [entry.run_id for entry in jobs.history()] == [NAME]
    assert app.segmented_control(key="section").value == "Training"


def test_training_at_work_is_watched(app: AppTest, settings: Settings) -> None:
    """How far it is, what the first one reached, and the answer so far; it can be cancelled."""
    store = store_result(settings, asked(1), NAME)
    store.add_event(NAME, AnalysisStep(FineTuning.KIND, 150, 300))
    with hold_run(settings, NAME):
        opened(app)
        assert [own.proto.text for own in app.get("progress")] == ["Training: 50% done."]
        assert "Models are being trained: the answer below follows" in said(app)
        assert strip_bidi(answer(app)).startswith("So far one model of 3 is trained")
        assert [list(own.value["model"]) for own in app.dataframe][-1:] == [[CHOSEN[0]]]
        assert "tune" not in buttons(app)
        open_section(app, "Ranking")
        assert "to-race" in buttons(app)
        open_section(app, "Training")
        app.button(key="cancel-tune").click().run()
    assert store.cancel_requested(NAME)


def test_training_that_was_stopped_can_go_on(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is counted, and a click starts the worker of the same run."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda run, _settings: started.append(run))
    store_result(settings, replace(asked(1), state=RunState.CANCELLED), NAME)
    opened(app)
    assert "The training has not come to its end. What was trained is kept." in said(app)
    assert "The training was stopped: 2 models are left." in said(app)
    app.button(key="resume-tune").click().run()
    assert started == [NAME]


def test_what_was_trained_is_in_the_answer_and_in_every_section(app: AppTest, settings: Settings) -> None:
    """The headline, the column of the overview's numbers, Evidence and Training; further ones are offered."""
    store_result(settings, asked(3), NAME)
    opened(app)
    assert strip_bidi(answer(app)).startswith(f"You trained three models: {CHOSEN[2]} did best, 99.0 %")
    assert sorted(app.dataframe[-1].value["model"]) == sorted(CHOSEN)
    assert app.number_input(key="tune-models").max == len(RUN.plan.models) - 3
    assert CHOSEN[0] not in said(app).partition("These would be trained: ")[2].partition(".")[0]
    open_section(app, "Evidence")
    app.segmented_control(key="truth").set_value("fine-tuning").run()
    assert not app.exception
    assert "too few to trust one metric over another" in said(app)
    open_section(app, "Ranking")
    app.segmented_control(key="ranking-view").set_value("Every number").run()
    (reached,) = [own.value for own in app.dataframe if "fine_tuned" in own.value.columns]
    assert reached["fine_tuned"].notna().sum() == 3


def test_of_models_that_ran_out_of_time_the_page_says_that_they_start_anew(
    app: AppTest, settings: Settings
) -> None:
    """They come first again."""
    store_result(settings, trained(RUN, {CHOSEN[0]: 0.5}, epochs=1.0), NAME)
    opened(app)
    assert f"Time ran out for {CHOSEN[0]} before: training starts anew." in said(app)


def test_a_training_that_is_refused_says_why(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second tab may have asked already: the page says that a worker is at it."""
    monkeypatch.setattr("dashboard.jobs.races.start_worker", lambda *_: None)
    store_result(settings, RUN, NAME)
    opened(app)
    RunStore(settings).queue(NAME, "cpu", awaits_worker=True)
    app.button(key="tune").click().run()
    assert not app.exception
    assert primary(app) == []
