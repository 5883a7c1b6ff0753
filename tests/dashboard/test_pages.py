"""The pages without a browser: what they show and where they lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core import catalogue
from ptmrank_core.benchmark import RunStore, quick_metrics, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import RunState
from ptmrank_core.results import rank_result
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.dashboard.reading import (
    answer,
    buttons,
    figures,
    open_section,
    parts_of,
    primary,
    texts,
    tick_demo_models,
)
from tests.ready_made import save_features


def finished_run(settings: Settings, picture_zip: Path, zoo: Path) -> str:
    """Do a run of three tiny models."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run_id, settings, sources=SOURCES)
    return run_id


def test_the_start_offers_own_samples_first(app: AppTest) -> None:
    """A dropzone, then a finished ranking, then each demo that has models; no trace of an error."""
    app.run()
    assert not app.exception
    assert [own.value for own in app.header] == ["Your own samples", "A finished ranking", "Or try a demo"]
    assert len(app.file_uploader) == 1
    demos = [f"demo-{demo.source.removeprefix('demo:')}" for demo in jobs.demos()]
    assert [button.key for button in app.button] == ["own", "finished", *demos]
    assert primary(app) == ["See a finished ranking"]
    assert "13 models, 600 samples" in texts(app)
    shown = [image.proto.imgs[0] for image in app.get("image")]
    assert all(image.alt for image in shown)
    assert len(shown) == 2 + len(demos)


def test_a_demo_without_models_is_not_shown(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the zoo only reads pictures, no other demo is offered."""
    pictures = tuple(spec for spec in catalogue.demo_models() if spec.modality == "image")
    monkeypatch.setattr(catalogue, "demo_models", lambda: pictures)
    app.run()
    assert [button.key for button in app.button] == ["own", "finished", "demo-digits"]


def test_files_that_are_dropped_on_the_start_are_taken_at_once(app: AppTest, picture_zip: Path) -> None:
    """No click: they are stored as the Samples page stores them, which then shows how they were read."""
    app.run()
    app.file_uploader[0].set_value([("patterns.zip", picture_zip.read_bytes(), "application/zip")]).run()
    assert not app.exception
    assert app.title[0].value == "Samples"
    assert "What was read: patterns.zip" in texts(app)
    assert "next" in buttons(app)


def test_files_that_the_start_cannot_take_are_told_there(app: AppTest) -> None:
    """The reason stands beside the dropzone, which takes the next ones."""
    app.run()
    app.file_uploader[0].set_value([("fake.zip", b"nothing", "application/zip")]).run()
    assert app.title[0].value == "Which pre-trained model should I fine-tune?"
    assert "fake.zip" in app.error[0].value
    app.run()
    assert not app.error
    assert len(app.file_uploader) == 1


def test_own_samples_are_reported_before_anything_is_computed(app: AppTest, picture_zip: Path) -> None:
    """An upload leads to the report, then to the candidates, where the demo zoo can be ticked."""
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("patterns.zip", picture_zip.read_bytes(), "application/zip")]).run()
    assert not app.exception
    assert "What was read: patterns.zip" in texts(app)
    assert [metric.value for metric in app.metric] == ["18", "3", "6", "0"]
    app.button(key="next").click().run()
    assert not app.exception
    tick_demo_models(app)
    assert f"11 models and 2 controls × {len(quick_metrics())} metrics on 18 samples" in texts(app)


def test_a_bad_upload_is_told_and_nothing_goes_on(app: AppTest) -> None:
    """A file that is no zip says so; there is no way to the candidates."""
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("fake.zip", b"nothing", "application/zip")]).run()
    assert not app.exception
    assert "fake.zip" in app.error[0].value
    assert "next" not in {button.key for button in app.button}


def test_a_hub_id_that_cannot_be_one_is_told(app: AppTest) -> None:
    """The candidates page checks what is typed before a run is started."""
    app.run()
    app.button(key="own").click().run()
    app.button(key="digits").click().run()
    app.button(key="next").click().run()
    app.text_input(key="own-models").set_value("a/b/c").run()
    assert "'a/b/c' is neither a folder here nor a Hub id" in app.error[0].value


def test_results_show_the_three_pictures(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Ranking, agreement and projection of a run are drawn for a run of the list."""
    run = finished_run(settings, picture_zip, zoo)
    app.run()
    app.button(key=f"open-{run}").click().run()
    assert not app.exception
    assert app.title[0].value == "Results"
    assert "3 models ranked on 18 samples in 3 classes" in texts(app)
    overview, bump = figures(app)[:2]
    # LEEP has a vote of less than one in a hundred beside them: it is shown, after the voters.
    assert overview["layout"]["xaxis3"]["ticktext"] == ["LogME", "H-Score", "LEEP"]
    assert [trace["name"] for trace in bump["data"]][::-1] == list(rank_result(jobs.result(run)).order)
    assert "1 score missing, and why" in [expander.label for expander in app.expander]
    open_section(app, "Agreement")
    assert figures(app)[0]["data"][0]["type"] == "heatmap"
    open_section(app, "Embeddings")
    parts = parts_of(app)
    assert parts[parts["map"]["classes"]]["names"] == ["checks", "dots", "stripes"]
    assert len(parts["map"]["panels"]) == 3


def test_results_say_who_voted_and_why(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Every vote of the ranking stands on the page with its reason, and so do the notes on the vote."""
    run = finished_run(settings, picture_zip, zoo)
    ranking = rank_result(RunStore(settings).result(run))
    app.run()
    app.button(key=f"open-{run}").click().run()
    page = texts(app)
    assert "Who voted, with what weight, and why" in page
    for vote in ranking.votes.values():
        assert f"| {vote.weight:.0%} | {vote.reason} |" in page
    assert ranking.vote_notes
    assert all(note in page for note in ranking.vote_notes)
    labels = [expander.label for expander in app.expander]
    assert ("How much does it depend on one metric?" in labels) == (len(ranking.metrics_used) > 1)


def test_a_run_without_a_worker_offers_resume(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """A queued run whose lock is free says that its worker has stopped."""
    plan = stored_plan(settings, picture_zip, zoo)
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    assert not app.exception
    assert "The worker process of this run has stopped" in app.warning[0].value
    assert app.button(key="resume").label == "Resume"


def test_a_failed_run_says_why(app: AppTest, settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run that failed as a whole shows its reason on the run page."""
    plan = stored_plan(settings, picture_zip, zoo)
    RunStore(settings).finish(plan.run_id, RunState.FAILED, seconds=0, error="The samples are gone.")
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    app.button(key="see-run").click().run()
    assert "The samples are gone." in app.error[0].value


def test_ready_made_features_have_a_result_page(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A run of files of features is shown like any other, its embeddings included."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    run = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id
    run_here(run, settings, sources=SOURCES)
    app.run()
    app.button(key=f"open-{run}").click().run()
    assert not app.exception
    assert "strong" in answer(app)
    open_section(app, "Embeddings")
    parts = parts_of(app)
    assert parts[parts["map"]["classes"]]["names"] == ["0", "1", "2"]
