"""Every page in the states that are worth a look, how a browser gets there, and when it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlparse

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import (
    SHIPPED_RUN,
    RunStore,
    make_plan,
    new_run_id,
    now,
    quick_metrics,
    run_here,
)
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import Analyses, ExtractionOptions, ModelSpec, RunOptions
from ptmrank_core.worker import SOURCES
from tests.dashboard.test_browser import click, see
from tests.waiting import PATIENCE_SECONDS

__all__ = [
    "PHONE",
    "WIDE",
    "Stop",
    "do_run",
    "go_to",
    "other_pages",
    "set_scheme",
    "set_width",
    "settle",
    "stops",
]

WIDE, PHONE = 1400, 390
DRAWN = """
const app = document.querySelector(".stApp");
const charts = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
const elements = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  .filter((element) => !element.closest(".st-key-hover"));  // it draws nothing
const maps = elements.map((element) => element.shadowRoot?.querySelector(".map")).filter(Boolean);
return app !== null && app.dataset.testScriptState === "notRunning"
  && document.querySelector("[data-testid=stSkeleton], [data-testid=stAppSkeleton]") === null
  && document.querySelector(".stMain h1, .stMain h2") !== null
  && charts.every((chart) => chart.querySelector(".main-svg") !== null)
  && (elements.length === 0 || (maps.length > 0 && maps.every((map) => map.dataset.drawn === "true")));
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A page in one state.

    Parameters
    ----------
    name
        What it is called.
    address
        Path and query below the server's address.
    clicks
        What is clicked there, one after the other.
    """

    name: str
    address: str
    clicks: tuple[str, ...] = ()


def stops(run: str) -> list[Stop]:
    """List the stops: every page, and every section of the results of a run."""
    upload = (".st-key-digits button",)
    return [
        Stop("start", "/"),
        Stop("samples", "/samples"),
        Stop("samples-read", "/samples", upload),
        Stop("candidates", "/samples", (*upload, ".st-key-next button")),
        Stop("metrics-cards", "/samples", (*upload, ".st-key-next button", ".st-key-next button")),
        Stop("candidates-empty", "/candidates"),
        Stop("run", f"/run?run={run}"),
        *(
            Stop(f"results-{title.lower()}", f"/results?{urlencode({'run': run, 'section': title})}")
            for title in SECTIONS
        ),
        *(
            Stop(f"results-slide-{number}", f"/results?{urlencode({'run': run, 'slide': number})}")
            for number in range(1, 6)
        ),
        Stop("results-finished", f"/results?run={SHIPPED_RUN}"),
        Stop("results-unknown", "/results?run=nope"),
        Stop("runs", "/runs"),
        Stop("compare", f"/compare?{urlencode({'run': run, 'with': run})}"),
        Stop("cache", "/cache"),
        Stop("learn", "/learn"),
        Stop("learn-lessons", "/learn?section=Lessons"),
        Stop("learn-question", "/learn?section=Lessons&lesson=classes-apart"),
        Stop("learn-answer", "/learn?section=Lessons&lesson=wide-noise&predicted=wide-noise-1"),
        Stop("learn-shares", "/learn?section=Lessons&lesson=copies&predicted=copies-1"),
        Stop("learn-teaching", "/learn?section=For+teachers"),
        Stop("about", "/about"),
    ]


def other_pages(browser: WebDriver, known: Sequence[Stop]) -> Iterator[Stop]:
    """Name the pages of the navigation that no stop is on."""
    paths = {urlparse(stop.address).path.strip("/") for stop in known} | {"results"}
    links = browser.find_elements(By.CSS_SELECTOR, "[data-testid=stTopNavLink]")
    for link in links:
        path = urlparse(link.get_attribute("href") or "").path.strip("/")
        if path not in paths:
            yield Stop(path, f"/{path}")


def go_to(browser: WebDriver, server: str, stop: Stop) -> None:
    """Open a stop and wait until all of it is drawn."""
    browser.get(f"{server}{stop.address}")
    settle(browser)
    for css in stop.clicks:
        see(browser, css)
        click(browser, css)
        settle(browser)


def settle(browser: WebDriver) -> None:
    """Wait until a page is drawn, and stays so for a moment: a script begins a little after a click."""
    quiet = 0

    def is_quiet(page: WebDriver) -> bool:
        nonlocal quiet
        quiet = quiet + 1 if page.execute_script(DRAWN) else 0
        return quiet > 4

    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.1).until(is_quiet, "the page is not drawn")


def set_scheme(browser: WebDriver, scheme: str) -> None:
    """Make the reader's system light or dark."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def set_width(browser: WebDriver, width: int, height: int = 1000) -> None:
    """Make the window so wide, as a phone has it where it is narrow."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def do_run(settings: Settings, source: str | Path, models: Sequence[ModelSpec], analyses: Analyses) -> str:
    """Rank models on samples in this process, with the quick metrics; return the id of the run."""
    samples = load_samples(source)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task="image-classification",
        samples=samples,
        models=models,
        options=RunOptions(
            metrics=quick_metrics(),
            options=ExtractionOptions(device="cpu", dtype="float32"),
            seed=0,
            analyses=analyses,
        ),
    )
    RunStore(settings).create(plan, samples.summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id
