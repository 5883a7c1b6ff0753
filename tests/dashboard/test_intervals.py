"""How sure a ranking is, on the results page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Analyses, Finding, RunPlan, SearchDecision, SearchReport, SearchRound
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.reading import answer, figures, texts
from tests.ready_made import save_features


def run_of(settings: Settings, folder: Path, half_samples: int | None, metrics: tuple[str, ...]) -> RunPlan:
    """Plan a run of three models' features with so many half-samples."""
    for name, strength in (("good", 2.0), ("fair", 1.0), ("twin", 1.0)):
        save_features(folder / f"{name}.npz", strength)
    plan = stored_features_plan(settings, folder, metrics)
    plan = replace(plan, run_id=f"run{half_samples}", analyses=Analyses(half_samples=half_samples))
    store = RunStore(settings)
    store.create(plan, store.result(store.recent()[0][0].run_id).samples)
    return plan


def test_intervals_are_shown(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """The figure, the numbers and the missing metric's reason stand on the page; each metric has its own."""
    plan = run_of(settings, tmp_path / "f", None, ("logme", "hscore", "logme:thuml"))
    run_here(plan.run_id, settings, sources=SOURCES)
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    assert not app.exception
    assert "How sure is this order?" in texts(app)
    assert f"No intervals under {METRICS['logme:thuml'].title}: A variant does not vote." in texts(app)
    drawn = [f for f in figures(app) if any(t.get("name") == "90% interval" for t in f["data"])]
    names = [t.get("name") for t in figures(app)[0]["data"]]
    assert {"its 90% interval", "not distinguishable"} <= set(names)
    assert len(drawn) == 1
    names = [t["name"] for t in drawn[0]["data"]]
    assert "not distinguishable" in names  # twins
    assert not any("p_best" in frame.value.columns for frame in app.dataframe)
    app.toggle(key="intervals-table").set_value(True).run()
    (table,) = [frame.value for frame in app.dataframe if "p_best" in frame.value.columns]
    ends = table.set_index("model")[["rank_from", "rank_to"]].to_numpy().tolist()
    assert dict(zip(table["model"], ends, strict=True))["good"] == [1, 1]
    assert dict(zip(table["model"], ends, strict=True))["twin"] == [2, 3]
    app.segmented_control(key="interval-view").set_value("LogME").run()
    assert not app.exception


def test_what_is_being_computed_is_said(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """While half-samples are being scored the ranking is there, and the page says what comes."""
    plan = run_of(settings, tmp_path / "f", 0, ("logme", "hscore"))
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    waiting = replace(plan, run_id="waiting", analyses=Analyses())
    store.create(waiting, store.result(plan.run_id).samples)
    for cell in store.cells(plan.run_id):
        store.add_cell("waiting", cell)
    for outcome in store.outcomes(plan.run_id).values():
        store.add_outcome("waiting", outcome)
    store.start("waiting", "{}")
    app.run()
    app.button(key="open-waiting").click().run()
    app.button(key="see").click().run()
    assert not app.exception
    assert (
        answer(app) == "The models are ranked and good is ahead; how sure that is, is still being computed."
    )
    assert "Being computed; the ranking above does not wait" in texts(app)
    assert "the ranking is of what is known so far" not in texts(app)


def test_switched_off_is_said(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A run without half-samples says that it has none."""
    plan = run_of(settings, tmp_path / "f", 0, ("logme", "hscore"))
    run_here(plan.run_id, settings, sources=SOURCES)
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    assert not app.exception
    assert "Scores on parts of the samples were switched off" in texts(app)


def test_a_search_is_shown(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A run of finalists says what the search saved, and why models went."""
    plan = run_of(settings, tmp_path / "f", 0, ("logme", "hscore"))
    run_here(plan.run_id, settings, sources=SOURCES)
    decision = SearchDecision("away", kept=False, reason="not among the best 3", interval=(4, 6))
    report = SearchReport(
        budget=4,
        rounds=(SearchRound(samples=40, models=9, kept=3, forced=0, decisions=(decision,)),),
        finalists=("good", "fair", "twin"),
        samples_run=240,
        samples_without=540,
        forced=0,
        saved=300 / 540,
        computed_in_rounds=0,
    )
    RunStore(settings).add_finding(plan.run_id, Finding("budget", "", report, 0.0))
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    assert not app.exception
    assert any("240 samples run in place of 540, 56% saved" in own.label for own in app.expander)
    assert any("not among the best 3" in frame.value.to_string() for frame in app.dataframe)
