"""Hidden layers and notes of a run on the results page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import open_section

NOTE = "its family is not in the table"


def test_layers_have_a_figure_and_notes_are_said(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Where layers were asked for each model has a line; what is to be known of its vectors is said."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme", "hscore"])
    store = RunStore(settings)
    samples = store.result(plan.run_id).samples
    plan = replace(plan, run_id="layers", options=replace(plan.options, layers=True))
    store.create(plan, samples)
    run_here(plan.run_id, settings, sources=SOURCES)
    outcome = store.outcomes(plan.run_id)["vit-headless"]
    store.add_outcome(plan.run_id, replace(outcome, report=replace(outcome.report, notes=(NOTE,))))
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    assert not app.exception
    assert any(NOTE in frame.value.to_string() for frame in app.dataframe)
    open_section(app, "Cost")
    assert "Which layer is best?" in [heading.value for heading in app.header]
    assert app.selectbox(key="layer-metric").options == ["LogME", "H-Score"]


def test_a_run_without_layers_has_no_figure_of_them(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """What was not asked for takes no place on the page."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme"])
    run_here(plan.run_id, settings, sources=SOURCES)
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    open_section(app, "Cost")
    assert "Which layer is best?" not in [heading.value for heading in app.header]
