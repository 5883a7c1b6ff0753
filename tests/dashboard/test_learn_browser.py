"""The Learn page in a real browser: keys on a slider, its address, Back and Forward, a link."""

from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.dashboard.tour import WIDE, set_width, settle
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLIDER = ".st-key-a-separation input[type=range]"


@pytest.fixture
def learn(address: str) -> str:
    """The page of a dashboard at the home of this test."""
    return f"{address}/learn"


def separation(browser: WebDriver) -> str:
    """What the slider of candidate A shows; empty where there is none."""
    return str(browser.execute_script("return document.querySelector(arguments[0])?.value ?? ''", SLIDER))


def answer(browser: WebDriver) -> str:
    """The sentence above everything."""
    # In one step: the page may draw it anew between finding and reading it.
    return str(browser.execute_script("return document.querySelector('.st-key-answer')?.innerText ?? ''"))


def is_at(browser: WebDriver, value: str, query: str) -> bool:
    """Whether slider and address have a value."""
    return separation(browser) == value and browser.current_url.partition("/learn")[2] == query


def test_a_step_is_a_link_and_back_takes_it_back(browser: WebDriver, learn: str) -> None:
    """A key moves a slider and the address; Back and Forward move both, and the answer."""
    set_width(browser, WIDE)
    browser.get(learn)
    wait_until(lambda: is_at(browser, "2", ""))
    wait_until(lambda: "13 metrics agree" in answer(browser))
    first = answer(browser)
    for value, step in (("2.25", 1), ("2.5", 2)):
        settle(browser)
        browser.execute_script("document.querySelector(arguments[0]).focus()", SLIDER)
        ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
        wait_until(lambda at=value, n=step: is_at(browser, at, f"?a-separation={at}&step={n}"))
    wait_until(lambda: "13 metrics agree" in answer(browser) != first)
    settle(browser)
    browser.back()
    wait_until(lambda: is_at(browser, "2.25", "?a-separation=2.25&step=1"))
    settle(browser)
    browser.back()
    wait_until(lambda: is_at(browser, "2", ""))
    wait_until(lambda: answer(browser) == first)
    settle(browser)
    browser.forward()
    wait_until(lambda: is_at(browser, "2.25", "?a-separation=2.25&step=1"))


def test_a_link_shows_the_scene_to_whoever_opens_it(browser: WebDriver, learn: str) -> None:
    """Sliders, choices without a head and candidates are as the address says."""
    set_width(browser, WIDE)
    browser.get(f"{learn}?candidates=A&candidates=C&a-separation=3.5&a-head=no+head&n-copies=3")
    wait_until(lambda: separation(browser) == "3.5")
    wait_until(lambda: "10 metrics agree, 3 cannot score all of them" in answer(browser))
    assert len(browser.find_elements(By.CSS_SELECTOR, "[class*=st-key-head-scene-]")) == 2
