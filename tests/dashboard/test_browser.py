"""The dashboard as a user has it: a server, a real Chromium, clicks."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.records import RunState
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.ranking import rank_result
from ptmrank_core.results.verdict import verdict_of
from tests.benchmark.test_worker import wait_for_worker
from tests.pictures import picture_files, write_zip
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.browser


def see(browser: WebDriver, css: str) -> None:
    """Wait until something is on the page."""
    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.05).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, css), f"{css} is not on the page"
    )


DEMO_MODELS = ".st-key-teaching-models"


def click(browser: WebDriver, css: str) -> None:
    """Wait for something and click it; Streamlit may draw it anew in between."""

    def try_click(page: WebDriver) -> bool:
        found = page.find_elements(By.CSS_SELECTOR, css)
        try:
            # Clicks scroll as little as they can, which may leave the target under the bar at the top.
            page.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
            found[0].click()
        except (WebDriverException, IndexError):  # stale, covered or not there yet: tried again
            return False
        return True

    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.1).until(try_click, f"{css} cannot be clicked")


def wait_for_title(browser: WebDriver, title: str) -> None:
    """Wait until a page of this title is drawn."""

    def is_there(page: WebDriver) -> bool:
        return page.execute_script("return document.querySelector('.stMain h1')?.textContent") == title

    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.1).until(
        is_there, f"there is no page {title!r}"
    )


def go_to_upload(browser: WebDriver) -> None:
    """Go from the start, which takes files too, to the page of samples, until the start is gone."""
    click(browser, ".st-key-own button")
    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.05).until(
        lambda page: not page.find_elements(By.CSS_SELECTOR, ".st-key-card-own"),
        "the start is still there",
    )
    wait_for_title(browser, "Samples")
    see(browser, "input[type=file]")


def tick_demo_models(browser: WebDriver) -> None:
    """Open the group of demo models on the candidates page and tick all of them."""
    click(browser, f"{DEMO_MODELS} summary")
    click(browser, '[class*="st-key-all-"][class*="-demo"] button')
    see(browser, ".st-key-next button:not([disabled])")


def open_section(browser: WebDriver, place: int) -> None:
    """Go to another section of the results, counted from one."""
    click(browser, f".st-key-section button:nth-of-type({place})")


def run_in_address(browser: WebDriver) -> str:
    """Id of the run in the address."""
    return parse_qs(urlparse(browser.current_url).query)["run"][0]


@pytest.mark.slow
def test_the_demo_shows_its_ranking_and_again_from_the_cache(
    browser: WebDriver, server: str, server_home: Path, tmp_path: Path
) -> None:
    """One click leads to a ranking; a second run takes its features from the cache; a link shows the same.

    The report and the tables are downloaded with a click each.
    """
    saved = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", saved)
    browser.get(server)
    click(browser, ".st-key-demo-digits button")
    see(browser, ".st-key-ranking .js-plotly-plot")
    address, run = browser.current_url, run_in_address(browser)
    first = browser.find_element(By.CSS_SELECTOR, ".stMain h2").text
    assert "demo:" in first
    open_section(browser, 3)
    see(browser, ".st-key-agreement .js-plotly-plot")
    open_section(browser, 4)
    see(browser, ".st-key-sample-map")
    open_section(browser, 8)
    click(browser, ".st-key-export-html button")
    click(browser, ".st-key-export-csv button")
    files = {f"ptmrank-{run[:8]}.html", f"ptmrank-{run[:8]}-csv.zip"}
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda _: {path.name for path in tmp_path.iterdir()} == files
    )
    browser.get(server)
    click(browser, ".st-key-demo-digits button")
    see(browser, ".st-key-ranking .js-plotly-plot")
    again = run_in_address(browser)
    assert again != run
    store = RunStore(Settings(home=server_home))
    wait_until(lambda: store.state(again) is RunState.FINISHED)
    assert {outcome.report.cache_misses for outcome in store.outcomes(run).values()} == {600}
    assert {outcome.report.cache_misses for outcome in store.outcomes(again).values()} == {0}
    browser.get(address)
    see(browser, ".st-key-ranking .js-plotly-plot")
    result = store.result(run)
    verdict = verdict_of(result, rank_result(result))
    assert browser.find_element(By.CSS_SELECTOR, ".stMain h2").text == strip_bidi(verdict.sentences[0])
    assert run_in_address(browser) == run


@pytest.mark.slow
def test_a_folder_is_uploaded_as_it_is(browser: WebDriver, server: str, tmp_path: Path) -> None:
    """A folder of one folder for each class is read with its classes."""
    for name, data in picture_files(3).items():
        path = tmp_path / "patterns" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    browser.get(server)
    go_to_upload(browser)
    click(browser, ".st-key-way button:nth-of-type(2)")
    see(browser, "input[webkitdirectory]")
    browser.find_element(By.CSS_SELECTOR, "input[webkitdirectory]").send_keys(str(tmp_path / "patterns"))
    see(browser, ".st-key-next button")
    text = browser.find_element(By.CSS_SELECTOR, ".stMain").text
    assert "What was read: uploaded files" in text
    assert "Nothing was left out: every entry became a sample." in text


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the worker through /proc")
@pytest.mark.slow
def test_own_pictures_survive_a_killed_worker(
    browser: WebDriver, server: str, server_home: Path, tmp_path: Path
) -> None:
    """Upload, report, rank, kill -9: the page says so, and Resume finishes the run."""
    path = write_zip(tmp_path / "patterns.zip", picture_files(12))
    browser.get(server)
    go_to_upload(browser)
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
    click(browser, ".st-key-next button")
    wait_for_title(browser, "Candidates")
    tick_demo_models(browser)
    click(browser, ".st-key-next button")
    click(browser, ".st-key-rank button")
    see(browser, ".st-key-cancel button")
    run, store = run_in_address(browser), RunStore(Settings(home=server_home))
    wait_until(lambda: store.state(run) is RunState.RUNNING)  # before that another worker would take it
    os.kill(wait_for_worker(run), signal.SIGKILL)
    see(browser, ".st-key-resume button")
    assert (
        "The worker process of this run has stopped" in browser.find_element(By.CSS_SELECTOR, ".stMain").text
    )
    click(browser, ".st-key-resume button")
    see(browser, ".st-key-ranking .js-plotly-plot")
    assert run_in_address(browser) == run


def test_a_wrong_link_is_answered_in_words(browser: WebDriver, server: str) -> None:
    """A run that is not here is named; there is no traceback and no blank page."""
    for page in ("run", "results"):
        browser.get(f"{server}/{page}?run=nope")
        see(browser, "[data-testid=stAlert]")
        assert "There is no run 'nope' here" in browser.find_element(By.CSS_SELECTOR, ".stMain").text
