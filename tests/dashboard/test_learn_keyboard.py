"""The Learn page with the keyboard alone, and Back in the quiz."""

from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from dashboard.views.learn.sections import LESSONS, METRICS, PLAYGROUND, TEACHING
from ptmrank_core.lessons.course import COURSE
from tests.dashboard.test_browser import see
from tests.dashboard.test_learn_walk import shown
from tests.dashboard.tour import WIDE, set_width, settle
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What a mouse can reach in the page itself, numbered. Buttons that belong together are one stop of Tab, and
# are reached from one another by arrow keys. Left out are the tools of tables and figures, which Streamlit
# shows under the mouse alone: what they offer stands beside the figure.
NUMBER = """
const all = document.querySelector("[data-testid=stMain]").querySelectorAll(
  "button, a[href], input, select, textarea, [role=slider], [tabindex='0']");
const named = [];
for (const own of all) {
  const box = own.getBoundingClientRect();
  const isShown = own.tagName === "INPUT" || (box.width > 0 && box.height > 0);
  const group = own.closest("[data-testid=stButtonGroup]");
  if (group && group.dataset.stop) { own.dataset.stop = group.dataset.stop; continue; }
  if (!isShown || own.disabled || own.tabIndex < 0) continue;
  if (own.closest("[aria-hidden=true], .js-plotly-plot, [data-testid=stElementToolbar]")) continue;
  own.dataset.stop = named.length;
  if (group) group.dataset.stop = named.length;
  named.push(own.getAttribute("aria-label") || own.textContent.trim() || own.tagName);
}
return named;
"""
FOCUSED = """
const own = document.activeElement;
return [own.dataset.stop === undefined ? -1 : +own.dataset.stop, own.tagName];
"""


def reached(browser: WebDriver, n_most: int) -> list[int]:
    """Press Tab until the page is left or begins anew; the numbers of the stops in their order."""
    found: list[int] = []
    for _ in range(n_most):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        number, tag = browser.execute_script(FOCUSED)
        if tag == "BODY" or (found and number == found[0]):
            break
        if number >= 0 and number not in found[-1:]:  # in a table Tab goes on to its next cell
            found.append(number)
    return found


@pytest.mark.parametrize("section", [PLAYGROUND, METRICS, LESSONS, TEACHING])
def test_tab_reaches_every_control(browser: WebDriver, address: str, section: str) -> None:
    """From the top of the page, in the order of the page, and the focus is nowhere caught."""
    set_width(browser, WIDE)
    browser.get(f"{address}/learn?section={section.replace(' ', '+')}")
    see(browser, "[data-testid=stMain] h1")
    settle(browser)
    wait_until(lambda: "More is being worked out" not in browser.find_element(By.TAG_NAME, "body").text)
    settle(browser)
    names = browser.execute_script(NUMBER)
    assert len(names) > 4
    browser.execute_script("document.activeElement.blur()")
    found = reached(browser, 3 * len(names) + 60)
    missed = [name for number, name in enumerate(names) if number not in found]
    assert missed == []
    assert len(found) == len(set(found))
    assert found == sorted(found)


def test_arrow_keys_reach_the_buttons_that_belong_together(browser: WebDriver, address: str) -> None:
    """From section to section, and Space opens the one that has the focus."""
    set_width(browser, WIDE)
    browser.get(f"{address}/learn?section=Lessons")
    see(browser, ".st-key-section button")
    settle(browser)
    buttons = browser.find_elements(By.CSS_SELECTOR, ".st-key-section button")
    assert [own.text for own in buttons] == [PLAYGROUND, METRICS, LESSONS, TEACHING]
    browser.execute_script("arguments[0].focus()", buttons[2])
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    assert browser.switch_to.active_element.text == TEACHING
    ActionChains(browser).send_keys(Keys.SPACE).perform()
    wait_until(lambda: "section=For+teachers" in browser.current_url)


def test_back_leads_through_the_quiz(browser: WebDriver, address: str) -> None:
    """Answered by keys, each press of Back takes one answer or one step away, and Forward gives it again."""
    set_width(browser, WIDE)
    browser.get(f"{address}/learn?section=Lessons&quiz=true")
    first, second = COURSE[:2]
    answer_by_key(browser, first.key, first.right)
    wait_until(lambda: "1 of 1 predicted rightly" in shown(browser))
    press(browser, ".st-key-next-question button")
    wait_until(lambda: second.look.split(".")[0] in shown(browser))
    answer_by_key(browser, second.key, 1 - min(1, second.right))
    wait_until(lambda: "1 of 2 predicted rightly" in shown(browser))
    browser.back()
    wait_until(lambda: "1 of 1 predicted rightly" in shown(browser) and "Question 2" in shown(browser))
    browser.back()
    wait_until(lambda: "Question 1" in shown(browser) and "1 of 1 predicted rightly" in shown(browser))
    browser.back()
    wait_until(lambda: "predicted rightly" not in shown(browser) and "Question 1" in shown(browser))
    browser.forward()
    wait_until(lambda: "1 of 1 predicted rightly" in shown(browser))


def press(browser: WebDriver, button: str) -> None:
    """Put the focus on a button and press Enter."""
    see(browser, button)
    settle(browser)
    browser.execute_script("document.querySelector(arguments[0]).focus()", button)
    browser.switch_to.active_element.send_keys(Keys.ENTER)


def answer_by_key(browser: WebDriver, lesson: str, place: int) -> None:
    """Give the answer at a place, from 0."""
    press(browser, f".st-key-answer-{lesson}-{place + 1} button")
