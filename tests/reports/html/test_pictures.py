"""The picture of a metric as a page of its own."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ptmrank_core.metrics import METRICS, metric_intermediates
from ptmrank_core.reports.figures.metric_pictures import Picture, View, draw_metric, pictured_metrics
from ptmrank_core.reports.html.pictures import picture_html
from tests.dashboard.conftest import open_browser
from tests.metrics.intermediates.inputs import inputs_of
from tests.waiting import PATIENCE_SECONDS

CASE = "more samples than features"
SAMPLES = "Ninety samples with <b>made-up</b> names."


def picture_of(metric: str) -> Picture:
    """What a metric sees, a class with markup in its name among the others."""
    inputs = inputs_of(CASE)
    names = ("<script>alert(1)</script>", "b", "c", "d")
    return draw_metric(metric, metric_intermediates(metric, inputs), View(names))


@pytest.mark.parametrize("metric", pictured_metrics())
def test_the_page_has_everything_in_it(metric: str) -> None:
    """Picture, what to see, both formulas, the numbers and the paper; no text of others is markup."""
    picture = picture_of(metric)
    page = picture_html(picture, SAMPLES)
    body = page[page.index("<body>") : page.index("<script>", page.index("</footer>"))]
    assert "Ninety samples with &lt;b&gt;made-up&lt;/b&gt; names." in body
    assert "<script>alert" not in body
    for text in (METRICS[metric].formula.latex, picture.live_formula, picture.words.see):
        assert re.sub(r"\s+", " ", text) in re.sub(r"\s+", " ", unescaped(body))
    assert body.count("<data value=") >= len(picture.table().rows)
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", body)


def unescaped(text: str) -> str:
    """Read the entities of HTML."""
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text


@pytest.mark.browser
def test_the_page_draws_itself_without_a_network(tmp_path: Path) -> None:
    """Opened as a file, the picture is drawn, and nothing that the page does is refused."""
    place = tmp_path / "picture.html"
    place.write_text(picture_html(picture_of("gbc"), SAMPLES), encoding="utf-8")
    with open_browser() as browser:
        browser.get(place.as_uri())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not browser.execute_script(
            "return document.querySelectorAll('.chart .main-svg .trace').length"
        ):
            time.sleep(0.1)
        assert browser.execute_script("return document.querySelectorAll('.chart .main-svg').length") > 0
        assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
