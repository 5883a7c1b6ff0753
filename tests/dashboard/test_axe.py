"""Every page, light and dark, is read by axe-core: nothing serious or critical is wrong for who uses no eyes.

``PTMRANK_AXE`` is the path of ``axe.min.js`` out of the npm package axe-core; ``.ci/run`` fetches it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses
from tests.dashboard.serving import ROOT, free_port, serve
from tests.dashboard.tour import WIDE, do_run, go_to, other_pages, set_scheme, set_width, stops

pytestmark = pytest.mark.browser

AXE = """
const done = arguments[arguments.length - 1];
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const options = {resultTypes: ["violations"], runOnly: rules};
axe.run(document, options).then((found) => done(found.violations.flatMap((violation) =>
  violation.nodes.map((node) => ({
    rule: violation.id, impact: node.impact, where: node.target.join(" "), html: node.html.slice(0, 300),
    why: node.failureSummary,
  })))), (error) => done([{rule: "axe", impact: "critical", where: "", html: String(error), why: ""}]));
"""


HEADINGS = {"heading-order", "page-has-heading-one", "empty-heading"}


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core; without it the test skips, except where a browser is required."""
    path = Path(os.environ.get("PTMRANK_AXE", ""))
    if not path.is_file():
        reason = "needs axe-core: set PTMRANK_AXE to axe.min.js out of its npm package"
        if os.environ.get("PTMRANK_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def served(home: Path, settings: Settings, picture_zip: Path, zoo: Path) -> Iterator[tuple[str, str]]:
    """Address of a dashboard, and a run at its home with everything that results show."""
    run = do_run(settings, picture_zip, local_models(zoo), Analyses(sample_sizes=True, controls=True))
    port = free_port()
    process = serve(home, port)
    yield f"http://localhost:{port}", run
    process.terminate()
    process.wait(20)


def faults(browser: WebDriver, axe: str) -> list[str]:
    """What is serious on the page as it stands; headings out of order are, too."""
    browser.execute_script(axe)
    return [
        f"{own['rule']} {own['where']}: {own['html']} {own['why']}"
        for own in browser.execute_async_script(AXE)
        if own["impact"] in {"serious", "critical"} or own["rule"] in HEADINGS
    ]


def has_ground(browser: WebDriver, colour: str) -> bool:
    """Whether the page stands on a colour: it takes a moment after the scheme has changed."""
    style = "const s = getComputedStyle(document.querySelector('.stApp')); return s.backgroundColor"
    wanted = ", ".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return bool(browser.execute_script(style) == f"rgb({wanted})")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_serious_on_any_page(browser: WebDriver, axe: str, served: tuple[str, str]) -> None:
    """No page has a serious or critical violation, in light or in dark, nor headings out of order."""
    address, run = served
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    set_width(browser, WIDE)
    known = stops(run)
    go_to(browser, address, known[0])
    wrong: dict[str, list[str]] = {}
    for stop in [*known, *other_pages(browser, known)]:
        go_to(browser, address, stop)
        for scheme in ("light", "dark"):
            set_scheme(browser, scheme)
            ground = theme[scheme]["backgroundColor"]
            WebDriverWait(browser, 20).until(lambda page, ground=ground: has_ground(page, ground))
            for said in faults(browser, axe):
                wrong.setdefault(said, []).append(f"{stop.name} ({scheme})")
    assert not wrong, "\n\n".join(f"{said}\n  on {', '.join(where)}" for said, where in wrong.items())
