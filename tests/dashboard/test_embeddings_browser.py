"""The embeddings of a run in a real Chromium: hover, select, isolate, move, take away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_axe import axe, faults
from tests.dashboard.test_browser import click, see
from tests.dashboard.test_policy import refused
from tests.dashboard.tour import settle
from tests.waiting import PATIENCE_SECONDS

__all__ = ["axe"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAP = """
const hosts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
const map = hosts.map((host) => host.shadowRoot?.querySelector(".map")).find(Boolean);
"""


@pytest.fixture
def address(home: Path, settings: Settings, picture_zip: Path, zoo: Path) -> Iterator[str]:
    """The embeddings of a finished run of 18 pictures and three models, on a server of its own."""
    run = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run, settings, sources=SOURCES)
    port = free_port()
    process = serve(home, port)
    try:
        yield f"http://localhost:{port}/results?run={run}&section=Embeddings"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def of_map(browser: WebDriver, script: str) -> Any:
    """Ask the map something."""
    return browser.execute_script(f"{MAP} return map && ({script})")


def wait_for_map(browser: WebDriver, script: str) -> None:
    """Wait until something holds of the map."""
    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.05).until(
        lambda page: of_map(page, script), f"not so: {script}"
    )


def picked(browser: WebDriver) -> str:
    """The selection of the address."""
    return parse_qs(urlparse(browser.current_url).query).get("picked", [""])[0]


def lasso(browser: WebDriver, panel: Any) -> None:
    """Draw around nearly all of a panel."""
    width, height = panel.size["width"] / 2 - 4, panel.size["height"] / 2 - 4
    corners = [(-width, -height), (width, -height), (width, height), (-width, height)]
    hand = ActionChains(browser, duration=50).move_to_element_with_offset(panel, *map(round, corners[0]))
    hand.click_and_hold()
    for x, y in corners[1:]:
        hand.move_to_element_with_offset(panel, round(x), round(y))
    hand.release().perform()


def hover_a_sample(browser: WebDriver, panel: Any) -> None:
    """Move the pointer over a panel until it meets a sample."""
    hand = ActionChains(browser, duration=5)
    for down in range(-160, 160, 14):
        for across in range(-120, 120, 14):
            hand.move_to_element_with_offset(panel, across, down).perform()
            if of_map(browser, "!map.querySelector('.tip').hidden"):
                return
    raise AssertionError("no sample is under the pointer, wherever it is")


def test_a_map_from_hover_to_link(browser: WebDriver, axe: str, address: str) -> None:
    """A picture beside the pointer; a lasso that is in the address; a class alone; the points move."""
    browser.get(address)
    wait_for_map(browser, "map.dataset.drawn === 'true'")
    settle(browser)
    panel = of_map(browser, "map.querySelector('.plot')")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", panel)
    hover_a_sample(browser, panel)
    wait_for_map(browser, "map.querySelector('.tip').dataset.known === 'true'")
    wait_for_map(browser, "map.querySelector('.tip img')?.naturalWidth === 200")
    lasso(browser, panel)
    WebDriverWait(browser, PATIENCE_SECONDS).until(picked)
    n_selected = int(of_map(browser, "map.dataset.chosen"))
    assert 15 <= n_selected <= 18
    see(browser, "[data-testid=stImage] img, [data-testid=stImageContainer] img")
    assert f"{n_selected} samples selected" in browser.find_element(By.CSS_SELECTOR, ".stMain").text
    assert faults(browser, axe) == []
    of_map(browser, "map.querySelector('.legend button').click()")
    wait_for_map(browser, "map.querySelector('.legend button').getAttribute('aria-pressed') === 'true'")
    settle(browser)
    assert "seen-classes" in browser.current_url
    link, selection = browser.current_url, picked(browser)
    painted = int(of_map(browser, "map.dataset.painted"))
    next(
        one
        for one in browser.find_elements(By.CSS_SELECTOR, ".st-key-map-layout button")
        if "One" in one.text
    ).click()
    settle(browser)
    wait_for_map(browser, "map.querySelectorAll('.plot').length === 1")
    models = browser.find_elements(By.CSS_SELECTOR, ".st-key-map-model button")
    models[1].click()
    wait_for_map(browser, f"map.dataset.moving === 'true' && Number(map.dataset.painted) > {painted}")
    wait_for_map(browser, "map.dataset.moving === 'false'")
    click(browser, ".st-key-map-pictures label")
    settle(browser)
    assert picked(browser) == selection
    assert refused(browser) == []
    browser.get(link)
    wait_for_map(browser, f"map.dataset.chosen === '{n_selected}'")
    assert of_map(browser, "map.querySelector('.legend button').getAttribute('aria-pressed')") == "true"
