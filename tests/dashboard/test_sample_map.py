"""What the map does in a browser, without the pages around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.projection import decode_selection, encode_selection
from ptmrank_core.reports.figures.maps.looks import looks_of
from tests.dashboard.conftest import open_browser
from tests.dashboard.map_page import bring, draw, labelled, map_settings, serve_map, wait_until_still
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

# Four samples in the corners of a square, of two classes; under "b" they stand elsewhere.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
PLANES = {"a": CORNERS, "b": CORNERS[[2, 3, 0, 1]], "c": CORNERS[[1, 0, 3, 2]]}
SAMPLES = labelled(4, 2)
CODEC = """
const [flags, done] = arguments;
import("./selection.js").then(({ encode, decode }) => {
  const text = encode(flags);
  done([text, Array.from(decode(text, new Uint8Array(flags.length)))]);
});
"""
PAINTED = """
const [looks, done] = arguments;
import("./raster.js").then(({ Raster, stampOf }) => done(looks.map(([symbol, colour]) => {
  const raster = new Raster(20, 20);
  raster.clear([255, 255, 255]);
  raster.paint(stampOf(symbol, 4.5), 10, 10, colour, 1);
  return raster.image.data.join();
})));
"""


@pytest.fixture(scope="module")
def page() -> Iterator[WebDriver]:
    """A browser with the page of the map."""
    with open_browser() as browser, serve_map(browser):
        bring(browser, SAMPLES, PLANES, "none")
        yield browser


def sent(page: WebDriver, name: str) -> list[Any]:
    """What the map has sent under a name since this was last asked."""
    take = "const all = window.sent[arguments[0]]; delete window.sent[arguments[0]]; return all"
    found = page.execute_script(take, name)
    return list(found or [])


def part_of_map(page: WebDriver, css: str, place: int = 0) -> Any:
    """An element of the map."""
    return page.execute_script("return map().querySelectorAll(arguments[0])[arguments[1]]", css, place)


def box_around(
    page: WebDriver, left: float, top: float, right: float, bottom: float, *, panel: int = 0
) -> None:
    """Draw a box over a panel, in shares of its sides."""
    part_of_map(page, "[data-tool=box]").click()
    plot = part_of_map(page, ".plot", panel)
    width, height = plot.size["width"], plot.size["height"]
    at = [(round((x - 0.5) * width), round((y - 0.5) * height)) for x, y in ((left, top), (right, bottom))]
    hand = ActionChains(page, duration=20).move_to_element_with_offset(plot, *at[0]).click_and_hold()
    hand.move_to_element_with_offset(plot, *at[1]).release().perform()


def chosen(page: WebDriver) -> list[int]:
    """Indices of the samples of the last selection that was sent."""
    return list(decode_selection(sent(page, "selected")[-1], SAMPLES.n_samples))


def test_texts_of_selections_are_those_of_the_core(page: WebDriver) -> None:
    """Whatever is chosen, the script writes what Python writes, and reads it again."""
    for n_samples in (1, 8, 31, 500, 3000):
        rng = np.random.default_rng(n_samples)
        for share in (0.01, 0.3, 1.0):
            flags = (rng.random(n_samples) < share).astype(int)
            text, back = page.execute_async_script(CODEC, flags.tolist())
            assert text == encode_selection(np.flatnonzero(flags), n_samples)
            assert back == flags.tolist()


def test_a_box_selects_what_lies_in_it(page: WebDriver) -> None:
    """The left half under one model, the upper half under another; y grows upwards."""
    draw(page, map_settings("a", "b"))
    box_around(page, 0.005, 0.005, 0.5, 0.99)
    assert chosen(page) == [0, 3]
    box_around(page, 0.005, 0.005, 0.99, 0.5, panel=1)
    assert chosen(page) == [0, 1]
    assert part_of_map(page, ".status").get_attribute("textContent") == "2 selected"
    part_of_map(page, "[data-clear]").click()
    assert sent(page, "selected")[-1] == ""


def test_points_move_to_where_they_are_under_another_model(page: WebDriver) -> None:
    """A panel of the same name stays; its points travel, and a place then has another sample."""
    draw(page, map_settings("a"))
    box_around(page, 0.005, 0.5, 0.5, 0.99)
    assert chosen(page) == [0]
    moved = map_settings("a")
    moved["panels"][0]["points"] = "points b"
    page.execute_script("show(arguments[0])", moved)
    WebDriverWait(page, PATIENCE_SECONDS, poll_frequency=0.02).until(
        lambda browser: browser.execute_script("return map().dataset.moving") == "true"
    )
    wait_until_still(page)
    box_around(page, 0.005, 0.5, 0.5, 0.99)
    assert chosen(page) == [2]


def test_isolated_classes_alone_are_selected_and_pressed_in_the_legend(page: WebDriver) -> None:
    """Samples of other classes stay where they are, out of reach; the legend says which class was pressed."""
    draw(page, map_settings("a", shown=[1]))
    box_around(page, 0.005, 0.005, 0.99, 0.99)
    assert chosen(page) == [1, 3]
    buttons = [part_of_map(page, ".legend button", place) for place in range(2)]
    assert [button.get_attribute("aria-pressed") for button in buttons] == ["false", "true"]
    buttons[0].click()
    assert sent(page, "isolated") == [0]


def test_a_selection_of_the_server_is_drawn(page: WebDriver) -> None:
    """A link or a tag selects; the same settings again do not undo what the hand has done since."""
    settings = map_settings("a", selected=encode_selection([1, 2, 3], 4))
    draw(page, settings)
    assert page.execute_script("return map().dataset.chosen") == "3"
    box_around(page, 0.005, 0.5, 0.5, 0.99)
    assert chosen(page) == [0]
    draw(page, settings)
    assert page.execute_script("return map().dataset.chosen") == "1"


def test_what_a_sample_is_is_asked_once(page: WebDriver) -> None:
    """The pointer over a sample asks; the answer stays known, and its texts are no markup."""
    draw(page, map_settings("c"))
    sent(page, "row")
    plot = part_of_map(page, ".plot")
    corner = (14 - plot.size["width"] // 2, plot.size["height"] // 2 - 14)
    ActionChains(page, duration=20).move_to_element_with_offset(plot, *corner).perform()
    wait = WebDriverWait(page, PATIENCE_SECONDS)
    wait.until(lambda browser: browser.execute_script("return window.sent.row !== undefined"))
    assert sent(page, "row") == [1]
    described = {"id": "described", "kind": "described", "row": 1, "name": "<b>s1</b>", "label": "class 1"}
    page.execute_script("bring(arguments[0])", {**described, "words": "some words", "values": [["x", "3"]]})
    tip = part_of_map(page, ".tip")
    wait.until(lambda _: tip.get_attribute("data-known") == "true")
    assert tip.text.split("\n") == ["class 1", "<b>s1</b>", "some words", "x", "3"]
    ActionChains(page, duration=20).move_to_element_with_offset(plot, 0, 0).move_to_element_with_offset(
        plot, *corner
    ).perform()
    assert sent(page, "row") == []
    assert tip.get_attribute("data-known") == "true"


def test_the_keyboard_moves_and_clears(page: WebDriver) -> None:
    """Plus zooms, so that a box has fewer samples; 0 shows all again; Escape clears the selection."""
    draw(page, map_settings("a"))
    plot = part_of_map(page, ".plot")
    plot.send_keys("+", "+", "+", Keys.ARROW_LEFT)
    box_around(page, 0.005, 0.005, 0.99, 0.99)
    assert sent(page, "selected")[-1] == ""
    plot.send_keys("0")
    box_around(page, 0.005, 0.005, 0.99, 0.99)
    assert chosen(page) == [0, 1, 2, 3]
    plot.send_keys(Keys.ESCAPE)
    assert sent(page, "selected")[-1] == ""


def test_twenty_classes_are_drawn_in_twenty_ways(page: WebDriver) -> None:
    """Each class alone in the middle of the picture: no two pictures are alike."""
    pictures = page.execute_async_script(PAINTED, looks())
    assert len(set(pictures)) == 20


def looks() -> list[tuple[str, list[int]]]:
    """Symbol and colour of twenty classes."""
    found = looks_of(labelled(20, 20)).values()
    return [(look.symbol, [int(look.colour[place : place + 2], 16) for place in (1, 3, 5)]) for look in found]
