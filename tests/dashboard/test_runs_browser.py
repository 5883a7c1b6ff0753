"""The queue and the history as a user has them: a server, a real Chromium, clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep
from ptmrank_core.records import Finding, RunState, Score
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.test_browser import click, see
from tests.ready_made import save_features
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def run_id(settings: Settings, tmp_path: Path) -> str:
    """A run that no worker is running."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id


def page_text(browser: WebDriver) -> str:
    """What stands on the page."""
    return browser.find_element(By.CSS_SELECTOR, ".stMain").text


@pytest.mark.slow
def test_the_history_resumes_and_deletes(
    browser: WebDriver, address: str, settings: Settings, run_id: str
) -> None:
    """A dead run is resumed by a click, its end is seen by itself, and it is deleted after a question."""
    store = RunStore(settings)
    browser.get(f"{address}/runs")
    wait_until(lambda: "interrupted" in page_text(browser))
    click(browser, f".st-key-resume-{run_id} button")
    wait_until(lambda: "finished" in page_text(browser))
    assert store.state(run_id) is RunState.FINISHED
    click(browser, f".st-key-delete-{run_id} button")
    see(browser, "[role=dialog]")
    click(browser, ".st-key-delete-no button")
    wait_until(lambda: not browser.find_elements(By.CSS_SELECTOR, "[role=dialog]"))
    assert store.outlines()
    click(browser, f".st-key-delete-{run_id} button")
    click(browser, ".st-key-delete-yes button")
    wait_until(lambda: "Nothing was run here yet" in page_text(browser))
    assert store.outlines() == []


@pytest.mark.slow
def test_a_worker_that_dies_is_seen_on_the_page_of_runs(
    browser: WebDriver, address: str, settings: Settings, run_id: str
) -> None:
    """Nobody has to reload the page."""
    with hold_run(settings, run_id):
        RunStore(settings).queue(run_id, "cpu")
        RunStore(settings).start(run_id, "{}")
        browser.get(f"{address}/runs")
        see(browser, f".st-key-cancel-{run_id} button")
        assert "running" in page_text(browser)
    wait_until(lambda: "interrupted" in page_text(browser))


def test_the_page_goes_to_the_results_and_gets_what_comes_later(
    browser: WebDriver, address: str, settings: Settings, run_id: str
) -> None:
    """The ranking is shown as soon as it stands; the notice of what is computed goes when it is done."""
    store = RunStore(settings)
    with hold_run(settings, run_id):
        store.queue(run_id, "cpu")
        store.start(run_id, "{}")
        browser.get(f"{address}/run?run={run_id}")
        see(browser, ".st-key-cancel button")
        for model, value in (("strong", 2.0), ("weak", 1.0)):
            for metric in ("logme", "hscore"):
                store.add_cell(run_id, Score(model, metric, value, 0.0))
        store.add_event(run_id, AnalysisStep("halves", 0, 2))
        wait_until(lambda: "/results" in browser.current_url)
        wait_until(lambda: "Still computing: how sure the ranking is (0 of 2)" in page_text(browser))
        store.add_event(run_id, AnalysisStep("halves", 1, 2))
        wait_until(lambda: "(1 of 2)" in page_text(browser))
        store.add_finding(run_id, Finding("test", "", None, 0.0))
        store.finish(run_id, RunState.FINISHED, seconds=1.0)
    wait_until(lambda: "Still computing" not in page_text(browser))
    assert "strong comes first" in page_text(browser)
