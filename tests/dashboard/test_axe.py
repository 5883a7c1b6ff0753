"""Every page in light and in dark, read by axe-core, and on a phone: nobody is kept out.

``PTMRANK_AXE`` is the path of ``axe.min.js`` out of the npm package axe-core; ``.ci/run`` fetches it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from tests.dashboard.raced import Served, serve_races
from tests.dashboard.serving import ROOT
from tests.dashboard.tour import PHONE, WIDE, Stop, go_to, other_pages, set_scheme, set_width, stops
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

AXE = """
const done = arguments[arguments.length - 1];
const options = {resultTypes: ["violations"], runOnly: arguments[0]};
axe.run(document, options).then((found) => done(found.violations.flatMap((violation) =>
  violation.nodes.map((node) => ({
    rule: violation.id, impact: node.impact, where: node.target.join(" "), html: node.html.slice(0, 300),
    why: node.failureSummary,
  })))), (error) => done([{rule: "axe", impact: "critical", where: "", html: String(error), why: ""}]));
"""


INK_MARK = """
const mark = document.querySelector('.st-key-ranking .trace .textpoint text');
return [getComputedStyle(document.querySelector(".stApp")).color, getComputedStyle(mark).fill];
"""
WIDTH = """
const menu = document.querySelector("[data-testid=stMainMenu]").getBoundingClientRect();
return Math.max(document.querySelector(".stMain").scrollWidth, menu.right);
"""
# Everything is read in light; in dark the page is the same but for its colours, and so are the rules.
RULES = {
    "light": ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
    "dark": ("color-contrast", "link-in-text-block"),
}
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, picture_zip: Path, zoo: Path) -> Iterator[Served]:
    """A dashboard with one run that has everything that results show, and races."""
    with serve_races(tmp_path_factory.mktemp("home"), picture_zip, zoo) as shown:
        yield shown


def faults(browser: WebDriver, axe: str, rules: Sequence[str] = RULES["light"]) -> list[str]:
    """What is serious on the page as it stands; headings out of order are, too."""
    browser.execute_script(axe)
    return [
        f"{own['rule']} {own['where']}: {own['html']} {own['why']}"
        for own in browser.execute_async_script(AXE, list(rules))
        if own["impact"] in {"serious", "critical"} or own["rule"] in HEADINGS
    ]


def ground_of(scheme: str) -> str:
    """Colour of the page."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    return str(theme[scheme]["backgroundColor"])


def has_ground(browser: WebDriver, colour: str) -> bool:
    """Whether the page stands on a colour: it takes a moment after the scheme has changed."""
    style = "const s = getComputedStyle(document.querySelector('.stApp')); return s.backgroundColor"
    wanted = ", ".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return bool(browser.execute_script(style) == f"rgb({wanted})")


@pytest.mark.slow
def test_nothing_serious_on_any_page(browser: WebDriver, axe: str, served: Served) -> None:
    """No page has a serious or critical violation, in light or in dark, nor headings out of order."""
    set_width(browser, WIDE)
    known = [*stops(served.run), *served.races]
    go_to(browser, served.address, known[0])
    wrong: dict[str, list[str]] = {}
    for stop in [*known, *other_pages(browser, known)]:
        go_to(browser, served.address, stop)
        for scheme, rules in RULES.items():
            set_scheme(browser, scheme)
            WebDriverWait(browser, PATIENCE_SECONDS).until(
                lambda page, scheme=scheme: has_ground(page, ground_of(scheme))
            )
            for said in faults(browser, axe, rules):
                wrong.setdefault(said, []).append(f"{stop.name} ({scheme})")
    assert not wrong, "\n\n".join(f"{said}\n  on {', '.join(where)}" for said, where in wrong.items())


@pytest.mark.slow
def test_every_page_fits_a_phone(browser: WebDriver, served: Served) -> None:
    """At 390 pixels nothing sticks out to the side."""
    set_width(browser, PHONE)
    wide = {}
    for stop in [*stops(served.run), *served.races]:
        go_to(browser, served.address, stop)
        width = browser.execute_script(WIDTH)
        if width > PHONE:
            wide[stop.name] = width
    assert wide == {}


@pytest.mark.slow
def test_ink_is_the_colour_of_the_text(browser: WebDriver, served: Served) -> None:
    """The marks that have to stand out do so in either scheme, and the figure is the same."""
    colours = set()
    go_to(browser, served.address, Stop("ranking", f"/results?run={served.run}"))
    for scheme in ("light", "dark"):
        set_scheme(browser, scheme)
        WebDriverWait(browser, PATIENCE_SECONDS).until(
            lambda page, scheme=scheme: has_ground(page, ground_of(scheme))
        )
        WebDriverWait(browser, PATIENCE_SECONDS).until(
            lambda page: len(set(page.execute_script(INK_MARK))) == 1
        )
        ink = browser.execute_script(INK_MARK)[1]
        colours.add(ink)
    assert len(colours) == 2
