"""The presentation: five slides, turned by buttons with keys, each in the address."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.reports.files import why_not_drawn
from ptmrank_core.results.slides import SlideKind
from tests.dashboard.raced import store_race, store_result
from tests.dashboard.reading import open_page, texts
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import click, see
from tests.dashboard.tour import set_width, settle
from tests.results.race.races import race_run
from tests.results.verdict.runs import make_run
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def shown(app: AppTest, ranked: str) -> AppTest:
    """The results of a run of two models."""
    app.run()
    app.button(key=f"open-{ranked}").click().run()
    assert not app.exception
    return app


def test_five_slides_are_turned_and_closed(shown: AppTest) -> None:
    """One question each, in order; no section beside it; the address has the number."""
    shown.button(key="present").click().run()
    for number, kind in enumerate(SlideKind, start=1):
        assert not shown.exception
        assert shown.query_params["slide"] in (str(number), [str(number)])
        assert kind.value in texts(shown)
        assert sum(other.value in texts(shown) for other in SlideKind) == 1
        assert not shown.segmented_control
        assert len(shown.get("plotly_chart")) <= 1
        if number < len(SlideKind):
            shown.button(key="slide-next").click().run()
    assert shown.button(key="slide-next").disabled
    shown.button(key="slide-back").click().run()
    assert SlideKind.HOLD.value in texts(shown)
    shown.button(key="slide-home").click().run()
    assert SlideKind.ANSWER.value in texts(shown)
    shown.button(key="slide-close").click().run()
    assert "slide" not in shown.query_params
    assert shown.segmented_control(key="section").value == "Ranking"


@pytest.mark.parametrize("number", ["0", "9", "x", ""])
def test_an_address_that_names_no_slide_shows_one_or_the_page(shown: AppTest, number: str) -> None:
    """A number beyond the ends is the first or the last slide; anything else is no slide."""
    shown.query_params["slide"] = number
    shown.run()
    assert not shown.exception
    is_slide = any(kind.value in texts(shown) for kind in SlideKind)
    assert is_slide == number.isdigit()


@pytest.mark.parametrize("kind", ["at work", "decided", "r2", "average_precision", "one"])
def test_any_run_can_be_presented(app: AppTest, settings: Settings, kind: str) -> None:
    """Racing and decided, numbers and several labels, and a single model: every slide is drawn."""
    if kind == "one":
        store_result(settings, make_run({"a": 0.9}), "run-shown")
    elif kind in {"r2", "average_precision"}:
        store_result(settings, race_run(kind), "run-shown")
    else:
        store_race(settings, kind, "run-shown")
    with hold_run(settings, "run-shown") if kind == "at work" else nullcontext():
        for number, question in enumerate(SlideKind, start=1):
            open_page(app, "results", run="run-shown", slide=str(number))
            assert question.value in texts(app)
            assert "run run-show" in texts(app)
            assert not app.segmented_control


@pytest.fixture
def address(home: object, settings: Settings) -> Iterator[str]:
    """A dashboard with a run, served."""
    del home
    store_result(settings, race_run(), "run-shown")
    port = free_port()
    process = serve(settings.home, port)
    yield f"http://localhost:{port}/results?run=run-shown"
    process.terminate()
    process.wait(PATIENCE_SECONDS)


@pytest.mark.browser
@pytest.mark.slow
def test_the_keyboard_turns_the_slides(browser: WebDriver, address: str) -> None:
    """Arrows, space, a clicker's keys and Escape; nothing but the slide is on the screen."""
    set_width(browser, 1440)
    browser.get(address)
    see(browser, ".st-key-present button")
    settle(browser)
    click(browser, ".st-key-present button")
    at(browser, 1)
    assert not browser.find_element(By.CSS_SELECTOR, "[data-testid=stHeader]").is_displayed()
    size = "return parseFloat(getComputedStyle(document.querySelector('.st-key-slide h2')).fontSize)"
    assert browser.execute_script(size) > 36
    for key, number in (
        (Keys.ARROW_RIGHT, 2),
        (Keys.SPACE, 3),
        (Keys.PAGE_DOWN, 4),
        (Keys.PAGE_UP, 3),
        (Keys.ARROW_LEFT, 2),
        (Keys.END, 5),
        (Keys.HOME, 1),
    ):
        browser.find_element(By.CSS_SELECTOR, "body").send_keys(key)
        at(browser, number)
        wide = "return document.querySelector('.stMain').scrollWidth - innerWidth"
        assert browser.execute_script(wide) <= 0
    browser.find_element(By.CSS_SELECTOR, "body").send_keys(Keys.ESCAPE)
    see(browser, ".st-key-section")
    assert "slide" not in browser.current_url


LOWEST = """
const shown = document.querySelectorAll(".st-key-turn button, .st-key-slide .main-svg, .st-key-slide p");
return Math.max(...[...shown].map((element) => element.getBoundingClientRect().bottom)) - innerHeight;
"""


@pytest.mark.browser
@pytest.mark.slow
def test_a_slide_fits_its_screen(browser: WebDriver, address: str) -> None:
    """Text, figure and what turns the slides are on the screen of any projector as a whole."""
    for number in range(1, len(SlideKind) + 1):
        browser.get(f"{address.partition('?')[0]}?run={SHIPPED_RUN}&slide={number}")
        see(browser, ".st-key-turn button")
        for size in ((1024, 768), (1280, 720), (1366, 650), (1920, 1080)):
            set_width(browser, *size)
            settle(browser)
            assert browser.execute_script(LOWEST) <= 0, (number, size)


@pytest.mark.browser
@pytest.mark.slow
def test_the_figures_come_down_as_one_zip(browser: WebDriver, address: str, tmp_path: Path) -> None:
    """From the Export section: each figure of the run in every format and width."""
    if why := why_not_drawn():
        pytest.skip(why)
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path / "down")}
    )
    browser.get(f"{address}&section=Export")
    see(browser, ".st-key-export-figures button")
    settle(browser)
    click(browser, ".st-key-export-figures button")
    path = tmp_path / "down" / "ptmrank-run-show-figures.zip"
    WebDriverWait(browser, 4 * PATIENCE_SECONDS).until(lambda _: path.exists())
    with zipfile.ZipFile(path) as packed:
        names = set(packed.namelist())
    drawn = {name.removesuffix(".json").removeprefix("plotly/") for name in names if "plotly/" in name}
    assert "ranking" in drawn
    for folder in ("one-column", "two-column"):
        for ending in ("svg", "pdf", "png"):
            assert {f"figures/{folder}/{name}.{ending}" for name in drawn} <= names
    assert "report.html" not in names


def at(browser: WebDriver, number: int) -> None:
    """Wait for a slide, in the address and on the screen."""
    question = list(SlideKind)[number - 1].value
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda page: (
            f"slide={number}" in page.current_url
            and question in page.find_element(By.CSS_SELECTOR, ".st-key-slide").text
        )
    )
    settle(browser)
