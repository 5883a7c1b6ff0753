"""A dashboard that shows the demos alone offers nothing else, and refuses whatever else is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.jobs import model_lists
from dashboard.server import owner
from dashboard.views.results.sections import SECTIONS
from ptmrank_core import catalogue
from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import DEMO_SAMPLES
from ptmrank_core.errors import InputError
from ptmrank_core.records import LOCAL_OWNER, ExtractionOptions, Reading, RunOptions, RunState, Truth
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import buttons, open_page, open_section, texts
from tests.dashboard.test_owners import become
from tests.pictures import picture_files, write_zip

BANNER = "This dashboard shows the demos alone."
IMAGES = catalogue.task_category("image-classification")
OPTIONS = RunOptions(metrics=("logme",), options=ExtractionOptions(), seed=0)


@pytest.fixture
def demo_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of such a dashboard; nobody asks for a page here."""
    del home
    monkeypatch.setenv("PTMRANK_DEMO_ONLY", "1")
    st.cache_resource.clear()
    st.cache_data.clear()
    become(monkeypatch, LOCAL_OWNER)
    return load_settings()


def test_it_is_a_setting() -> None:
    """It is off unless it is set; each visitor has runs of their own then; nonsense is refused."""
    assert load_settings({}).demo_only is False
    chosen = load_settings({"PTMRANK_DEMO_ONLY": "1"})
    assert chosen.demo_only
    assert chosen.shared
    with pytest.raises(InputError, match="PTMRANK_DEMO_ONLY is 'yes'; expected 1 or 0"):
        load_settings({"PTMRANK_DEMO_ONLY": "yes"})


@pytest.mark.usefixtures("demo_only")
def test_every_visitor_has_runs_of_their_own() -> None:
    """Behind a proxy that says nothing it looks as if one person used it."""
    assert owner.is_shared({})


@pytest.mark.usefixtures("demo_only")
def test_every_page_says_so(app: AppTest) -> None:
    """The line stands on each page; there is no way to files of one's own."""
    app.run()
    assert not app.exception
    assert BANNER in texts(app)
    assert "own" not in buttons(app)
    assert not app.file_uploader
    assert "finished" in buttons(app)
    assert {f"demo-{name.removeprefix('demo:')}" for name in DEMO_SAMPLES} <= buttons(app)
    for page in ("samples", "candidates", "metrics", "runs", "about"):
        open_page(app, page)
        assert BANNER in texts(app)


@pytest.mark.usefixtures("demo_only")
def test_only_demos_can_be_chosen(app: AppTest, monkeypatch: pytest.MonkeyPatch, zoo: Path) -> None:
    """No upload, no list, no name, no folder of the machine's: demo samples, then demo models."""
    monkeypatch.setenv("PTMRANK_MODELS", str(zoo))
    open_page(app, "samples")
    assert not app.file_uploader
    app.button(key="digits").click().run()
    assert not app.exception
    app.button(key="next").click().run()
    assert not app.exception
    assert not app.text_input
    assert not {"add-chosen", "search-hub"} & buttons(app)
    assert {header.value for header in app.header} == {"On this machine", "What they have to beat", "Chosen"}
    assert "PTMRANK_MODELS" not in texts(app)
    assert jobs.local_models(IMAGES.name) == []


def test_otherwise_everything_is_offered(app: AppTest) -> None:
    """Without the setting nothing of this is seen."""
    app.run()
    assert BANNER not in texts(app)
    app.button(key="own").click().run()
    assert len(app.file_uploader) == 1


@pytest.mark.usefixtures("demo_only")
@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda path: jobs.keep_upload([("a.zip", path.read_bytes())]), "files"),
        (lambda path: jobs.keep_features([("a.npz", path.read_bytes())]), "files"),
        (lambda path: jobs.ready_made(str(path.parent), Reading()), "features"),
        (lambda path: jobs.samples(str(path)), "other samples"),
        (lambda path: jobs.all_samples(str(path)), "other samples"),
        (lambda path: jobs.preview(str(path)), "other samples"),
        (lambda _: model_lists.from_table(IMAGES), "other models"),
        (lambda _: model_lists.from_hub(IMAGES, "vit"), "other models"),
        (lambda _: model_lists.from_mapping(b"{}", "mapping.json", IMAGES), "files"),
    ],
)
def test_what_no_page_offers_is_refused(ask: Callable[[Path], object], what: str, tmp_path: Path) -> None:
    """Whatever a session holds, the jobs of this server take demos alone."""
    write_zip(tmp_path / "own.zip", picture_files())
    with pytest.raises(InputError) as caught:
        ask(tmp_path / "own.zip")
    assert str(caught.value) == (
        f"This dashboard shows the demos alone: it takes no {what}. "
        "Install PTMRank on a machine of your own to rank models for your own samples."
    )


@pytest.mark.usefixtures("demo_only")
def test_a_database_of_models_is_not_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Though the machine has one."""
    monkeypatch.setenv("PTMRANK_PEATMOSS", str(tmp_path / "PeaTMOSS.db"))
    assert model_lists.peatmoss_name() is None
    assert model_lists.from_peatmoss(IMAGES, "") == []


@pytest.mark.usefixtures("demo_only")
def test_other_models_are_not_run_on_demo_samples() -> None:
    """A model of the Hub would be downloaded: the run is refused before it is stored."""
    models = catalogue.hub_models("org/name", IMAGES)
    with pytest.raises(InputError, match="it takes no other models"):
        jobs.start(jobs.samples("demo:digits"), task=IMAGES.name, models=models, options=OPTIONS)
    encoder = replace(models[0], modality="text")
    demo = jobs.demos()[0]
    options = replace(OPTIONS, metrics=("emms",), label_encoder=encoder)
    with pytest.raises(InputError, match="it takes no other models"):
        jobs.start(jobs.samples("demo:digits"), task=IMAGES.name, models=demo.models, options=options)
    assert jobs.history() == []


def test_a_stored_run_of_something_else_is_not_gone_on_with(
    demo_only: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The home may hold runs from before: none of them is resumed, repeated or raced, nor added to."""
    run = stored_plan(demo_only, picture_zip, zoo).run_id
    acts: list[Callable[[str], None]] = [
        jobs.resume,
        jobs.retry,
        lambda run: jobs.finish_without(run, []),
        lambda run: jobs.decide(run, 9),
    ]
    for act in acts:
        with pytest.raises(InputError, match="This dashboard shows the demos alone"):
            act(run)
    assert run_here(run, demo_only, sources=SOURCES) is RunState.FINISHED
    with pytest.raises(InputError, match="it takes no other samples"):
        jobs.train(run, 1, 1.0)
    with pytest.raises(InputError, match="it takes no fine-tuning results"):
        jobs.keep_truth(jobs.result(run), Truth("accuracy", {}))


@pytest.mark.usefixtures("demo_only")
def test_a_demo_runs_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its samples, models and text model are what is allowed, and its worker is started."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda run, _: started.append(run))
    for demo in jobs.demos():
        assert jobs.start_demo(demo) == started[-1]
    assert len(started) == len(DEMO_SAMPLES)


@pytest.mark.usefixtures("demo_only")
def test_a_stored_run_of_something_else_can_be_looked_at(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Its numbers are stored and shown; its samples are not read, and every section does without them."""
    run = stored_plan(settings, picture_zip, zoo).run_id
    assert run_here(run, settings, sources=SOURCES) is RunState.FINISHED
    open_page(app, "results", run=run)
    for title in SECTIONS:
        open_section(app, title)
        assert BANNER in texts(app)
        assert not app.get("image"), title
