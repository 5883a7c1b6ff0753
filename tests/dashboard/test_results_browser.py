"""What only a browser shows of the results: clicks into a chart, the address, a phone, a projector."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import click, see
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

METRICS = ("logme", "hscore", "gbc", "transrate")


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the results of a finished run of five models."""
    folder = tmp_path_factory.mktemp("results")
    settings = Settings(home=folder / "home")
    for index in range(5):
        save_features(folder / "f" / f"model-{index}.npz", 0.4 + 0.4 * index)
    plan = stored_features_plan(settings, folder / "f", METRICS)
    run_here(plan.run_id, settings, sources=SOURCES)
    port = free_port()
    process = serve(settings.home, port)
    try:
        yield f"http://localhost:{port}/results?run={plan.run_id}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def shape(browser: WebDriver, width: int, height: int) -> None:
    """Give the window the size of a device."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def settled(browser: WebDriver, css: str) -> dict[str, float]:
    """Where something is, once it stays there for half a second."""
    script = f"return document.querySelector('{css}')?.getBoundingClientRect().toJSON()"
    deadline, last = time.monotonic() + PATIENCE_SECONDS, None
    while time.monotonic() < deadline:
        found = browser.execute_script(script)
        if found and found == last:
            return dict(found)
        last = found
        time.sleep(0.5)
    raise AssertionError(f"{css} does not come to rest")


def click_at(browser: WebDriver, x: float, y: float) -> None:
    """Click a point of the window."""
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def point_at(browser: WebDriver, css: str) -> None:
    """Move the pointer to the middle of a mark; a figure listens once the pointer has been over it."""
    browser.execute_script(f"document.querySelector('{css}').scrollIntoView({{block: 'center'}})")
    box = settled(browser, css)
    for away in (3, 0):
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        browser.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + away, "y": y + away, "button": "none"}
        )


def pair(browser: WebDriver) -> tuple[str, str]:
    """The two metrics that the address names."""
    view = parse_qs(urlparse(browser.current_url).query)
    return view.get("pair-first", [""])[0], view.get("pair-second", [""])[0]


def test_a_click_into_the_heatmap_opens_the_pair(browser: WebDriver, link: str) -> None:
    """The cell's metrics are chosen, stand in the address, and another visit of it shows the same pair."""
    browser.get(f"{link}&section=Agreement")
    see(browser, ".st-key-agreement .heatmaplayer image")
    see(browser, ".st-key-pair .js-plotly-plot")
    settled(browser, ".st-key-agreement .js-plotly-plot")
    marks = browser.find_elements(By.CSS_SELECTOR, ".st-key-agreement .scatterlayer .point")
    assert len(marks) == len(METRICS) * (len(METRICS) - 1)
    before = browser.find_element(By.CSS_SELECTOR, ".stMain").text
    where = settled(browser, ".st-key-agreement .scatterlayer .point:last-of-type")
    click_at(browser, where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda page: any(pair(page)), "no cell was selected")
    chosen = pair(browser)
    names = " and ".join(filter(None, chosen))
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda page: page.find_element(By.CSS_SELECTOR, ".stMain").text != before, "the pair is not drawn"
    )
    browser.get(browser.current_url)
    see(browser, ".st-key-pair .js-plotly-plot")
    assert pair(browser) == chosen
    heading = next(
        element.text for element in browser.find_elements(By.CSS_SELECTOR, "h3") if "τ" in element.text
    )
    assert all(name in heading for name in names.split(" and "))


@pytest.mark.slow
def test_a_model_under_the_pointer_stands_out_in_every_figure(browser: WebDriver, link: str) -> None:
    """Its line stays while all others fade, and its row is coloured above; then no more."""

    def count(css: str) -> int:
        return len(browser.find_elements(By.CSS_SELECTOR, css))

    def wait_for(css: str, n: int) -> None:
        WebDriverWait(browser, PATIENCE_SECONDS).until(lambda _: count(css) == n, f"not {n} of {css}")

    shape(browser, 1280, 1000)
    browser.get(f"{link}&section=Ranking")
    see(browser, ".st-key-bump .js-plotly-plot")
    see(browser, ".st-key-ranking .layer-below")
    last = ".st-key-bump .scatterlayer .trace:last-of-type .point:last-of-type"
    point_at(browser, last)
    wait_for(".st-key-bump .trace.hovered-away", 4)
    faded = browser.find_element(By.CSS_SELECTOR, ".st-key-bump .trace.hovered-away")
    assert float(faded.value_of_css_property("opacity")) < 0.5
    assert count(".st-key-bump .trace.hovered-line") == 1
    assert count(".st-key-ranking .hovered-row") == 1
    browser.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 2, "y": 2, "button": "none"}
    )
    wait_for(".hovered-away", 0)
    assert count(".hovered-row") == 0
    browser.get(f"{link}&section=Agreement")
    mark = ".st-key-pair .scatterlayer .point"
    see(browser, mark)
    point_at(browser, mark)
    wait_for(".st-key-pair .point.hovered-away", 4)


@pytest.mark.slow
def test_a_cell_of_the_table_opens_the_pair(browser: WebDriver, link: str) -> None:
    """As a table the heatmap has a row for each pair; a cell of the fourth row opens its two metrics."""
    browser.get(f"{link}&section=Agreement&agreement-table=true")
    see(browser, ".st-key-agreement-cells canvas")
    grid = settled(browser, ".st-key-agreement-cells canvas")
    row = grid["height"] / (1 + len(METRICS) * (len(METRICS) - 1) / 2)
    click_at(browser, grid["x"] + 40, grid["y"] + 4.5 * row)
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda page: pair(page)[1] == "TransRate", "no row was selected"
    )
    assert pair(browser)[0] in {"", "LogME"}  # what is chosen at first is not in the address


@pytest.mark.slow
def test_a_phone_reads_the_results(browser: WebDriver, link: str) -> None:
    """At 390 pixels the answer is seen at once, and no section makes the page scroll sideways."""
    shape(browser, 390, 844)
    for section in ("Ranking", "Training", "Agreement", "Evidence", "Cost"):
        browser.get(f"{link}&section={section}")
        see(browser, ".st-key-section")
        see(browser, "[data-testid=stHeading] h2, .stMain h3")
        answer = settled(browser, ".stMain h2")
        assert 0 < answer["top"] < 844 - answer["height"]
        assert answer["right"] <= 390
        wide = "return ['html', '.stMain'].map((css) => document.querySelector(css).scrollWidth)"
        assert max(browser.execute_script(wide)) <= 392, section
    browser.get(link)
    cards = settled(browser, ".st-key-narrow-ranking .rank-cards")
    assert 300 < cards["width"] <= 390  # a card for each model in the place of the picture
    drawn = browser.find_elements(By.CSS_SELECTOR, ".st-key-ranking .main-svg")
    assert not any(picture.is_displayed() for picture in drawn)
    picture = settled(browser, ".st-key-bump .js-plotly-plot")
    assert picture["width"] > 500  # in a box of its own that scrolls, and says so
    assert settled(browser, ".st-key-scroll-bump")["right"] <= 390
    assert browser.find_element(By.CSS_SELECTOR, ".st-key-scroll-bump .scroll-hint").is_displayed()


@pytest.mark.slow
def test_accuracies_of_ones_own_are_taken_and_a_name_is_mended(
    browser: WebDriver, link: str, tmp_path: Path
) -> None:
    """The file is told of where it was given, and one click takes a misspelled name for the model's."""

    def wait_for_text(text: str) -> None:
        WebDriverWait(browser, PATIENCE_SECONDS).until(
            lambda page: text in strip_bidi(page.find_element(By.CSS_SELECTOR, ".stMain").text)
        )

    table = tmp_path / "mine.csv"
    table.write_text("model,accuracy\nmodel-0,0.61\nmodel-1,0.72\nmodel-2,0.8\nmodell-3,0.9\nmystery,0.1\n")
    shape(browser, 1280, 1000)
    browser.get(f"{link}&section=Evidence")
    see(browser, "[data-testid=stFileUploader]")
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(table))
    wait_for_text("3 of 5 rows of mine.csv matched.")
    click(browser, ".st-key-take-modell-3 button")
    wait_for_text("4 of 5 rows of mine.csv matched.")
    wait_for_text("You trained four models: model-3 did best, 90.0 %")
