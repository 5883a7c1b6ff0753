"""The finished run that comes along, on the pages: one click from the start, whole, and read-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.benchmark.store.shipped import shipped_settings
from ptmrank_core.errors import NotOwnerError
from ptmrank_core.records import LOCAL_OWNER, Truth
from ptmrank_core.results.phrases import strip_bidi
from tests.dashboard.reading import answer, buttons, figures, open_page, open_section, texts
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import see, wait_for_title
from tests.dashboard.test_owners import become
from tests.dashboard.tour import settle
from tests.pictures import picture_files, write_zip
from tests.waiting import PATIENCE_SECONDS, wait_until

READ_ONLY = "It is read-only."
# What changes a run or starts something in it.
WRITERS = {"race", "tune", "pack", "resume", "retry", "cancel", "leave-out", "finish-without", "resume-race"}


@pytest.fixture(params=["", "PTMRANK_SHARED", "PTMRANK_DEMO_ONLY"], ids=["own", "shared", "demo-only"])
def server_kind(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to serve the dashboard."""
    del home
    if request.param:
        monkeypatch.setenv(request.param, "1")
        become(monkeypatch, "browser:of-a-visitor")
    st.cache_resource.clear()
    st.cache_data.clear()
    return str(request.param)


@pytest.mark.usefixtures("server_kind")
def test_one_click_shows_it_on_every_server(app: AppTest) -> None:
    """The start leads to its results; the answer is the one on record, and it says that it is read-only."""
    app.run()
    app.button(key="finished").click().run()
    assert not app.exception
    assert app.title[0].value == "Results"
    record = json.loads((shipped_settings().home / "record.json").read_text(encoding="utf-8"))
    assert answer(app) == strip_bidi(record["headline"])
    assert READ_ONLY in texts(app)
    assert "somebody else" not in texts(app)


def test_every_section_shows_it_and_none_offers_to_change_it(app: AppTest) -> None:
    """Figures, samples and downloads are there without a feature in the cache; nothing writes."""
    open_page(app, "results", run=SHIPPED_RUN)
    for title in SECTIONS:
        open_section(app, title)
        assert not app.error, title
        assert not WRITERS & buttons(app), title
        assert not app.file_uploader, title
        assert READ_ONLY in texts(app), title
        if title in {"Ranking", "Agreement", "Embeddings", "Evidence", "Cost"}:
            assert figures(app), title
    open_section(app, "Training")
    assert "This run is read-only: run the demo yourself to start it." in texts(app)
    open_section(app, "Samples")
    assert len(app.get("image")) > 10
    open_section(app, "Export")
    command = "ptmrank rank --task image-classification --samples demo:digits"
    assert any(code.value.startswith(command) for code in app.code)
    open_page(app, "run", run=SHIPPED_RUN)
    assert "This run is finished." in app.success[0].value
    assert buttons(app) == {"run-demo", "see", "all-runs"}


def test_neighbours_and_maps_come_from_what_comes_along(app: AppTest) -> None:
    """A sample that is looked for is shown with its neighbours under each model."""
    open_page(app, "results", run=SHIPPED_RUN)
    open_section(app, "Embeddings")
    app.text_input(key="sample").set_value("1").run()
    assert not app.exception
    assert not app.error
    assert "have its label" in texts(app)


@pytest.mark.parametrize(
    "change",
    [
        jobs.cancel,
        jobs.delete,
        jobs.resume,
        jobs.retry,
        jobs.pack,
        lambda run: jobs.decide(run, 9.0),
        lambda run: jobs.leave_out(run, ["demo:swin-digits"]),
        lambda run: jobs.finish_without(run, ["demo:swin-digits"]),
        lambda run: jobs.keep_truth(jobs.result(run), Truth("accuracy", {})),
        lambda run: jobs.train(run, 1, 1.0),
    ],
)
@pytest.mark.usefixtures("home")
def test_whatever_asks_to_change_it_is_refused(
    change: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jobs say so in a sentence, also to whoever claims to be its owner."""
    for who in (LOCAL_OWNER, "shipped"):
        become(monkeypatch, who)
        with pytest.raises(NotOwnerError) as caught:
            change(SHIPPED_RUN)
        assert str(caught.value) == (
            "This run comes with PTMRank and is read-only. Run the demo yourself: that one is yours."
        )


def test_it_is_in_no_list_and_leaves_nothing_behind(app: AppTest, home: Path) -> None:
    """Looking at it makes no run of the visitor's, and no file in the home but the empty store."""
    open_page(app, "results", run=SHIPPED_RUN)
    assert jobs.history() == []
    assert jobs.sizes() == {}
    assert SHIPPED_RUN not in {path.stem for path in home.rglob("*")}


def test_the_demo_can_be_run_from_there(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button starts a run of the visitor's own on the same samples, and follows it."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda run, _: started.append(run))
    open_page(app, "results", run=SHIPPED_RUN)
    app.button(key="run-demo").click().run()
    assert not app.exception
    assert app.title[0].value == "Run"
    [run] = started
    assert jobs.outline(run).samples_source == jobs.outline(SHIPPED_RUN).samples_source
    assert jobs.is_mine(run)


COUNT_CLICKS = """
sessionStorage.clicks = 0;
addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks) + 1;
}, true);
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, zoo: Path) -> Iterator[str]:
    """A dashboard on a machine that has three models of its user's."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTMRANK_MODELS", str(zoo))
        process = serve(tmp_path_factory.mktemp("clicks-home"), port)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def clicks(browser: WebDriver) -> int:
    """How often the reader has clicked since the first page was there."""
    return int(browser.execute_script("return sessionStorage.clicks"))


def press(browser: WebDriver, css: str) -> None:
    """Click once, when it can be done."""
    see(browser, f"{css}:not([disabled])")
    target = browser.find_element(By.CSS_SELECTOR, css)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", target)
    target.click()


@pytest.mark.browser
@pytest.mark.slow
def test_few_clicks_lead_to_a_ranking(browser: WebDriver, served: str, tmp_path: Path) -> None:
    """One to a finished one; three and the upload to one of own pictures under own models."""
    browser.get(served)
    # The code of figures is read by then, of which nothing is seen.
    wait_until(lambda: bool(browser.find_elements(By.CSS_SELECTOR, ".st-key-no-figure .js-plotly-plot")))
    assert not browser.find_element(By.CSS_SELECTOR, ".st-key-no-figure").is_displayed()
    browser.execute_script(COUNT_CLICKS)
    press(browser, ".st-key-finished button")
    see(browser, ".st-key-ranking .js-plotly-plot")
    assert clicks(browser) == 1

    browser.get(served)
    browser.execute_script(COUNT_CLICKS)
    see(browser, ".st-key-card-own input[type=file]")
    path = write_zip(tmp_path / "patterns.zip", picture_files(8))
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
    for title, button in (("Samples", "next"), ("Candidates", "next"), ("Metrics", "rank")):
        wait_for_title(browser, title)
        settle(browser)
        press(browser, f".st-key-{button} button")
    see(browser, ".st-key-ranking .js-plotly-plot")
    assert clicks(browser) == 3
