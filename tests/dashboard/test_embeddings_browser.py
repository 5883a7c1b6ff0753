"""Selecting samples in the figure of embeddings, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
from tests.dashboard.test_browser import see
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

FIGURE, ECHO = ".st-key-projection", ".st-key-echo"
SELECTED = f"""
const figure = document.querySelector("{FIGURE} .js-plotly-plot");
return figure.data.map(trace => trace.selectedpoints ? Array.from(trace.selectedpoints) : null);
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


def lasso(browser: WebDriver, panel: Any) -> None:
    """Draw around nearly all of a panel."""
    width, height = panel.size["width"] / 2 - 4, panel.size["height"] / 2 - 4
    corners = [(-width, -height), (width, -height), (width, height), (-width, height), (-width, -height)]
    hand = ActionChains(browser, duration=50).move_to_element_with_offset(panel, *map(round, corners[0]))
    hand.click_and_hold()
    for x, y in corners[1:]:
        hand.move_to_element_with_offset(panel, round(x), round(y))
    hand.release().perform()


def test_a_lasso_is_echoed_and_stays(browser: WebDriver, address: str) -> None:
    """What is selected under one model is drawn under all and shown; the selection is not lost by that."""
    browser.get(address)
    see(browser, f"{FIGURE} .nsewdrag")
    panel = browser.find_elements(By.CSS_SELECTOR, f"{FIGURE} .nsewdrag")[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", panel)
    lasso(browser, panel)
    see(browser, f"{ECHO} .js-plotly-plot")
    kept = [rows for rows in browser.execute_script(SELECTED) if rows]
    n_selected = sum(map(len, kept))
    assert 1 <= n_selected <= 18
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda page: f"{n_selected} sample" in page.find_element(By.CSS_SELECTOR, ".stMain").text
    )
    see(browser, "[data-testid=stImage] img, [data-testid=stImageContainer] img")
    drawn = browser.execute_script(
        f'return document.querySelector("{ECHO} .js-plotly-plot").calcdata'
        '.filter(points => points[0].trace.name !== "others").map(points => points.length)'
    )
    assert sum(drawn) == 3 * n_selected
    assert [rows for rows in browser.execute_script(SELECTED) if rows] == kept
