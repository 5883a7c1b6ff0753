"""No text of any figure is cut or lies on another one: measured in Chromium, at every width and on paper."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs
from selenium.webdriver.chrome.webdriver import WebDriver

from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.pages import on_page
from ptmrank_core.reports.figures.style.paper import paper_figure
from ptmrank_core.reports.figures.style.theme import least_width_of
from tests.dashboard.conftest import open_browser
from tests.reports.figures.all_figures import all_figures
from tests.reports.figures.test_rank_colours import theme

# Width of the window -> that of what a page has for a figure.
INSIDE = {1440: 1088, 1024: 900, 390: 358}
FIRST = ("overview", "bump", "intervals", "pair by rank", "cost")  # all others are measured in the slow tier
# What Streamlit 1.67 sets in its own template for Plotly, as far as it moves text: sizes, distances, margins.
TEMPLATE = {
    "font": {"family": "Source Sans, sans-serif", "size": 12},
    "legend": {"valign": "top", "font": {"size": 12}, "title": {"font": {"size": 12}, "side": "top"}},
    "xaxis": {"title": {"font": {"size": 14}, "standoff": 20}, "automargin": True, "showgrid": False},
    "yaxis": {"title": {"font": {"size": 14}, "standoff": 24}, "automargin": True},
    "margin": {"pad": 8, "r": 0, "l": 0},
    "coloraxis": {"colorbar": {"thickness": 16, "xpad": 24, "len": 0.75, "y": 0.5745}},
}
PAGE = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; font-family: sans-serif }}</style>
<body><script>{plotly}</script>"""
# Corners of each text as it is turned; where two of them meet, or leave the drawing, by more than two pixels.
MEASURE = """
const done = arguments[arguments.length - 1];
const [figure, width] = [arguments[0], arguments[1]];
document.body.querySelectorAll("div").forEach((own) => own.remove());
const place = document.createElement("div");
document.body.append(place);
const corners = (text) => {
  const box = text.getBBox(), matrix = text.getScreenCTM();
  const at = (x, y) => { const p = new DOMPoint(x, y).matrixTransform(matrix); return [p.x, p.y]; };
  const slack = box.height * 0.16; // letters do not fill their line
  return [at(box.x + 1, box.y + slack), at(box.x + box.width - 1, box.y + slack),
    at(box.x + box.width - 1, box.y + box.height - slack), at(box.x + 1, box.y + box.height - slack)];
};
const sides = (one) => one.map((p, i) => {
  const q = one[(i + 1) % 4];
  return [q[1] - p[1], p[0] - q[0]];
});
const span = (one, axis) => {
  const values = one.map((p) => (p[0] * axis[0] + p[1] * axis[1]) / Math.hypot(...axis));
  return [Math.min(...values), Math.max(...values)];
};
const meet = (one, other) => [...sides(one), ...sides(other)].every((axis) => {
  if (!Math.hypot(...axis)) return false;
  const [a, b] = [span(one, axis), span(other, axis)];
  return Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 2;
});
Plotly.newPlot(place, figure.data, { ...figure.layout, width }, { displayModeBar: false }).then(() => {
  const whole = place.querySelector(".main-svg").getBoundingClientRect();
  const texts = [...place.querySelectorAll(".main-svg text")].filter((own) => {
    const look = getComputedStyle(own);
    return own.textContent.trim() && look.visibility !== "hidden" && look.display !== "none"
      && own.getBoundingClientRect().width > 0 && !own.closest(".hoverlayer");
  }).map((own) => [own.textContent.trim(), corners(own)]);
  const bad = [];
  for (const [text, four] of texts) {
    const xs = four.map((p) => p[0]), ys = four.map((p) => p[1]);
    if (Math.min(...xs) < whole.left - 2 || Math.max(...xs) > whole.right + 2
      || Math.min(...ys) < whole.top - 2 || Math.max(...ys) > whole.bottom + 2) bad.push(`cut: ${text}`);
  }
  for (let i = 0; i < texts.length; i++)
    for (let j = i + 1; j < texts.length; j++)
      if (meet(texts[i][1], texts[j][1])) bad.push(`${texts[i][0]} on ${texts[j][0]}`);
  done([texts.map((own) => own[0]), bad]);
});
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A page with plotly.js, in Chromium."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(PAGE.format(plotly=get_plotlyjs()), encoding="utf-8")
    with open_browser() as browser:
        browser.set_window_size(1600, 1200)
        browser.set_script_timeout(120)
        browser.get(Path(path).as_uri())
        yield browser


def measure(browser: WebDriver, figure: dict[str, Any], width: int) -> list[str]:
    """Draw a figure; return what is cut or left out, and what lies on one another."""
    texts, bad = browser.execute_async_script(MEASURE, figure, width)
    assert texts
    bad += [f"missing: {text}" for text in (*ticks(figure), *marks(figure)) if text not in texts]
    return list(dict.fromkeys(bad))


def ticks(figure: dict[str, Any]) -> Iterator[str]:
    """What the axes name; plotly.js leaves names out that would reach beyond the drawing."""
    for name, axis in figure["layout"].items():
        if "axis" in name and axis.get("visible", True) and axis.get("showticklabels", True):
            yield from (html.unescape(str(text)).strip() for text in axis.get("ticktext") or ())


def marks(figure: dict[str, Any]) -> Iterator[str]:
    """What traces write; plotly.js leaves out what is beyond the range of an axis."""
    for trace in figure["data"]:
        if "text" in trace.get("mode", ""):
            listed = trace["text"] if isinstance(trace["text"], list) else [trace["text"]]
            yield from (html.unescape(text).strip() for text in listed if text)


def on_dashboard(figure: go.Figure) -> dict[str, Any]:
    """A figure as the dashboard hands it to the browser, with what Streamlit adds."""
    shown = on_page(plain_figure(figure), ink=theme()["light"]["textColor"], is_dark=False)
    shown["layout"]["template"] = {"layout": TEMPLATE}
    return shown


def crowded(
    browser: WebDriver, n_models: int, widths: list[int], names: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """Every figure with something cut or overlapping; a figure is scrolled where the page is too narrow."""
    found = {}
    for name, figure in all_figures(n_models, names).items():
        shown, least = on_dashboard(figure), least_width_of(figure)
        for width in dict.fromkeys(max(least, INSIDE[own]) for own in widths):
            if bad := measure(browser, shown, width):
                found[f"{name} at {width}"] = bad[:6]
    return found


@pytest.mark.browser
def test_nothing_is_cut_or_overlaps_on_a_phone(page: WebDriver) -> None:
    """Thirteen models with names of forty letters, where room is scarcest, in the figures of the answer."""
    assert crowded(page, 13, [390], FIRST) == {}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("n_models", "widths"), [(5, (1440, 390)), (13, (*INSIDE,)), (40, (1440, 390))])
def test_nothing_is_cut_or_overlaps_at_any_width(
    page: WebDriver, n_models: int, widths: tuple[int, ...]
) -> None:
    """Names of forty letters, on a desk and on a phone; for a usual number of models on a tablet, too."""
    assert crowded(page, n_models, list(widths)) == {}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("columns", [1, 2])
def test_nothing_is_cut_or_overlaps_on_paper(page: WebDriver, columns: Any) -> None:
    """One column and two, thirteen models."""
    found = {}
    for name, figure in all_figures(13).items():
        printed = paper_figure(figure, columns=columns)
        shown = plain_figure(printed)
        if bad := measure(page, shown, int(printed.layout.width)):
            found[name] = bad[:6]
    assert found == {}


@pytest.mark.browser
def test_what_is_cut_or_overlaps_is_found(page: WebDriver) -> None:
    """A text beyond the edge, and two at one place, are told."""
    figure = go.Figure(go.Scatter(x=[0, 0, 1], y=[0, 0, 1], mode="text", text=["one", "two", "long " * 20]))
    figure.update_traces(cliponaxis=False)
    bad = measure(page, json.loads(figure.to_json()), 400)
    assert "one on two" in bad
    assert any(own.startswith("cut: long") for own in bad)
