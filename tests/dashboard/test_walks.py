"""From the start to the export, clicked as users do, for all kinds of samples: the command line's numbers."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import rankdata
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.metrics import METRICS
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import (
    DEMO_MODELS,
    click,
    go_to_upload,
    open_section,
    see,
    tick_demo_models,
    wait_for_title,
)
from tests.pictures import picture_files, write_zip
from tests.ready_made import save_features
from tests.uploads import number_table, price_table, recording_files, review_table, workbook_of_reviews
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

# What is there once a section is drawn.
MARKS = {
    "Ranking": ".st-key-ranking .js-plotly-plot",
    "Training": ".stMain h2",
    "Agreement": ".st-key-agreement .js-plotly-plot",
    "Embeddings": ".st-key-sample-map",
    "Evidence": ".stMain h2",
    "Cost": ".stMain h2",
    "Samples": "[data-testid=stMetric]",
    "Export": ".st-key-export-json button",
}
DRAWN_CELLS = """
return document.querySelector(".st-key-ranking .js-plotly-plot").data
    .filter((trace) => trace.type === "heatmap").flatMap((trace) => trace.customdata.flat());
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A dashboard started as the README says: its address, and its home."""
    home, port = tmp_path_factory.mktemp("walks-home"), free_port()
    process = serve(home, port)
    try:
        yield f"http://localhost:{port}", home
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def photographs(folder: Path) -> Path:
    """A zip of pictures in parts, each with a table of labels."""
    files = {}
    for part, first, n in (("train", 0, 8), ("test", 50, 3)):
        rows = ["file_name,kind"]
        for name, data in picture_files(n, first=first).items():
            files[f"photographs/{part}/{name.replace('/', '-')}"] = data
            rows.append(f"{name.replace('/', '-')},{name.partition('/')[0]}")
        files[f"photographs/{part}/metadata.csv"] = "\n".join(rows).encode()
    return write_zip(folder / "photographs.zip", files)


def recordings(folder: Path) -> Path:
    """A zip of recordings."""
    return write_zip(folder / "recordings.zip", recording_files())


def table(make: Callable[[], bytes]) -> Callable[[Path], Path]:
    """A table."""

    def write(folder: Path) -> Path:
        path = folder / "table.csv"
        path.write_bytes(make())
        return path

    return write


def features(folder: Path) -> Path:
    """A zip with the features of two models."""
    powers = {"strong.npz": 3.0, "weak.npz": 0.3}
    files = {name: save_features(folder / name, power).read_bytes() for name, power in powers.items()}
    return write_zip(folder / "own.zip", files)


def send(browser: WebDriver, path: Path, *, are_features: bool) -> None:
    """Go from the start to the metrics with an upload."""
    go_to_upload(browser)
    if are_features:
        click(browser, ".st-key-way button:nth-of-type(3)")
        see(browser, "[class*=features] input[type=file], [class*=already] input[type=file]")
    see(browser, "input[type=file]")
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
    click(browser, ".st-key-next button")
    if not are_features:
        wait_for_title(browser, "Candidates")
        see(browser, ".st-key-next button")
        if browser.find_elements(By.CSS_SELECTOR, DEMO_MODELS):
            tick_demo_models(browser)
        click(browser, ".st-key-next button")
    wait_for_title(browser, "Metrics")
    click(browser, ".st-key-rank button")


def text_of(browser: WebDriver, css: str) -> str:
    """Words of something on the page, read at once: Streamlit may draw it anew at any time."""
    see(browser, css)
    return str(browser.execute_script(f"return document.querySelector('{css}').textContent"))


def export_json(browser: WebDriver, folder: Path) -> dict[str, Any]:
    """Download the tables of the run that is shown."""
    saved = {"behavior": "allow", "downloadPath": str(folder)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", saved)
    click(browser, ".st-key-export-json button")
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda _: list(folder.glob("*.json")))
    return json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))


def command_line(command: str, home: Path) -> dict[str, Any]:
    """What the command that a page shows prints, at the same home; its features are there already."""
    words = shlex.split(command)
    assert words[0] == "ptmrank"
    done = subprocess.run(
        [sys.executable, "-m", "ptmrank_core", *words[1:], "--intervals", "0", "--json"],
        env=os.environ | {"PTMRANK_HOME": str(home)},
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def scores_of(payload: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Metric -> model -> what ranks it, as the command line has it: scores, or what they become together."""
    found: dict[str, dict[str, float]] = {}
    for model, own in payload["models"].items():
        for metric, cell in own["scores"].items():
            found.setdefault(metric, {})[model] = cell["value"]
    return found | payload["ranking"]["combined"]


def without_round_off(values: list[float]) -> list[float]:
    """Ten digits of each number; 0 for what is nothing beside the largest, in double precision."""
    largest = max(map(abs, values))
    return [0.0 if abs(value) < 1e-15 * largest else float(f"{value:.10g}") for value in values]


def assert_same_numbers(exported: dict[str, Any], cells: list[list[str]], printed: dict[str, Any]) -> None:
    """The exported scores, and the ranks drawn on the page, are those of the command line."""
    scores = scores_of(printed)
    assert scores
    rows = {row["model"]: row for row in exported["tables"]["ranking"]["rows"]}
    drawn = {(model, title): said for model, title, said in cells}
    for metric, own in scores.items():
        models = list(own)
        assert [rows[model][metric] for model in models] == [pytest.approx(own[m], rel=1e-9) for m in models]
        if max(own.values()) - min(own.values()) < 1e-12:  # all the same but for rounding: so are their ranks
            continue
        ranks = rankdata([-value for value in without_round_off([own[model] for model in models])])
        for model, rank in zip(models, ranks, strict=True):
            said = drawn[model, METRICS[metric].title]
            assert float(re.findall(r"[\d.]*\d", said)[0]) == rank, (model, metric, said)


def answer_and_export(browser: WebDriver, folder: Path) -> tuple[str, dict[str, Any]]:
    """The heading and the tables of one moment: a run at work may change its answer between the two."""
    for attempt in range(5):
        saved = folder / str(attempt)
        saved.mkdir()
        answer = text_of(browser, ".stMain h2")
        exported = export_json(browser, saved)
        if text_of(browser, ".stMain h2") == answer:
            return answer, exported
    raise AssertionError("The answer changed with every export.")


def walk(browser: WebDriver, home: Path, folder: Path, n_models: int) -> dict[str, Any]:
    """Look at every section of the results of a run that was just started, and hold its numbers."""
    see(browser, MARKS["Ranking"])
    cells = browser.execute_script(DRAWN_CELLS)
    for place, title in enumerate(SECTIONS, 1):
        if title == "Agreement" and n_models < 3:  # there is nothing to correlate
            continue
        open_section(browser, place)
        see(browser, MARKS[title])
        assert not browser.find_elements(By.CSS_SELECTOR, ".stException")
    answer, exported = answer_and_export(browser, folder)
    printed = command_line(text_of(browser, ".stCode code"), home)
    assert_same_numbers(exported, cells, printed)
    assert answer == exported["tables"]["verdict"]["rows"][0]["sentence"]
    return printed


@pytest.mark.slow
@pytest.mark.parametrize(("demo", "n_models"), [("digits", 11), ("docstrings", 7), ("spoken-digits", 8)])
def test_a_demo(
    browser: WebDriver, served: tuple[str, Path], tmp_path: Path, demo: str, n_models: int
) -> None:
    """One click on the start page leads to the results of a demo."""
    address, home = served
    browser.get(address)
    click(browser, f".st-key-demo-{demo} button")
    assert len(walk(browser, home, tmp_path, n_models)["models"]) == n_models


@pytest.mark.parametrize(
    ("make", "n_models"),
    [
        pytest.param(photographs, 11, marks=pytest.mark.slow, id="photographs"),
        pytest.param(table(review_table), 7, marks=pytest.mark.slow, id="texts"),
        pytest.param(table(price_table), 7, marks=pytest.mark.slow, id="regression"),
        pytest.param(recordings, 8, marks=pytest.mark.slow, id="recordings"),
        pytest.param(table(number_table), 1, marks=pytest.mark.slow, id="rows"),
        pytest.param(features, 2, id="features"),
    ],
)
def test_an_upload(
    browser: WebDriver,
    served: tuple[str, Path],
    tmp_path: Path,
    make: Callable[[Path], Path],
    n_models: int,
) -> None:
    """An upload is read, its candidates and metrics are chosen as they stand, and it is ranked."""
    address, home = served
    (tmp_path / "saved").mkdir()
    browser.get(address)
    send(browser, make(tmp_path), are_features=make is features)
    assert len(walk(browser, home, tmp_path / "saved", n_models)["models"]) == n_models


@pytest.mark.slow
def test_a_workbook_of_two_sheets_is_asked_about(
    browser: WebDriver, served: tuple[str, Path], tmp_path: Path
) -> None:
    """Both sheets are shown with their first rows; one click chooses, and the form keeps the answer."""
    path = tmp_path / "comments.xlsx"
    path.write_bytes(workbook_of_reviews("May", "June"))
    browser.get(served[0])
    go_to_upload(browser)
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
    see(browser, "[class*=st-key-answer-1] button")
    see(browser, ".stColumn:nth-child(2) .stCode code")  # what draws it is loaded late
    shown = [code.text for code in browser.find_elements(By.CSS_SELECTOR, ".stCode code")]
    assert len(shown) == 2
    assert all("comment | rating" in rows for rows in shown)
    click(browser, "[class*=st-key-answer-1] button")
    see(browser, "[data-testid=stMetric]")
    see(browser, ".st-key-next button")
    assert "More ways to read it · 1 in use" in text_of(browser, "[class*=st-key-details] summary")
    assert "Sheet 'June' of comments.xlsx is read" in text_of(browser, ".stMain")
    click(browser, ".st-key-next button")
    wait_for_title(browser, "Candidates")
