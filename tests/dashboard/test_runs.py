"""The Runs page, the queue on the run page, and what the results page says of what is still computed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.wording import say_duration, say_size
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_device
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features
from ptmrank_core.errors import NotOwnerError
from ptmrank_core.events import AnalysisStep
from ptmrank_core.records import Failure, Finding, RunState, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.dashboard.reading import answer, open_page, texts
from tests.dashboard.serving import APP
from tests.dashboard.test_owners import become
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS, wait_until


@contextmanager
def worker(settings: Settings, run_id: str, *, is_running: bool = True) -> Iterator[None]:
    """A worker at the run, as far as a page can see."""
    with hold_run(settings, run_id):
        RunStore(settings).queue(run_id, "cpu")
        if is_running:
            RunStore(settings).start(run_id, "{}")
        yield


def open_runs(app: AppTest) -> None:
    """Go to the Runs page as a user does."""
    app.run()
    app.button(key="all-runs").click().run()
    assert not app.exception


def keys(app: AppTest) -> set[str]:
    """Keys of the buttons of the page, without the ids of runs."""
    return {(button.key or "").split("-")[0] for button in app.button}


def open_run(app: AppTest, run_id: str) -> None:
    """Open a run from the start page."""
    app.run()
    app.button(key=f"open-{run_id}").click().run()
    assert not app.exception


def test_a_finished_run_says_what_it_was(app: AppTest, settings: Settings, ranked: str) -> None:
    """Its line says what was ranked; deleting asks first (the rest of it needs a browser)."""
    open_runs(app)
    assert keys(app) == {"open", "star", "name", "delete"}
    assert "2 models · 2 metrics" in texts(app)
    assert "4 of 4 scores decided" in texts(app)
    app.button(key=f"delete-{ranked}").click().run()
    assert "This cannot be undone" in texts(app)
    assert {"delete-yes", "delete-no"} <= {button.key for button in app.button}
    assert RunStore(settings).outlines()


def test_what_failed_is_tried_again_from_the_page(app: AppTest, settings: Settings, ranked: str) -> None:
    """Retry starts a worker for the failed cell."""
    store = RunStore(settings)
    store.add_cell(ranked, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    open_runs(app)
    assert "1 failed" in texts(app)
    app.button(key=f"retry-{ranked}").click().run()
    assert not app.exception
    wait_until(lambda: store.state(ranked) is RunState.FINISHED)
    assert store.outline(ranked).n_failed == 0


def test_the_page_offers_what_can_be_done(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """A waiting run can be cancelled, a dead one resumed or deleted; nobody deletes one at work."""
    store = RunStore(settings)
    first, second = (stored_plan(settings, picture_zip, zoo).run_id for _ in range(2))
    with worker(settings, first), worker(settings, second, is_running=False):
        open_runs(app)
        assert keys(app) == {"open", "star", "name", "cancel"}
        assert "waiting behind 1 run" in texts(app)
        app.button(key=f"cancel-{second}").click().run()
        assert store.cancel_requested(second)
        assert not store.cancel_requested(first)
    app.run()
    assert keys(app) == {"open", "star", "name", "resume", "delete"}
    assert texts(app).count("interrupted") == 2


def test_a_run_in_the_queue_shows_its_place(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The run page says behind how many it waits."""
    first, second = (stored_plan(settings, picture_zip, zoo).run_id for _ in range(2))
    with worker(settings, first), worker(settings, second, is_running=False):
        open_run(app, second)
        (bar,) = app.get("progress")
        assert "Waiting behind 1 run: place 2 in the queue" in bar.proto.text
        assert "18 samples · 3 models · 3 metrics" in texts(app)
        app.button(key="cancel").click().run()
        assert RunStore(settings).cancel_requested(second)


def test_the_results_come_before_the_analyses_end(app: AppTest, settings: Settings, ranked: str) -> None:
    """The run page leads to the ranking once it stands; the results say what is still computed."""
    store = RunStore(settings)
    with worker(settings, ranked):
        store.add_event(ranked, AnalysisStep("halves", 3, 9))
        open_run(app, ranked)
        (bar,) = app.get("progress")
        assert "Now computing how sure the ranking is (3 of 9)" in bar.proto.text
        app.button(key="see-early").click().run()
        assert not app.exception
        assert app.title[0].value == "Results"
        assert "strong" in answer(app)
        assert "Still computing: how sure the ranking is (3 of 9)" in texts(app)
        app.button(key="see-run").click().run()
        assert app.title[0].value == "Run"


def test_a_watched_run_goes_to_its_results_as_soon_as_it_ranks(
    app: AppTest, settings: Settings, ranked: str
) -> None:
    """Who has seen it run does not wait for the analyses."""
    store = RunStore(settings)
    cell = store.cells(ranked)[0]
    with worker(settings, ranked):
        with store._open() as db:
            db.execute("DELETE FROM cells WHERE metric = ? AND model = ?", (cell.metric, cell.model))
        open_run(app, ranked)
        assert app.title[0].value == "Run"
        store.add_cell(ranked, cell)
        app.run()
        assert app.title[0].value == "Results"


def test_a_worker_that_died_among_the_analyses_is_told(app: AppTest, settings: Settings, ranked: str) -> None:
    """The ranking stands; what is missing can be resumed."""
    with worker(settings, ranked):
        pass
    app.run()
    open_run(app, ranked)
    assert "The worker process of this run has stopped" in app.warning[0].value
    app.button(key="see").click().run()
    assert "the analyses after the ranking are not done" in app.warning[0].value


def test_a_failed_analysis_can_be_tried_again_from_the_run_page(
    app: AppTest, settings: Settings, ranked: str
) -> None:
    """The page of a finished run offers it where there is something to try."""
    store = RunStore(settings)
    store.finish(ranked, RunState.CANCELLED, seconds=0.0)
    open_run(app, ranked)
    app.button(key="see-run").click().run()
    assert "retry" not in {button.key for button in app.button}
    store.add_finding(ranked, Finding("probe", "weak", None, 0.1, "it broke"))
    app.run()
    app.button(key="retry").click().run()
    assert not app.exception
    wait_until(lambda: store.state(ranked) is RunState.FINISHED)
    assert store.outline(ranked).n_problems == 0


def test_a_device_that_is_taken_by_nobody_known_is_waited_for(
    app: AppTest, settings: Settings, ranked: str
) -> None:
    """Next in the queue is not a place behind somebody."""
    release = lock_device(settings, "cpu")
    assert release is not None
    with worker(settings, ranked, is_running=False):
        open_runs(app)
        assert "next in the queue" in texts(app)
    release()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.44, "0.4 s"), (75, "75 s"), (700, "12 min"), (7500, "2 h 5 min"), (3599, "1 h 0 min")],
)
def test_a_duration_is_said_shortly(seconds: float, said: str) -> None:
    """Two figures that a person can use."""
    assert say_duration(seconds) == said


def test_a_size_is_said_shortly() -> None:
    """In the unit that fits."""
    assert [say_size(size) for size in (900, 1_230_000, 4_560_000_000)] == ["1 kB", "1.2 MB", "4.56 GB"]


@pytest.fixture
def three(settings: Settings, tmp_path: Path) -> list[str]:
    """Three finished runs: two on uploads of one name, one on features of this machine; the newest last."""
    runs = []
    for folder, is_upload in (("a", True), ("b", True), ("c", False)):
        for name, strength in (("strong", 3.0), ("weak", 0.5)):
            save_features(tmp_path / folder / f"{name}.npz", strength + len(runs) / 10)
        source = tmp_path / folder
        if is_upload:
            files = [(path.name, path.read_bytes()) for path in sorted(source.iterdir())]
            source = store_features(files, settings.uploads_dir)
        run = stored_features_plan(settings, source, ["logme", "hscore"]).run_id
        run_here(run, settings, sources=SOURCES)
        runs.append(run)
    return runs


def opened(app: AppTest) -> list[str]:
    """Runs of the list, in its order."""
    return [
        str(button.key).removeprefix("open-") for button in app.button if str(button.key).startswith("open-")
    ]


def test_a_row_says_which_model_came_first_and_what_it_reached(app: AppTest, three: list[str]) -> None:
    """The winner and its probe are those of the results page."""
    open_page(app, "runs")
    rows = [line for element in app.markdown for line in element.value.split("\n") if "emoji_events" in line]
    assert len(rows) == 3
    tab = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    open_page(tab, "results", run=three[2])
    reached = next(metric.value for metric in tab.metric if "robe" in metric.label)
    assert "strong" in rows[0]
    assert f"probe {reached}" in rows[0]


def test_runs_are_found_by_words_stars_and_states(app: AppTest, settings: Settings, three: list[str]) -> None:
    """Each narrows the list, also as the address gives it; nothing found is said."""
    store = RunStore(settings)
    store.describe(three[0], name="Flowers of May", note="with Ann", starred=True)
    store.finish(three[1], RunState.CANCELLED, seconds=0.0)
    open_page(app, "runs")
    assert opened(app) == three[::-1]
    for words, found in (("flowers ANN", [three[0]]), ("strong", three[::-1]), ("tulips", [])):
        app.text_input(key="find").set_value(words).run()
        assert opened(app) == found
    assert "None of 3 runs fits." in texts(app)
    app.text_input(key="find").set_value("").run()
    app.button_group(key="states").set_value(["stopped"]).run()
    assert opened(app) == [three[1]]
    app.button_group(key="states").set_value([]).run()
    app.button(key=f"star-{three[2]}").click().run()
    app.toggle(key="starred").set_value(True).run()
    assert not app.exception
    assert opened(app) == [three[2], three[0]]


def test_a_run_is_named_and_the_name_stands_wherever_it_is_named(
    app: AppTest, settings: Settings, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs, Start, Run and Results show the name, as text and no markup; its owner alone sees it."""
    RunStore(settings).describe(three[0], name="My *first* :red[one]", note="two\nlines")
    open_page(app, "runs")
    app.button(key=f"name-{three[0]}").click().run()
    assert not app.exception
    assert app.text_input(key=f"named-{three[0]}").value == "My *first* :red[one]"
    shown = r"My \*first\* \:red\[one\]"
    assert shown in texts(app)
    assert r"two  " in texts(app)
    for page, query in (
        ("start", {}),
        ("run", {"run": three[0]}),
        ("results", {"run": three[0]}),
    ):
        tab = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
        open_page(tab, page, **query)
        assert shown in texts(tab), page
    become(monkeypatch, "browser:other")
    for page in ("run", "results"):
        tab = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
        open_page(tab, page, run=three[0])
        assert shown not in texts(tab), page
    with pytest.raises(NotOwnerError):
        jobs.describe(three[0], starred=True)


def test_uploads_of_one_name_are_told_apart(app: AppTest, three: list[str]) -> None:
    """Two uploads that are called alike have the first characters of their digests beside them."""
    del three
    open_page(app, "runs")
    rows = [element.value for element in app.markdown if "-badge[" in element.value]
    marks = [found[0] for row in rows if (found := re.search(r"upload [0-9a-f]{6}", row))]
    assert len(set(marks)) == len(marks) == 2


def test_a_run_that_is_gone_leads_onward(app: AppTest, three: list[str]) -> None:
    """Results and Run say so in a sentence, and link to the runs, the start and the last runs."""
    for page in ("results", "run"):
        open_page(app, page, run="f" * 32)
        assert ["There is no run" in error.value for error in app.error] == [True]
        links = app.get("page_link")
        assert {"runs", ""} <= {link.proto.page for link in links}
        assert [link.proto.query_string for link in links if link.proto.query_string] == [
            f"run={run}" for run in three[::-1]
        ]
