"""Names that are markup, formulas and LaTeX, from an upload to the export, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.records.names import printable
from tests.dashboard.hostile import NAMES
from tests.dashboard.test_browser import (
    click,
    open_section,
    run_in_address,
    see,
    tick_demo_models,
    wait_for_title,
)
from tests.dashboard.test_hostile import hostile_zip
from tests.dashboard.tour import Stop, go_to, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WATCH = """
window.heard = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => heard.push(name);
"""
# Whatever a name could have become, and Streamlit's own CSV, which would leave a formula a formula.
MADE = """
const links = [...document.querySelectorAll("a")].map((link) => link.getAttribute("href") || "");
const roots = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
const made = "a, script, iframe, img[src='x']";
const inMap = roots.flatMap((own) => [...(own.shadowRoot?.querySelectorAll(made) ?? [])]);
const strong = [...document.querySelectorAll("strong, b, [style*='font-weight: bold']")];
return [
  ...heard,
  ...inMap,
  ...document.querySelectorAll('img[src="x"], .stMain .katex, .js-plotly-plot a, .js-plotly-plot .MathJax'),
  ...links.filter((link) => link.startsWith("http://x")),
  ...document.querySelectorAll("[aria-label^='Download as CSV']"),
  ...strong.filter((own) => own.textContent === "bold"),
].map((own) => own.outerHTML || own);
"""
WORDS = """
const words = [document.querySelector(".stMain").textContent];
for (const own of document.querySelectorAll(".stMain canvas [role=gridcell]")) words.push(own.textContent);
for (const own of document.querySelectorAll("[data-testid=stBidiComponentIsolated]"))
  words.push(own.shadowRoot?.textContent ?? "");
return words.join("\\n");
"""


def read(browser: WebDriver, names: tuple[str, ...]) -> None:
    """Check that nothing was made of a name on the page as it stands, and that these are on it."""
    settle(browser)
    assert browser.execute_script(MADE) == []
    words = " ".join(browser.execute_script(WORDS).split())
    shown = [" ".join(printable(name).split()) for name in names]  # what would turn the text round is escaped
    assert [name for name in shown if name not in words] == []


def test_names_are_shown_as_they_stand(browser: WebDriver, server: str, tmp_path: Path) -> None:
    """Upload, report, gallery, candidates, run, all results, runs and start: words, and nothing else."""
    path = hostile_zip(tmp_path / f"{NAMES[0]}.zip")
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    go_to(browser, server, Stop("samples", "/samples"))
    see(browser, "input[type=file]")
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
    see(browser, ".st-key-next button")
    read(browser, (f"{NAMES[0]}.zip", *NAMES[:4]))
    for title in ("Candidates", "Metrics"):
        click(browser, ".st-key-next button")
        wait_for_title(browser, title)
        if title == "Candidates":
            tick_demo_models(browser)
        read(browser, ())
    click(browser, ".st-key-rank button")
    see(browser, ".st-key-section")
    run = run_in_address(browser)
    for place, title in enumerate(SECTIONS, start=1):
        open_section(browser, place)
        read(browser, NAMES[:4] if title in {"Embeddings", "Samples"} else ())
    for address in (f"/run?run={run}", "/runs", "/"):
        go_to(browser, server, Stop("", address))
        read(browser, (f"{NAMES[0]}.zip",))
