"""A model of a run in the pictures of the metrics."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.views.learn.pictures import own_model
from dashboard.views.learn.sections import METRICS as SEES
from dashboard.wording import plain
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.config import Settings
from ptmrank_core.metrics import METRICS, differences
from ptmrank_core.records import LOCAL_OWNER, Score
from ptmrank_core.reports.tables.prior_agreement import prior_agreement_table
from tests.dashboard.reading import figures, open_page, open_section, texts
from tests.dashboard.test_embeddings import done, planned
from tests.dashboard.test_owners import become

MODEL = "demo:swin-digits"


def see(app: AppTest, metric: str, run: str = SHIPPED_RUN, model: str = MODEL) -> None:
    """Open the picture of a metric with the features of a model of a run."""
    app.run()
    open_page(app, "learn", section=SEES, metric=METRICS[metric].title, run=run, model=model)


def test_the_run_that_comes_along_can_be_seen(app: AppTest) -> None:
    """The model of the address is chosen, and the picture's score is the one in the run."""
    see(app, "sfda")
    assert not app.exception
    assert app.selectbox(key="model").value == MODEL
    [score] = [
        cell.value
        for cell in jobs.result(SHIPPED_RUN).cells
        if isinstance(cell, Score) and (cell.model, cell.metric) == (MODEL, "sfda")
    ]
    assert f"The score in the run is {score:.4g}, here it is {score:.4g}." in texts(app)
    assert "They differ" not in texts(app)
    assert "Handwritten digits, 600 samples" in texts(app)
    assert len(figures(app)) == 1
    other = next(model for model in app.selectbox(key="model").options if model != MODEL)
    app.selectbox(key="model").set_value(other).run()
    assert plain(f"600 samples as {other} sees them") in texts(app)


def test_what_the_run_does_not_keep_is_said(app: AppTest) -> None:
    """A metric of the source head says what is missing and what to do; its facts are there all the same."""
    see(app, "leep")
    assert not app.exception
    assert not figures(app)
    assert "keeps its embeddings alone: rank the demo yourself" in app.info[0].value
    said, spec = texts(app), METRICS["leep"]
    for fact in (spec.traits.use_when, spec.traits.assumes, spec.fails_when, spec.idea):
        assert fact[1:] in said
    for told in (spec.traits.complexity, spec.paper.title, differences("leep")):
        assert plain(told) in said
    table = app.dataframe[0].value
    assert table["tau"].tolist() == prior_agreement_table("leep").values("tau")


def test_ready_made_features_are_drawn_as_they_are(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """Names of the classes are those of the samples, and the points are those of the file's features."""
    run = done(settings, planned(settings, tmp_path))
    see(app, "hscore", run, "m1")
    assert not app.exception
    assert "60 samples as m1 sees them" in texts(app)
    [figure] = figures(app)
    assert {"0", "1", "2"} <= {trace.get("name") for trace in figure["data"]}


def test_large_runs_are_cut_and_said_to_be(
    app: AppTest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more samples than a page can wait for some of every class are taken, and the scores may differ."""
    monkeypatch.setattr(own_model, "MOST_SAMPLES", 30)
    run = done(settings, planned(settings, tmp_path))
    see(app, "hscore", run, "m0")
    assert not app.exception
    assert "30 of 60 samples as m0 sees them" in texts(app)
    assert "They differ where the picture rests on fewer samples" in texts(app)


def test_features_that_are_gone_are_said_to_be(
    app: AppTest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so and what to do, and a run that never was leads back to the artificial samples."""
    run = done(settings, planned(settings, tmp_path))
    monkeypatch.setattr(own_model, "cached_arrays", lambda *_, **__: None)
    see(app, "hscore", run, "m0")
    assert "The features of m0 are no longer in the cache." in app.error[0].value
    assert "Rank the samples with this model again" in app.error[0].value
    see(app, "hscore", "no-such-run", "m0")
    assert "no-such-run" in app.error[0].value
    assert not app.exception
    back = [link.proto for link in app.get("page_link") if "artificial" in link.proto.label]
    assert back[0].query_string.endswith("metric=H-Score")
    open_page(app, "learn", run=SHIPPED_RUN)  # a metric that is the first in the list leaves the address
    assert app.selectbox(key="model").value


def test_the_link_shows_it_to_others_until_its_owner_deletes_it(
    app: AppTest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another browser sees it by the run's link alone, can change nothing, and loses it with the run."""
    run = done(settings, planned(settings, tmp_path))
    become(monkeypatch, "browser:other")
    app.run()
    assert run not in str(app.main)
    see(app, "hscore", run, "m1")
    assert not app.exception
    assert "60 samples as m1 sees them" in texts(app)
    assert len(figures(app)) == 1
    assert [button.label for button in app.button] == ["As image"]
    become(monkeypatch, LOCAL_OWNER)
    jobs.delete(run)
    become(monkeypatch, "browser:other")
    app.run()
    assert not figures(app)
    assert run in app.error[0].value


def test_results_lead_to_it(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """From the scores of a metric and from the embeddings of a model a link names run, model and metric."""
    run = done(settings, planned(settings, tmp_path))
    app.run()
    app.button(key=f"open-{run}").click().run()
    for section, label in (("Ranking", "What it sees of m0"), ("Embeddings", "What the metrics see of m1")):
        open_section(app, section)
        if section == "Ranking":
            app.segmented_control(key="ranking-view").set_value("One metric").run()
        [link] = [own.proto for own in app.get("page_link") if own.proto.label == label]
        assert f"run={run}" in link.query_string
        assert f"model={label[-2:]}" in link.query_string
        assert "metric=" in link.query_string
