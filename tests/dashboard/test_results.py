"""The results page in every state of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.wording import plain
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import Failure, Finding, Ranking, RunResult, RunState, Score, Skipped, Stage
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.reading import answer, figures, open_page, open_section, texts
from tests.ready_made import save_features
from tests.reports.results import probe_of

METRICS = ("logme", "hscore", "gbc")
STRENGTHS = {"good": 2.0, "fair": 1.0, "poor": 0.3}


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> str:
    """A finished run of three models under three metrics."""
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    plan = stored_features_plan(settings, tmp_path / "f", METRICS)
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id


def planned(settings: Settings, run: str, name: str, *, models: int = 3) -> RunStore:
    """Plan the same again under another name, with nothing done."""
    store = RunStore(settings)
    plan = store.plan(run)
    store.create(replace(plan, run_id=name, models=plan.models[:models]), store.result(run).samples)
    return store


def results(app: AppTest, run: str) -> AppTest:
    """Go to the results of a run."""
    app.run()
    app.button(key=f"open-{run}").click().run()
    assert not app.exception
    return app


def ranked(settings: Settings, run: str) -> tuple[RunResult, Ranking]:
    """A run, and its order."""
    result = RunStore(settings).result(run)
    return result, rank_result(result)


def test_the_answer_stands_on_top(app: AppTest, settings: Settings, run: str) -> None:
    """The verdict's sentences, on what it rests, and the picture with the same order."""
    result, ranking = ranked(settings, run)
    results(app, run)
    headline, *others = map(strip_bidi, verdict_of(result, ranking).sentences)
    assert answer(app) == headline
    assert ranking.order[0] in headline
    assert all(plain(sentence) in strip_bidi(texts(app)) for sentence in others)
    assert f"3 models ranked on {result.samples.n_samples} samples" in texts(app)
    names = figures(app)[0]["data"][0]["text"]
    assert names == list(ranking.order)


def test_the_only_model_is_not_called_the_best_of_many(app: AppTest, settings: Settings, run: str) -> None:
    """One model: its numbers, and that there is nothing to rank; no picture of one row, no vote."""
    store = planned(settings, run, "single", models=1)
    model = store.plan("single").models[0].id
    for cell in store.cells(run):
        if cell.model == model:
            store.add_cell("single", cell)
    store.finish("single", RunState.FINISHED, seconds=1.0)
    results(app, "single")
    assert answer(app) == f"There is nothing to rank: {model} is the only candidate with a score."
    assert [heading.value for heading in app.header] == ["Every number"]
    assert figures(app) == []
    assert "Who voted" not in texts(app)
    open_section(app, "Agreement")
    assert "Too few models have scores under two metrics" in texts(app)
    for section in ("Evidence", "Cost", "Export"):
        open_section(app, section)


def test_what_failed_has_a_sign_and_a_reason(app: AppTest, settings: Settings, run: str) -> None:
    """One model failed: it stands last without a place, and the summary says that one has no score."""
    store = planned(settings, run, "partly")
    lost = store.plan("partly").models[-1].id
    for cell in store.cells(run):
        if cell.model != lost:
            store.add_cell("partly", cell)
    for metric in METRICS:
        store.add_cell("partly", Failure(lost, metric, Stage.LOAD, "OSError", "It is *gone*.", "Look."))
    store.finish("partly", RunState.FINISHED, seconds=1.0)
    results(app, "partly")
    assert "1 model without a score: see why below" in texts(app)
    assert "× failed" in texts(app)
    assert figures(app)[0]["data"][0]["text"][-1] == lost
    assert "3 scores missing, and why" in [expander.label for expander in app.expander]


def test_a_cancelled_run_shows_what_it_got_to(app: AppTest, settings: Settings, run: str) -> None:
    """Two of nine scores: the ranking of these, with a warning, and signs for what is not there."""
    store = planned(settings, run, "stopped")
    for cell in store.cells(run)[:2]:
        store.add_cell("stopped", cell)
    store.finish("stopped", RunState.CANCELLED, seconds=1.0)
    results(app, "stopped")
    assert "This run is cancelled: the ranking is of what is known so far." in app.warning[0].value
    assert "… not there yet" in texts(app)


def test_a_run_at_work_names_no_model_to_take(app: AppTest, settings: Settings, run: str) -> None:
    """Two of three models are ranked: so far, and wait; nothing is recommended."""
    store = planned(settings, run, "working")
    done = {spec.id for spec in store.plan("working").models[:2]}
    store.start("working", "{}")
    for cell in store.cells(run):
        if cell.model in done:
            store.add_cell("working", cell)
    open_page(app, "results", run="working")
    assert answer(app).startswith("So far 2 of 3 models are ranked")
    assert "Fine-tune" not in texts(app)
    assert "without a score" not in texts(app)


def test_the_numbers_behind_the_answer_are_cards(app: AppTest, settings: Settings, run: str) -> None:
    """What is expected, what the probes of the first, the best and a constant guess reach."""
    store = RunStore(settings)
    _, ranking = ranked(settings, run)
    first, second, third = ranking.order
    for model, value in ((first, 0.7), (second, 0.9), (third, 0.5)):
        store.add_finding(run, Finding("probe", model, probe_of(value, folds=(value,)), 0.1))
    results(app, run)
    cards = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert cards["Probe of the first"] == ("70.0 %", first)
    assert cards["Best probe"] == ("90.0 %", second)
    value, guess = cards["Constant guess"]
    assert (value, guess) == ("33.3 %", "the largest class")
    verdict = verdict_of(*ranked(settings, run))
    if verdict.expected is not None:
        assert cards["Expected, fine-tuned"][1] == verdict.models[0]


def test_nothing_at_all_says_why(app: AppTest, settings: Settings, run: str) -> None:
    """Every model failed: no picture, no section, but which and why; a hint is text."""
    store = planned(settings, run, "lost")
    for spec in store.plan("lost").models:
        for metric in METRICS:
            store.add_cell("lost", Failure(spec.id, metric, Stage.LOAD, "OSError", "It is *gone*.", "Look."))
    store.finish("lost", RunState.FINISHED, seconds=1.0)
    results(app, "lost")
    assert answer(app) == "No model has a score: 3 models failed."
    assert r"It is \*gone\*. Look." in app.error[0].value
    assert not figures(app)
    assert "section" not in {control.key for control in app.segmented_control}


def test_a_run_that_failed_as_a_whole_says_why(app: AppTest, settings: Settings, run: str) -> None:
    """Without a single cell, the error of the run is the answer."""
    planned(settings, run, "broken").finish("broken", RunState.FAILED, seconds=0, error="No samples.")
    results(app, "broken")
    assert answer(app) == "No model has a score."
    assert app.error[0].value == r"The run failed as a whole\: No samples."


def test_nothing_applies_is_no_failure(app: AppTest, settings: Settings, run: str) -> None:
    """Where no metric applies the page says that there is no score, and lists the reasons."""
    store = planned(settings, run, "skipped")
    for spec in store.plan("skipped").models:
        for metric in METRICS:
            store.add_cell("skipped", Skipped(spec.id, metric, "It has no head."))
    store.finish("skipped", RunState.FINISHED, seconds=1.0)
    results(app, "skipped")
    assert answer(app).startswith("No model has a score")
    assert "9 scores missing, and why" in [expander.label for expander in app.expander]


def test_one_metric_is_looked_at(app: AppTest, settings: Settings, run: str) -> None:
    """Its best model in the title, its scores in the figure, and the same numbers in the table."""
    result, ranking = ranked(settings, run)
    results(app, run)
    app.segmented_control(key="ranking-view").set_value("One metric").run()
    app.selectbox(key="ranking-metric").set_value("gbc").run()
    assert not app.exception
    assert f"GBC puts {ranking.per_metric['gbc'][0]} first" in texts(app)
    scores = {
        cell.model: cell.value for cell in result.cells if isinstance(cell, Score) and cell.metric == "gbc"
    }
    dots = [x for trace in figures(app)[1]["data"] if "score" in trace.get("name", "") for x in trace["x"]]
    assert sorted(dots) == sorted(scores.values())
    app.toggle(key="metric-scores-table").set_value(True).run()
    (table,) = [frame.value for frame in app.dataframe if "score" in frame.value.columns]
    assert dict(zip(table["model"], table["score"], strict=True)) == scores


def test_every_number_is_there(app: AppTest, settings: Settings, run: str) -> None:
    """Scores, ranks and costs as tables that fit on the page."""
    _, ranking = ranked(settings, run)
    results(app, run)
    app.segmented_control(key="ranking-view").set_value("Every number").run()
    assert not app.exception
    tables = [frame.value for frame in app.dataframe if "place" in frame.value.columns]
    assert {"logme", "logme_rank", "mean_rank", "n_features", "seconds"} <= {c for t in tables for c in t}
    assert all(table["model"].tolist() == list(ranking.order) for table in tables)


def test_two_metrics_are_compared(app: AppTest, settings: Settings, run: str) -> None:
    """The two with the most say at first; others by choice; the same twice is told."""
    _, ranking = ranked(settings, run)
    results(app, run)
    open_section(app, "Agreement")
    first = max(ranking.votes, key=lambda name: ranking.votes[name].weight)
    assert app.selectbox(key="pair-first").value == first
    app.selectbox(key="pair-first").set_value("gbc").run()
    app.selectbox(key="pair-second").set_value("hscore").run()
    assert "GBC and H-Score: τ = " in texts(app)
    dots = figures(app)[-1]["data"][-1]
    assert dots["x"] == [ranking.ranks["gbc"][model] for model in dots["customdata"]]
    app.selectbox(key="pair-second").set_value("gbc").run()
    assert "Choose two different metrics." in texts(app)
