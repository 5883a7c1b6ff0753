"""A race in a real browser: asked for, watched, decided, and its winner taken away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.benchmark import RunStore
from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses, Race, RaceDose, RunState
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import click, see
from tests.dashboard.tour import do_run
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODELS = ("demo:convnext-digits", "demo:vit-digits", "demo:mobilenetv2-digits")
ANALYSES = Analyses(half_samples=0, sample_sizes=False, references=False, projections=False)
# Everything of a race that must not go away between one look and the next.
PARTS = """
return ["[data-testid=stProgress]", ".st-key-cancel-race", ".stMain h2", ".st-key-section"].filter(
  (css) => document.querySelector(css) === null);
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, RunStore]]:
    """A dashboard with a ranked run of three models of the digits demo: address, run, store."""
    home, port = tmp_path_factory.mktemp("race-home"), free_port()
    settings = Settings(home=home)
    run = do_run(settings, "demo:digits", [own for own in demo_models() if own.id in MODELS], ANALYSES)
    process = serve(home, port)
    try:
        yield f"http://localhost:{port}", run, RunStore(settings)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def headline(browser: WebDriver) -> str:
    """The answer of the page."""
    return str(browser.execute_script("return document.querySelector('.stMain h2')?.textContent ?? ''"))


def test_a_race_is_watched_and_its_winner_taken_away(
    browser: WebDriver, served: tuple[str, str, RunStore], tmp_path: Path
) -> None:
    """A click starts it; the answer stays until it is decided, also after a reload; the winner is a zip."""
    address, run, store = served
    saved = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", saved)
    browser.get(f"{address}/results?run={run}")
    click(browser, ".st-key-to-race button")
    see(browser, ".st-key-race button")
    before = headline(browser)
    click(browser, ".st-key-race button")
    see(browser, ".st-key-cancel-race button")
    assert "section=Training" in browser.current_url
    browser.get(browser.current_url)
    see(browser, "[data-testid=stProgress]")
    watch(browser, store, run, before)
    assert headline(browser).startswith("Take demo:")
    assert {dose.stage for dose in store.result(run).contents(RaceDose).values()} >= {"final"}
    see(browser, ".st-key-race-curves .js-plotly-plot")
    out = [own for own in store.result(run).contents(Race)[""].standings if own.is_out]
    assert len(browser.find_elements(By.CSS_SELECTOR, ".stMain del")) == len(out)
    click(browser, ".st-key-pack button")
    see(browser, "[data-testid=stLinkButton] a")
    click(browser, "[data-testid=stLinkButton] a")
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda _: list(tmp_path.glob("*.zip")))
    check_folder(next(tmp_path.glob("*.zip")), store.result(run).contents(Race)[""].winner)


def watch(browser: WebDriver, store: RunStore, run: str, before: str) -> None:
    """Look at a race until it is decided: nothing goes away before that, and the headline stays."""
    waiting = WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.1)

    def is_decided(_: WebDriver) -> bool:
        # What the page shows is looked at first: the store may be decided a moment later.
        said, missing = headline(browser), browser.execute_script(PARTS)
        if store.result(run).contents(Race)[""].final is not None:
            return True
        assert said == before
        assert not missing
        return False

    waiting.until(is_decided, "the race is not decided")
    waiting.until(lambda _: headline(browser) != before, "the headline has not changed")
    waiting.until(lambda _: store.state(run) is RunState.FINISHED)
    waiting.until(lambda page: page.find_elements(By.CSS_SELECTOR, ".st-key-pack button"))


def check_folder(path: Path, winner: str) -> None:
    """The zip holds one folder, which transformers would load, with its card and script."""
    name = winner.removeprefix("demo:")
    assert path.name == f"{name}.zip"
    with ZipFile(path) as packed:
        names = set(packed.namelist())
        assert {f"{name}/{file}" for file in ("config.json", "README.md", "continue_training.py")} <= names
        assert any(file.endswith(".safetensors") for file in names)
        config = json.loads(packed.read(f"{name}/config.json"))
    assert sorted(config["label2id"], key=str) == [str(digit) for digit in range(10)]
