"""The HTML report in a real Chromium without a network: every figure is drawn, every number is the CSV's."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.reports.exports import FORMATS, Export
from ptmrank_core.reports.html import html_report
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.reports.tables.table import shown
from tests.dashboard.conftest import open_browser
from tests.reports.results import HOSTILE, certain, hostile_picture, hostile_result
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
WATCH = """
window.heard = [];
document.addEventListener("securitypolicyviolation", (event) => heard.push(event.violatedDirective));
window.addEventListener("error", (event) => heard.push(event.message));
window.alert = () => heard.push("alert");
"""
FIGURES = """
return [...document.querySelectorAll(".chart")].map((place) => ({
  marks: place.querySelectorAll(".scatterlayer .point, .heatmaplayer image").length,
  width: Math.round(place.querySelector(".main-svg").getBoundingClientRect().width),
  text: place.textContent,
}));
"""
TABLES = """
return [...document.querySelectorAll("table")].map((table) => ({
  name: table.dataset.table,
  keys: [...table.querySelectorAll("thead th")].map((cell) => cell.dataset.key),
  rows: [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => ({
    text: cell.textContent,
    value: cell.querySelector("data") ? cell.querySelector("data").getAttribute("value") : cell.textContent,
  }))),
}));
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a hostile run."""
    result = hostile_result()
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_report(result, certain(result), hostile_picture()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def reader() -> Iterator[WebDriver]:
    """A browser without a network, which watches what a page does."""
    with open_browser() as chrome:
        chrome.execute_cdp_cmd("Network.enable", {})
        chrome.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE)
        chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield chrome


@pytest.fixture
def opened(reader: WebDriver, report: Path) -> WebDriver:
    """The report, opened from its file anew, as it looks at first."""
    browser = reader
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(report.as_uri())
    WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda page: page.execute_script(
            "return document.querySelectorAll('.chart .main-svg').length"
            " >= document.querySelectorAll('.chart').length"
        )
    )
    return browser


def figures(page: WebDriver) -> list[dict[str, Any]]:
    """What each figure has drawn, its width, and the words in it."""
    found: list[dict[str, Any]] = page.execute_script(FIGURES)
    return found


def test_every_figure_is_drawn_and_nothing_is_asked_for(opened: WebDriver) -> None:
    """Ranking, race, intervals, heatmap, embeddings, truths and a cost are drawn; nothing is requested."""
    drawn = figures(opened)
    assert len(drawn) == 11
    assert [figure["marks"] > 0 for figure in drawn] == [True] * 11
    assert HOSTILE[0] in drawn[0]["text"]
    entries = opened.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert [name for name in entries if not name.startswith("data:")] == []
    assert opened.execute_script("return heard") == []
    assert opened.execute_script("return document.querySelectorAll('img').length") == 0


def test_a_script_that_got_in_would_not_run(opened: WebDriver) -> None:
    """The policy holds: an inline script, a handler and a request added later are refused and reported."""
    opened.execute_script(
        "const s = document.createElement('script'); s.textContent = 'alert(1)'; document.body.append(s);"
        "const d = document.createElement('div'); d.innerHTML = '<b onclick=\"alert(2)\">x</b>';"
        "document.body.append(d); d.firstChild.click();"
        "fetch('https://example.invalid/').catch(() => heard.push('refused'));"
    )
    WebDriverWait(opened, PATIENCE_SECONDS).until(
        lambda page: "refused" in page.execute_script("return heard")
    )
    heard = opened.execute_script("return heard")
    assert "alert" not in heard
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= set(heard)


def test_the_tables_equal_the_csv(opened: WebDriver) -> None:
    """Each number's full value is the CSV's, and what is shown is that number as its column shows it."""
    result = hostile_result()
    export = Export(result, certain(result))
    files = FORMATS["csv"].write(export)
    known = {table.name: table for table in run_tables(export.result, export.ranking)}
    seen: dict[str, set[str]] = {}
    for table in opened.execute_script(TABLES):
        rows = list(csv.DictReader(io.StringIO(files[f"{table['name']}.csv"].decode(), newline="")))
        columns = {column.key: column for column in known[table["name"]].columns}
        assert len(table["rows"]) == len(rows)
        for cells, row, record in zip(table["rows"], rows, known[table["name"]].records(), strict=True):
            for key, cell in zip(table["keys"], cells, strict=True):
                assert cell["value"] == unguarded(row[key]), (table["name"], key)
                assert cell["text"].replace("\u2212", "-") == shown(record[key], columns[key]), key
        seen.setdefault(table["name"], set()).update(table["keys"])
    assert set(seen) == set(known) - {"verdict"}  # which is the head of the report
    in_words = {"warnings", "missing", "notes"}  # these columns are tables of their own
    every = {column.key for column in known["ranking"].columns if column.key not in in_words}
    unknown = {key for key in every if set(known["ranking"].values(key)) == {None}}
    assert seen["ranking"] == every - unknown


def unguarded(text: str) -> str:
    """A CSV text without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text.startswith("'") and text[1:2] in set("=+-@\t\r\n") else text


@pytest.mark.parametrize(
    ("scheme", "width"), [pytest.param("light", 1400, marks=pytest.mark.slow), ("dark", 1400), ("light", 390)]
)
def test_it_fits_the_window_in_either_scheme(opened: WebDriver, scheme: str, width: int) -> None:
    """Nothing sticks out of a wide window or a telephone's; text stands out from the page in both schemes."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    opened.refresh()
    page, ink = (
        opened.execute_script(
            "const s = getComputedStyle(document.body);"
            f"return s.{name}.match(/\\d+/g).slice(0, 3).map(Number)"
        )
        for name in ("backgroundColor", "color")
    )
    assert (sum(page) > sum(ink)) == (scheme == "light")
    assert abs(sum(page) - sum(ink)) > 3 * 150
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    ticks = opened.execute_script(
        "const tick = document.querySelector('.chart .ytick text');"
        "return getComputedStyle(tick).fill.match(/\\d+/g).map(Number)"
    )
    assert ticks[:3] == ink


def test_it_prints(opened: WebDriver) -> None:
    """On paper the figures fit the sheet, small tables are open, and afterwards all is as before."""
    before = opened.execute_script("return document.querySelectorAll('details[open]').length")
    opened.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert max(figure["width"] for figure in figures(opened)) <= 680
    assert opened.execute_script("return document.querySelectorAll('details[open]').length") > before
    opened.execute_script("dispatchEvent(new Event('afterprint'))")
    assert opened.execute_script("return document.querySelectorAll('details[open]').length") == before
    assert max(figure["width"] for figure in figures(opened)) > 680
    printed = opened.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    assert json.dumps(opened.execute_script("return heard")) == "[]"


SAVE = """
window.saved = [];
HTMLAnchorElement.prototype.click = function () { window.saved.push(this.href); };
const button = document.querySelector(".modebar-btn[data-title^=Save]");
button.dispatchEvent(new MouseEvent("click", {bubbles: true}));
"""


def test_what_is_saved_of_a_dark_report_is_black_on_white(opened: WebDriver) -> None:
    """The toolbar of a figure saves it as it would be printed, not as the page looks."""
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    opened.execute_script(SAVE)
    WebDriverWait(opened, PATIENCE_SECONDS).until(lambda page: page.execute_script("return saved.length"))
    address = str(opened.execute_script("return saved[0]"))
    assert address.startswith("data:image/svg+xml,")
    drawn = unquote(address)
    assert re.search(r'<rect[^>]*style="fill: rgb\(255, 255, 255\); fill-opacity: 1', drawn)
    letters = re.findall(r"<text[^>]*fill: (rgb\([^)]*\))", drawn)
    assert max(set(letters), key=letters.count) in {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}
    assert opened.execute_script("return heard") == []
