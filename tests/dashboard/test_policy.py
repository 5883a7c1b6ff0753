"""The policy of the pages: as narrow as it is, it takes nothing from any of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.scripted.names import FOLDERS, HOVER, MAP, PROJECT
from tests.dashboard.raced import Served, serve_races
from tests.dashboard.serving import APP
from tests.dashboard.test_browser import click, see
from tests.dashboard.tour import WIDE, Stop, go_to, other_pages, set_width, settle, stops
from tests.pictures import write_zip
from tests.uploads import recording_files, review_table
from tests.waiting import PATIENCE_SECONDS

# Elements of Streamlit that the tour below has met. Whoever uses another one opens its page in a browser,
# sees that nothing is refused there, adds its page to the tour if it is not on it, and its name here.
TRIED = {
    "audio",
    "button",
    "caption",
    "checkbox",
    "code",
    "columns",
    "container",
    "data_editor",
    "dataframe",
    "download_button",
    "error",
    "expander",
    "file_uploader",
    "form",
    "form_submit_button",
    "header",
    "html",
    "image",
    "info",
    "json",
    "latex",
    "link_button",
    "markdown",
    "metric",
    "multiselect",
    "page_link",
    "pills",
    "plotly_chart",
    "popover",
    "progress",
    "segmented_control",
    "select_slider",
    "selectbox",
    "slider",
    "spinner",
    "subheader",
    "success",
    "table",
    "text_area",
    "text_input",
    "title",
    "toast",
    "toggle",
    "warning",
}
# Of the same names, but not Streamlit's.
OTHERS = {"exception", "help", "number_input", "status", "text", "write"}
# What a script of ours never does: ask another host, or run text.
FOREIGN = re.compile(
    r"https?://(?!www\.w3\.org/2000/svg\b)|\beval\(|new Function|innerHTML|insertAdjacentHTML|\bfetch\("
)
OPEN_ALL = """
for (const summary of document.querySelectorAll("[data-testid=stExpander] details:not([open]) summary"))
  summary.click();
"""
TRESPASS = """
const done = arguments[arguments.length - 1];
const script = document.createElement("script");
script.textContent = "window.trespassed = true";
document.body.append(script);
const picture = new Image();
picture.src = "https://elsewhere.example/picture.png";
fetch("https://elsewhere.example/").then(() => done("sent"), () => done(String(window.trespassed)));
"""


def elements_in_use() -> set[str]:
    """Names of Streamlit's elements that files of the dashboard mention."""
    known = {name for name in dir(DeltaGenerator) if not name.startswith("_")}
    nodes = (
        node for path in APP.parent.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in known}


def test_the_policy_was_tried_with_every_element_in_use() -> None:
    """A new element may need what the policy refuses, and only a browser tells."""
    assert elements_in_use() - OTHERS == TRIED


def test_no_element_of_others_is_in_use() -> None:
    """Components of others bring scripts and frames of their own; ours are files of ours."""
    components = APP.parent / "components"
    found = [path for path in APP.parent.rglob("*.py") if "components.v" in path.read_text("utf-8")]
    assert found == [components / "scripted" / "mounting.py"]
    assert "st.components.v2.component(name, js=js, css=css)" in found[0].read_text("utf-8")
    assert FOLDERS.keys() == {name.removeprefix(f"{PROJECT}.") for name in (MAP, HOVER)}
    scripts = [script for folder in FOLDERS.values() for script in (components / folder).iterdir()]
    assert {script.name for script in scripts} >= {"main.js", "map.css", "hover.js"}
    for script in scripts:
        assert not FOREIGN.search(script.read_text("utf-8")), script


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, picture_zip: Path, zoo: Path) -> Iterator[Served]:
    """A dashboard with one run that has everything that results show, and races."""
    with serve_races(tmp_path_factory.mktemp("home"), picture_zip, zoo) as shown:
        yield shown


def refused(browser: WebDriver) -> list[str]:
    """What the browser did not let the page do since this was last asked."""
    return [
        str(entry["message"])
        for entry in browser.get_log("browser")
        if "Content Security Policy" in entry["message"] or "permissions policy" in entry["message"].lower()
    ]


@pytest.mark.browser
@pytest.mark.slow
def test_no_page_wants_more_than_it_may(browser: WebDriver, served: Served) -> None:
    """Every page and section, all that can be opened on them: the browser refuses nothing."""
    set_width(browser, WIDE)
    known = [*stops(served.run), *served.races]
    go_to(browser, served.address, known[0])
    wrong: dict[str, list[str]] = {}
    for stop in [*known, *other_pages(browser, known)]:
        go_to(browser, served.address, stop)
        browser.execute_script(OPEN_ALL)
        settle(browser)
        if found := refused(browser):
            wrong[stop.name] = found
    assert wrong == {}


@pytest.mark.browser
@pytest.mark.slow
def test_uploads_and_downloads_are_within_the_policy(
    browser: WebDriver, served: Served, tmp_path: Path
) -> None:
    """Pictures, recordings and a table go up and are shown; files of the results come down."""
    set_width(browser, WIDE)
    (tmp_path / "reviews.csv").write_bytes(review_table(30))
    write_zip(tmp_path / "recordings.zip", recording_files())
    for name, shown in (("recordings.zip", "audio"), ("reviews.csv", "[class*=st-key-label-columns]")):
        browser.get(f"{served.address}/samples")
        see(browser, "input[type=file]")
        browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(tmp_path / name))
        see(browser, shown)
        settle(browser)
        assert refused(browser) == []
    folder = tmp_path / "down"
    folder.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    go_to(browser, served.address, Stop("export", f"/results?run={served.run}&section=Export"))
    for number, key in enumerate(("html", "csv", "card"), start=1):
        click(browser, f".st-key-export-{key} button")
        WebDriverWait(browser, PATIENCE_SECONDS).until(
            lambda _, number=number: sum(path.suffix != ".crdownload" for path in folder.iterdir()) == number
        )
    assert refused(browser) == []


@pytest.mark.browser
def test_what_is_slipped_into_a_page_neither_runs_nor_leaves(browser: WebDriver, served: Served) -> None:
    """A script in the page is not run, and no other host is asked for anything: the browser says so."""
    go_to(browser, served.address, Stop("start", "/"))
    browser.get_log("browser")
    assert browser.execute_async_script(TRESPASS) == "undefined"
    said = " ".join(refused(browser))
    for what in ("inline script", "Connecting to", "Loading the image"):
        assert what in said


@pytest.mark.browser
def test_a_page_of_somebody_else_cannot_show_it_in_a_frame(
    browser: WebDriver, served: Served, tmp_path: Path
) -> None:
    """A frame around it stays empty."""
    page = tmp_path / "around.html"
    page.write_text(f'<iframe src="{served.address}"></iframe>', encoding="utf-8")
    browser.get(page.as_uri())
    browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "iframe"))
    assert not browser.find_elements(By.CSS_SELECTOR, "#root")
